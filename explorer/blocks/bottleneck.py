"""The bottleneck unit: 1x1, 3x3, 1x1.

``groups`` makes it ResNeXt (Xie et al. 2016), ``base_width`` 128 the wide ResNet-50-2
(Zagoruyko, Komodakis 2016). Figure 3 of Xie et al. has three forms of one function: with
T_i = ReLU BN U_i ReLU BN V_i the branches of C groups,

- a: F(x) = BN(sum_i W_i T_i(x)), every branch with its own three layers,
- b: F(x) = BN(W [T_1(x), ..., T_C(x)]), one last layer for all,
- c: the same as b, the branches written as one grouped convolution.

W_i are slices of W, so that the three have equal weights. For (a) the last batch norm must stand
after the sum, because a norm of each branch would not be linear in them.
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
    StrideOn,
    add_shortcut,
    conv1x1,
    conv3x3,
    conv_bn_relu,
)
from explorer.ir.graph import ADD
from explorer.ir.ops import BatchNorm2d, Concat, Conv2d

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
    dilation: Dilation = 1
    form: Annotated[
        Literal["a", "b", "c"],
        Field(
            title="Form",
            description="How the groups are written: a, branches of three layers, summed; b, "
            "branches of two layers, joined; c, one grouped convolution. All give the same.",
        ),
    ] = "c"
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
        out_channels = self.out_channels(place.width)
        if self.form == "c" or self.groups == 1:
            out = self._grouped(b, x, place)
        else:
            out = self._branches(b, x, place)
        out = b.add("bn3", BatchNorm2d(out_channels), out)
        out = self.weighted(b, out, place)
        out = add_shortcut(b, x, out, self.shortcut, place.stride)
        return b.add("relu3", RELU, out)

    def _strides(self, place: Place) -> tuple[int, int]:
        return (place.stride, 1) if self.stride_on == "1x1" else (1, place.stride)

    def _grouped(self, b: GraphBuilder, x: Value, place: Place) -> Value:
        """List form c up to its last convolution."""
        inner = self.inner_width(place.width)
        first, second = self._strides(place)
        out = conv_bn_relu(b, x, 1, conv1x1(x.shape[0], inner, first))
        grouped = conv3x3(inner, inner, second, groups=self.groups, dilation=self.dilation)
        out = conv_bn_relu(b, out, 2, grouped)
        return b.add("conv3", conv1x1(inner, self.out_channels(place.width)), out)

    def _branches(self, b: GraphBuilder, x: Value, place: Place) -> Value:
        """List form a or b up to its last convolution."""
        width, out_channels = self.inner_width(place.width), self.out_channels(place.width)
        one = width // self.groups
        first, second = self._strides(place)
        ends: list[Value] = []
        for i in range(self.groups):
            out = _conv_bn_relu(b, x, 1, i, conv1x1(x.shape[0], one, first))
            out = _conv_bn_relu(b, out, 2, i, conv3x3(one, one, second, dilation=self.dilation))
            if self.form == "a":
                out = b.add(f"conv3.{i}", conv1x1(one, out_channels), out)
            ends.append(out)
        if self.form == "a":
            return b.add("sum", ADD, *ends)
        joined = b.add("concat", Concat(), *ends)
        return b.add("conv3", conv1x1(width, out_channels), joined)


def _conv_bn_relu(b: GraphBuilder, x: Value, layer: int, branch: int, conv: Conv2d) -> Value:
    out = b.add(f"conv{layer}.{branch}", conv, x)
    out = b.add(f"bn{layer}.{branch}", BatchNorm2d(conv.out_channels), out)
    return b.add(f"relu{layer}.{branch}", RELU, out)
