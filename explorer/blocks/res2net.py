"""The Res2Net unit: scales inside one bottleneck (Gao et al. 2019).

By default as in the authors' code, whose names and weights it shares: splits 0 to s-2 are
convolved, the last split passes. The paper's figure passes the first, which is the same function
up to the order of channels. The first block of every stage (the 'stage' block) has no
hierarchical sums, and average-pools the passing split; the parameters that the paper prints for
CIFAR are those of convolving it there as well.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated, ClassVar, Literal, final

from pydantic import Field

from explorer.block import (
    RELU,
    BaseWidth,
    Dilation,
    Groups,
    Place,
    ResidualParams,
    Shortcut,
    add_shortcut,
    conv1x1,
    conv3x3,
    conv_bn_relu,
)
from explorer.ir.graph import ADD
from explorer.ir.ops import AvgPool2d, BatchNorm2d, Concat, Slice

if TYPE_CHECKING:
    from explorer.ir.graph import GraphBuilder, Value

EXPANSION = 4


@final
class Res2Net(ResidualParams):
    """``scale`` splits between two 1x1 convolutions (Gao et al. 2019, equation 1).

    y_1 = x_1, y_2 = K_2(x_2) and y_i = K_i(x_i + y_{i-1}) for i > 2.
    """

    kind: Literal["res2net"] = "res2net"
    scale: Annotated[
        int,
        Field(
            ge=1,
            le=16,
            title="Scale",
            description="Number of splits; each convolved split also sees the one before it.",
        ),
    ] = 4
    base_width: BaseWidth = 26
    groups: Groups = 1
    dilation: Dilation = 1
    shortcut: Shortcut = "B"
    passes: Annotated[
        Literal["first", "last"],
        Field(
            title="Passing split",
            description="The split that is not convolved: the first in the paper, the last in "
            "its code. Both are one function, with the channels in another order.",
        ),
    ] = "last"
    convolves_all: Annotated[
        bool,
        Field(
            title="Convolve all at first",
            description="In the first block of a stage no split passes; without it one is "
            "average-pooled. The CIFAR networks of the paper have this.",
        ),
    ] = False
    title: ClassVar[str] = "Res2Net"
    reference: ClassVar[str] = "Gao et al. 2019, Res2Net: A New Multi-scale Backbone Architecture"
    formula: ClassVar[str] = "y = ReLU(F(x) + x), F split into scales"

    @property
    def num_layers(self) -> int:
        """Return 3: the splits count as one layer, as in the name of the network."""
        return 3

    def out_channels(self, width: int) -> int:
        """Return four times the width."""
        return EXPANSION * width

    def split_width(self, width: int) -> int:
        """Return the channels of one split: floor(width * base_width / 64) * groups."""
        return width * self.base_width // 64 * self.groups

    def lower(self, b: GraphBuilder, x: Value, place: Place) -> Value:
        """List 1x1, the scales, 1x1, the shortcut, the addition and the ReLU after it."""
        inner = self.split_width(place.width) * self.scale
        out_channels = self.out_channels(place.width)
        out = conv_bn_relu(b, x, 1, conv1x1(x.shape[0], inner))
        out = self._scales(b, out, place)
        out = b.add("conv3", conv1x1(inner, out_channels), out)
        out = b.add("bn3", BatchNorm2d(out_channels), out)
        out = self.weighted(b, out, place)
        out = add_shortcut(b, x, out, self.shortcut, place.stride)
        return b.add("relu3", RELU, out)

    def _scales(self, b: GraphBuilder, x: Value, place: Place) -> Value:
        width = self.split_width(place.width)
        if self.scale == 1:
            return self._convolve(b, x, 0, width, place.stride)
        splits = [
            b.add(f"split.{i}", Slice(i * width, (i + 1) * width), x) for i in range(self.scale)
        ]
        passing: list[Value] = []
        if not (place.is_first and self.convolves_all):
            passing = [splits.pop(0 if self.passes == "first" else -1)]
        outputs: list[Value] = []
        for i, split in enumerate(splits):
            joins = i > 0 and not place.is_first
            lane = b.add(f"sum.{i}", ADD, split, outputs[-1]) if joins else split
            outputs.append(self._convolve(b, lane, i, width, place.stride))
        if place.is_first:
            pool = AvgPool2d(3, stride=place.stride, padding=1)
            passing = [b.add("pool", pool, split) for split in passing]
        ordered = [*passing, *outputs] if self.passes == "first" else [*outputs, *passing]
        return b.add("concat", Concat(), *ordered)

    def _convolve(self, b: GraphBuilder, x: Value, i: int, width: int, stride: int) -> Value:
        conv = conv3x3(width, width, stride, groups=self.groups, dilation=self.dilation)
        out = b.add(f"convs.{i}", conv, x)
        out = b.add(f"bns.{i}", BatchNorm2d(width), out)
        return b.add(f"relus.{i}", RELU, out)
