"""The basic residual unit: two 3x3 convolutions (He et al. 2015, Fig. 2)."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated, ClassVar, Literal, final

from pydantic import Field

from explorer.block import (
    RELU,
    Dilation,
    Place,
    ResidualParams,
    Shortcut,
    add_shortcut,
    conv3x3,
    conv_bn_relu,
)
from explorer.ir.ops import BatchNorm2d

if TYPE_CHECKING:
    from explorer.ir.graph import GraphBuilder, Value


@final
class Basic(ResidualParams):
    """y = ReLU(F(x) + x) with F = BN W2 ReLU BN W1."""

    kind: Literal["basic"] = "basic"
    shortcut: Shortcut = "B"
    dilation: Dilation = 1
    relu_before_gate: Annotated[
        bool,
        Field(
            title="ReLU before the gate",
            description="One more ReLU at the end of the branch, before SE and the addition, as "
            "timm's networks legacy_seresnet18 and 34 have it.",
        ),
    ] = False
    title: ClassVar[str] = "Basic"
    reference: ClassVar[str] = "He et al. 2015, Deep Residual Learning for Image Recognition"
    formula: ClassVar[str] = "y = ReLU(F(x) + x)"

    @property
    def num_layers(self) -> int:
        """Return 2."""
        return 2

    def out_channels(self, width: int) -> int:
        """Return the width: nothing expands."""
        return width

    def lower(self, b: GraphBuilder, x: Value, place: Place) -> Value:
        """List the two convolutions, the shortcut, the addition and the ReLU after it."""
        width, dilation = place.width, self.dilation
        first = conv3x3(x.shape[0], width, place.stride, dilation=dilation)
        out = conv_bn_relu(b, x, 1, first)
        out = b.add("conv2", conv3x3(width, width, dilation=dilation), out)
        out = b.add("bn2", BatchNorm2d(width), out)
        if self.relu_before_gate:
            out = b.add("relu_gate", RELU, out)
        out = self.weighted(b, out, place)
        out = add_shortcut(b, x, out, self.shortcut, place.stride)
        return b.add("relu2", RELU, out)
