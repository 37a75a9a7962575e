"""Full pre-activation units: BN and ReLU before each convolution (He et al. 2016).

With the width multiplier of the network and ``dropout`` the basic layout is the wide residual
network WRN-n-k (Zagoruyko, Komodakis 2016).
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated, ClassVar, Literal, final

from pydantic import Field

from explorer.block import (
    RELU,
    Dilation,
    Place,
    ResidualParams,
    Shortcut,
    StrideOn,
    add_shortcut,
    conv1x1,
    conv3x3,
)
from explorer.ir.ops import BatchNorm2d, Conv2d, Dropout

if TYPE_CHECKING:
    from explorer.ir.graph import GraphBuilder, Value


@final
class PreAct(ResidualParams):
    """y = x + F(x) with F = W2 ReLU BN W1 ReLU BN; nothing stands on the shortcut.

    A unit that changes the shape takes its shortcut after its first BN and ReLU, as He et al.
    do, and projects without BN.
    """

    kind: Literal["preact"] = "preact"
    layout: Annotated[
        Literal["basic", "bottleneck"],
        Field(title="Layout", description="Two 3×3, or 1×1, 3×3 and 1×1 to four times the width."),
    ] = "basic"
    shortcut: Shortcut = "B"
    stride_on: StrideOn = "3x3"
    dilation: Dilation = 1
    dropout: Annotated[
        float,
        Field(
            ge=0,
            le=0.9,
            multiple_of=0.05,
            title="Dropout",
            description="Between the convolutions, as in wide residual networks.",
        ),
    ] = 0.0
    first_unit: Annotated[
        Literal["own", "shared", "none"],
        Field(
            title="First unit",
            description="How the network's very first unit is activated: like any other, shared "
            "with its shortcut (He et al. 2016), or not at all because the stem already is.",
        ),
    ] = "own"
    title: ClassVar[str] = "Pre-activation"
    reference: ClassVar[str] = "He et al. 2016; Zagoruyko, Komodakis 2016 (width, dropout)"
    formula: ClassVar[str] = "y = x + F(x)"
    activates_before: ClassVar[bool] = True

    @property
    def num_layers(self) -> int:
        """Return 2 or, for the bottleneck layout, 3."""
        return 2 if self.layout == "basic" else 3

    def out_channels(self, width: int) -> int:
        """Return the width or, for the bottleneck layout, four times the width."""
        return width if self.layout == "basic" else 4 * width

    def lower(self, b: GraphBuilder, x: Value, place: Place) -> Value:
        """List BN-ReLU-conv for each convolution, the shortcut and the addition."""
        convs = self._convs(x.shape[0], place)
        skips_activation = place.is_first_in_network and self.first_unit == "none"
        start = x if skips_activation else _activate(b, x, 1)
        out = b.add("conv1", convs[0], start)
        for index, conv in enumerate(convs[1:], start=2):
            out = _activate(b, out, index)
            if self.dropout and index == len(convs):
                out = b.add("dropout", Dropout(self.dropout), out)
            out = b.add(f"conv{index}", conv, out)
        out = self.weighted(b, out, place)
        source = start if self._shares_activation(x, out, place) else x
        return add_shortcut(b, source, out, self.shortcut, place.stride, norm=False)

    def _shares_activation(self, x: Value, out: Value, place: Place) -> bool:
        if place.is_first_in_network and self.first_unit == "shared":
            return True
        changes = place.stride != 1 or x.shape[0] != out.shape[0]
        return changes or self.shortcut == "C"

    def _convs(self, in_channels: int, place: Place) -> tuple[Conv2d, ...]:
        width, stride, dilation = place.width, place.stride, self.dilation
        if self.layout == "basic":
            first = conv3x3(in_channels, width, stride, dilation=dilation)
            return first, conv3x3(width, width, dilation=dilation)
        ahead, inside = (stride, 1) if self.stride_on == "1x1" else (1, stride)
        return (
            conv1x1(in_channels, width, ahead),
            conv3x3(width, width, inside, dilation=dilation),
            conv1x1(width, self.out_channels(width)),
        )


def _activate(b: GraphBuilder, x: Value, index: int) -> Value:
    out = b.add(f"bn{index}", BatchNorm2d(x.shape[0]), x)
    return b.add(f"relu{index}", RELU, out)
