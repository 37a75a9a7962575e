"""The bottleneck of SENet-154: wider inside, and projected by a 3x3 (Hu et al. 2018).

The network that won ILSVRC 2017: the 1x1 gives half of what the grouped 3x3 gives, and a block
that halves the resolution has a 3x3 on its shortcut.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, ClassVar, Literal, final

from explorer.block import RELU, Groups, Place, ResidualParams, conv1x1, conv_bn_relu
from explorer.ir.ops import BatchNorm2d, Conv2d

if TYPE_CHECKING:
    from explorer.ir.graph import GraphBuilder, Value

EXPANSION = 4


@final
class SENet(ResidualParams):
    """y = ReLU(s F(x) + P x) with F = 1x1 to 2w, 3x3 to 4w in ``groups`` groups, 1x1 to 4w.

    s = sigmoid(W2 ReLU(W1 GAP(F(x)))) where ``se`` is not 0.
    """

    kind: Literal["senet"] = "senet"
    groups: Groups = 1
    title: ClassVar[str] = "SENet-154"
    reference: ClassVar[str] = "Hu et al. 2018, Squeeze-and-Excitation Networks"
    formula: ClassVar[str] = "y = ReLU(s F(x) + x)"

    @property
    def num_layers(self) -> int:
        """Return 3."""
        return 3

    def out_channels(self, width: int) -> int:
        """Return four times the width."""
        return EXPANSION * width

    def lower(self, b: GraphBuilder, x: Value, place: Place) -> Value:
        """List the three convolutions, the gate, the shortcut, the addition and its ReLU."""
        half, out_channels = 2 * place.width, self.out_channels(place.width)
        out = conv_bn_relu(b, x, 1, conv1x1(x.shape[0], half))
        grouped = Conv2d(half, out_channels, stride=place.stride, groups=self.groups)
        out = conv_bn_relu(b, out, 2, grouped)
        out = b.add("conv3", conv1x1(out_channels, out_channels), out)
        out = b.add("bn3", BatchNorm2d(out_channels), out)
        out = self.weighted(b, out, place)
        out = b.add_shortcut(out, _projected(b, x, out_channels, place.stride))
        return b.add("relu3", RELU, out)


def _projected(b: GraphBuilder, x: Value, out_channels: int, stride: int) -> Value:
    if stride == 1 and x.shape[0] == out_channels:
        return x
    side = 1 if stride == 1 else 3
    projection = Conv2d(x.shape[0], out_channels, side, stride, padding=side // 2)
    x = b.add("downsample.0", projection, x, on_shortcut=True)
    return b.add("downsample.1", BatchNorm2d(out_channels), x, on_shortcut=True)
