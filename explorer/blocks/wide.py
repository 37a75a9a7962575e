"""The block types of wide residual networks: B(M), M the kernels of one block.

With the width multiplier of the network a block type is WRN-n-k-B(M) (Zagoruyko, Komodakis 2016,
section 2.1).
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated, ClassVar, Literal, final

from pydantic import Field

from explorer.block import RELU, Place, ResidualParams, Shortcut, add_shortcut
from explorer.ir.ops import BatchNorm2d, Conv2d, Dropout

if TYPE_CHECKING:
    from explorer.ir.graph import GraphBuilder, Value

Kernels = Literal["3,3", "3,1,3", "1,3,1", "1,3", "3,1", "3,1,1", "3", "3,3,3", "3,3,3,3"]


@final
class Wide(ResidualParams):
    """y = x + F(x), F a chain of BN, ReLU and a convolution for each kernel of B(M).

    All convolutions have the width of the stage, the first has the stride. A unit that changes
    the shape takes its shortcut after its first BN and ReLU and projects without BN.
    """

    kind: Literal["wide"] = "wide"
    kernels: Annotated[
        Kernels,
        Field(
            title="Block type B(M)",
            description="Sides of the convolutions in series; their number is the deepening "
            "factor l.",
        ),
    ] = "3,3"
    shortcut: Shortcut = "B"
    dropout: Annotated[
        float,
        Field(
            ge=0,
            le=0.9,
            multiple_of=0.05,
            title="Dropout",
            description="Before the last of several convolutions: 0.3 for CIFAR, 0.4 for SVHN.",
        ),
    ] = 0.0
    title: ClassVar[str] = "Wide"
    reference: ClassVar[str] = "Zagoruyko, Komodakis 2016, Wide Residual Networks"
    formula: ClassVar[str] = "y = x + F(x)"
    activates_before: ClassVar[bool] = True

    @property
    def sides(self) -> tuple[int, ...]:
        """Return the kernel sides in series [px]."""
        return tuple(int(side) for side in self.kernels.split(","))

    @property
    def num_layers(self) -> int:
        """Return the deepening factor l."""
        return len(self.sides)

    def out_channels(self, width: int) -> int:
        """Return the width: nothing expands."""
        return width

    def lower(self, b: GraphBuilder, x: Value, place: Place) -> Value:
        """List BN-ReLU-conv for each kernel, the shortcut and the addition."""
        start = out = x
        for index, side in enumerate(self.sides, start=1):
            out = b.add(f"bn{index}", BatchNorm2d(out.shape[0]), out)
            out = b.add(f"relu{index}", RELU, out)
            if index == 1:
                start = out
            elif self.dropout and index == self.num_layers:
                out = b.add("dropout", Dropout(self.dropout), out)
            stride = place.stride if index == 1 else 1
            out = b.add(
                f"conv{index}", Conv2d(out.shape[0], place.width, side, stride, side // 2), out
            )
        out = self.weighted(b, out, place)
        changes = place.stride != 1 or x.shape[0] != out.shape[0]
        source = start if changes or self.shortcut == "C" else x
        return add_shortcut(b, source, out, self.shortcut, place.stride, norm=False)
