"""The bottleneck unit: 1x1, 3x3, 1x1.

``groups`` makes it ResNeXt (Xie et al. 2016, form c), ``base_width`` 128 the wide
ResNet-50-2 (Zagoruyko, Komodakis 2016).
"""

from __future__ import annotations

from typing import TYPE_CHECKING, ClassVar, Literal, final

from explorer.block import (
    RELU,
    BaseWidth,
    Groups,
    Place,
    ResidualParams,
    Shortcut,
    StrideOn,
    add_shortcut,
    conv1x1,
    conv_bn_relu,
)
from explorer.ir.ops import BatchNorm2d, Conv2d

if TYPE_CHECKING:
    from explorer.ir.graph import GraphBuilder, Value

EXPANSION = 4


@final
class Bottleneck(ResidualParams):
    """y = ReLU(F(x) + x) with F = 1x1, 3x3 in ``groups`` groups, 1x1 to four times the width."""

    kind: Literal["bottleneck"] = "bottleneck"
    shortcut: Shortcut = "B"
    stride_on: StrideOn = "3x3"
    groups: Groups = 1
    base_width: BaseWidth = 64
    title: ClassVar[str] = "Bottleneck"
    reference: ClassVar[str] = "He et al. 2015; Xie et al. 2016 (groups)"
    formula: ClassVar[str] = "y = ReLU(F(x) + x)"

    @property
    def num_layers(self) -> int:
        """Return 3."""
        return 3

    def out_channels(self, width: int) -> int:
        """Return four times the width."""
        return EXPANSION * width

    def inner_width(self, width: int) -> int:
        """Return the channels of the 3x3: floor(width * base_width / 64) * groups."""
        return width * self.base_width // 64 * self.groups

    def lower(self, b: GraphBuilder, x: Value, place: Place) -> Value:
        """List the three convolutions, the shortcut, the addition and the ReLU after it."""
        inner, out_channels = self.inner_width(place.width), self.out_channels(place.width)
        first, second = (place.stride, 1) if self.stride_on == "1x1" else (1, place.stride)
        out = conv_bn_relu(b, x, 1, conv1x1(x.shape[0], inner, first))
        out = conv_bn_relu(b, out, 2, Conv2d(inner, inner, stride=second, groups=self.groups))
        out = b.add("conv3", conv1x1(inner, out_channels), out)
        out = b.add("bn3", BatchNorm2d(out_channels), out)
        out = self.weighted(b, out, place)
        out = add_shortcut(b, x, out, self.shortcut, place.stride)
        return b.add("relu3", RELU, out)
