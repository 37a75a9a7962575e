"""The highway layer: a learned gate divides between a transformation and the identity."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated, ClassVar, Literal, final

from pydantic import Field

from explorer.block import RELU, BlockParams, Place
from explorer.ir.ops import Complement, Conv2d, Multiply, Sigmoid

if TYPE_CHECKING:
    from explorer.ir.graph import GraphBuilder, Value


@final
class Highway(BlockParams):
    """y = H(x) T(x) + x (1 - T(x)), H = ReLU(W_H x + b_H), T = sigmoid(W_T x + b_T).

    A layer that changes the shape has nothing to carry: it is plain, y = H(x), as in the paper.
    """

    kind: Literal["highway"] = "highway"
    gate_bias: Annotated[
        float,
        Field(
            ge=-10,
            le=0,
            multiple_of=0.5,
            title="Gate bias",
            description="What the bias of T starts with; negative, so that a layer carries its "
            "input on at first.",
        ),
    ] = -2.0
    title: ClassVar[str] = "Highway"
    reference: ClassVar[str] = "Srivastava, Greff, Schmidhuber 2015, Training Very Deep Networks"
    formula: ClassVar[str] = "y = H(x) T(x) + x (1 − T(x))"

    @property
    def num_layers(self) -> int:
        """Return 1: H and T stand side by side."""
        return 1

    def out_channels(self, width: int) -> int:
        """Return the width: nothing expands."""
        return width

    def lower(self, b: GraphBuilder, x: Value, place: Place) -> Value:
        """List H, T, the two products and the addition; H alone where the shape changes."""
        conv = Conv2d(x.shape[0], place.width, stride=place.stride, bias=True)
        out = b.add("conv1", conv, x)
        out = b.add("relu1", RELU, out)
        if out.shape != x.shape:
            return out
        gate_conv = Conv2d(place.width, place.width, bias=True, bias_init=self.gate_bias)
        gate = b.add("gate.conv", gate_conv, x)
        gate = b.add("gate.sigmoid", Sigmoid(), gate)
        out = b.add("gate.transform", Multiply(), out, gate)
        rest = b.add("gate.rest", Complement(), gate, on_shortcut=True)
        carried = b.add("gate.carry", Multiply(), x, rest, on_shortcut=True)
        return b.add_shortcut(out, carried)
