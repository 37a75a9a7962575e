"""The units of Wider or Deeper (Wu, Shen, van den Hengel 2016): few, wide, pre-activated.

Model A pools before each stage, model A1 has strides, model A2 some of each; the nets for
segmentation have dilation instead of the last strides.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated, ClassVar, Literal, final

from pydantic import Field

from explorer.block import RELU, Place, ResidualParams, add_shortcut, conv1x1
from explorer.ir.ops import BatchNorm2d, Conv2d, Dropout, MaxPool2d

if TYPE_CHECKING:
    from explorer.ir.graph import GraphBuilder, Value


@final
class Wider(ResidualParams):
    """y = x + F(x) with F = W2 ReLU BN W1 ReLU BN.

    The first unit of every stage takes its shortcut after its first BN and ReLU and projects it
    without BN; all others have the identity.
    """

    kind: Literal["wider"] = "wider"
    layout: Annotated[
        Literal["basic", "widening", "bottleneck"],
        Field(
            title="Layout",
            description="Two 3×3; two 3×3 of which the second is twice as wide; or 1×1, 3×3 "
            "twice as wide and 1×1 four times as wide.",
        ),
    ] = "basic"
    downsample: Annotated[
        Literal["conv", "pool"],
        Field(
            title="Halved by",
            description="Where a stage halves the resolution: its first convolution and its "
            "projection, or a 3×3 max-pool before the unit.",
        ),
    ] = "conv"
    dilation: Annotated[
        int,
        Field(
            ge=1,
            le=32,
            title="Dilation",
            description="Distance of the positions that a 3×3 reads. The first convolution of a "
            "stage has half of it: that of the stage before.",
        ),
    ] = 1
    dropout: Annotated[
        float,
        Field(
            ge=0,
            le=0.9,
            multiple_of=0.05,
            title="Dropout",
            description="Before the last convolution of each unit.",
        ),
    ] = 0.0
    title: ClassVar[str] = "Wider or Deeper"
    reference: ClassVar[str] = "Wu, Shen, van den Hengel 2016, Wider or Deeper"
    formula: ClassVar[str] = "y = x + F(x)"
    activates_before: ClassVar[bool] = True

    @property
    def num_layers(self) -> int:
        """Return 2 or, for the bottleneck layout, 3."""
        return 3 if self.layout == "bottleneck" else 2

    def out_channels(self, width: int) -> int:
        """Return once (basic), twice (widening) or four times (bottleneck) the width."""
        return {"basic": 1, "widening": 2, "bottleneck": 4}[self.layout] * width

    def lower(self, b: GraphBuilder, x: Value, place: Place) -> Value:
        """List the pool, BN-ReLU-conv for each convolution, the shortcut and the addition."""
        stride = place.stride
        if self.downsample == "pool" and stride > 1:
            x, stride = b.add("pool", MaxPool2d(3, stride, padding=1), x), 1
        convs = self._convs(x.shape[0], place, stride)
        start = out = _activate(b, x, 1)
        for index, conv in enumerate(convs, start=1):
            if index > 1:
                out = _activate(b, out, index)
            if self.dropout and index == len(convs):
                out = b.add("dropout", Dropout(self.dropout), out)
            out = b.add(f"conv{index}", conv, out)
        out = self.weighted(b, out, place)
        if place.is_first:
            return add_shortcut(b, start, out, "C", stride, norm=False)
        return b.add_shortcut(out, x)

    def _convs(self, in_channels: int, place: Place, stride: int) -> tuple[Conv2d, ...]:
        width, dilation = place.width, self.dilation
        if self.layout == "bottleneck":
            return (
                conv1x1(in_channels, width, stride),
                _conv3x3(width, 2 * width, dilation),
                conv1x1(2 * width, 4 * width),
            )
        first = max(1, dilation // 2) if place.is_first else dilation
        return (
            _conv3x3(in_channels, width, first, stride),
            _conv3x3(width, self.out_channels(width), dilation),
        )


def _conv3x3(in_channels: int, out_channels: int, dilation: int, stride: int = 1) -> Conv2d:
    return Conv2d(in_channels, out_channels, stride=stride, padding=dilation, dilation=dilation)


def _activate(b: GraphBuilder, x: Value, index: int) -> Value:
    out = b.add(f"bn{index}", BatchNorm2d(x.shape[0]), x)
    return b.add(f"relu{index}", RELU, out)
