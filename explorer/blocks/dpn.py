"""The dual-path unit: one stream is added to, the other grows (Chen et al. 2017).

Both streams are one tensor, taken apart and joined in every unit: first the channels of the
residual stream, then those of the dense stream. Paths are counted in the graph of ops, so with
the convolution as the unit a way through a slice is a path of its own.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated, ClassVar, Literal, final

from pydantic import Field

from explorer.block import RELU, BaseWidth, BlockParams, Groups, Place, conv1x1
from explorer.ir.graph import ADD
from explorer.ir.ops import BatchNorm2d, Conv2d, Slice

if TYPE_CHECKING:
    from explorer.ir.graph import GraphBuilder, Value

EPS = 1e-3


@final
class DualPath(BlockParams):
    """y = [x_r + F_r(x), x_d, F_d(x)] with F = W3 ReLU BN W2 ReLU BN W1 ReLU BN."""

    kind: Literal["dpn"] = "dpn"
    growth: Annotated[
        int,
        Field(
            ge=1,
            le=256,
            title="Growth",
            description="Channels that each unit appends to the dense stream.",
        ),
    ] = 16
    expansion: Annotated[
        Literal[1, 4],
        Field(
            title="Expansion",
            description="Channels of the residual stream for each of the stage's width; 1 in the "
            "small networks.",
        ),
    ] = 4
    groups: Groups = 1
    base_width: BaseWidth = 96
    ending: Annotated[
        Literal["sliced", "two"],
        Field(
            title="Last 1×1",
            description="One whose output is taken apart for the streams, or one for each of them.",
        ),
    ] = "sliced"
    title: ClassVar[str] = "Dual path"
    reference: ClassVar[str] = "Chen et al. 2017, Dual Path Networks"
    formula: ClassVar[str] = "y = [x_r + F_r(x), x_d, F_d(x)]"
    activates_before: ClassVar[bool] = True
    norm_eps: ClassVar[float] = EPS

    @property
    def varies(self) -> bool:
        """Return True: every unit reads more channels than the one before it."""
        return True

    @property
    def num_layers(self) -> int:
        """Return 3."""
        return 3

    def out_channels(self, width: int) -> None:
        """Return None: the dense stream grows from unit to unit."""

    def inner_width(self, width: int) -> int:
        """Return the channels of the 3x3: floor(width * base_width / 64)."""
        return width * self.base_width // 64

    def lower(self, b: GraphBuilder, x: Value, place: Place) -> Value:
        """List the shortcut with its two streams, F, the addition and the concatenation."""
        inner, residual = self.inner_width(place.width), self.expansion * place.width
        skip = self._projected(b, x, place) if place.is_first else x
        skip_r, skip_d = _apart(b, "shortcut", skip, residual, on_shortcut=True)
        out = _conv(b, "1", conv1x1(x.shape[0], inner), x)
        out = _conv(b, "2", Conv2d(inner, inner, stride=place.stride, groups=self.groups), out)
        if self.ending == "two":
            out = _activate(b, "3", out)
            out_r = b.add("conv3.residual", conv1x1(inner, residual), out)
            out_d = b.add("conv3.dense", conv1x1(inner, self.growth), out)
        else:
            out = _conv(b, "3", conv1x1(inner, residual + self.growth), out)
            out_r, out_d = _apart(b, "branch", out, residual)
        total = b.add("add", ADD, out_r, skip_r)
        return b.keep_shortcut(total, skip_d, out_d)

    def _projected(self, b: GraphBuilder, x: Value, place: Place) -> Value:
        """Return the streams of a new stage: the dense one starts with twice the growth."""
        channels = self.expansion * place.width + 2 * self.growth
        out = b.add("projection.bn", BatchNorm2d(x.shape[0], EPS), x, on_shortcut=True)
        out = b.add("projection.relu", RELU, out, on_shortcut=True)
        conv = conv1x1(x.shape[0], channels, place.stride)
        return b.add("projection.conv", conv, out, on_shortcut=True)


def _apart(
    b: GraphBuilder, name: str, x: Value, residual: int, *, on_shortcut: bool = False
) -> tuple[Value, Value]:
    """Return the residual and the dense channels of a tensor."""
    first = b.add(f"{name}.residual", Slice(0, residual), x, on_shortcut=on_shortcut)
    rest = Slice(residual, x.shape[0])
    return first, b.add(f"{name}.dense", rest, x, on_shortcut=on_shortcut)


def _activate(b: GraphBuilder, index: str, x: Value) -> Value:
    out = b.add(f"bn{index}", BatchNorm2d(x.shape[0], EPS), x)
    return b.add(f"relu{index}", RELU, out)


def _conv(b: GraphBuilder, index: str, conv: Conv2d, x: Value) -> Value:
    return b.add(f"conv{index}", conv, _activate(b, index, x))
