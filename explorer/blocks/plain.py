"""The plain unit: a residual unit without its shortcut (He et al. 2015, section 3.3)."""

from __future__ import annotations

from typing import TYPE_CHECKING, ClassVar, Literal, final

from explorer.block import BlockParams, Place, conv_bn_relu
from explorer.ir.ops import Conv2d

if TYPE_CHECKING:
    from explorer.ir.graph import GraphBuilder, Value


@final
class Plain(BlockParams):
    """Two 3x3 convolutions, nothing added: y = ReLU(BN(W2 ReLU(BN(W1 x))))."""

    kind: Literal["plain"] = "plain"
    title: ClassVar[str] = "Plain"
    reference: ClassVar[str] = "He et al. 2015, Deep Residual Learning for Image Recognition"
    formula: ClassVar[str] = "y = F(x)"

    @property
    def num_layers(self) -> int:
        """Return 2."""
        return 2

    def out_channels(self, width: int) -> int:
        """Return the width: nothing expands."""
        return width

    def lower(self, b: GraphBuilder, x: Value, place: Place) -> Value:
        """List conv-BN-ReLU twice."""
        width = place.width
        out = conv_bn_relu(b, x, 1, Conv2d(x.shape[0], width, stride=place.stride))
        return conv_bn_relu(b, out, 2, Conv2d(width, width))
