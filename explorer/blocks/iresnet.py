"""The units of iResNet and ResGroup (Duta et al. 2020), each idea on its own switch.

ResStage: a stage has a start, middle and end units, and a ReLU on the main way only at its end.
Improved projection: a max-pool finds the values that a strided 1x1 would step over. The group
layout is ResGroup, whose grouped 3x3 is the widest layer. Names are those of the authors' code,
so that its weights load.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated, ClassVar, Literal, final

from pydantic import Field

from explorer.block import (
    RELU,
    Groups,
    Place,
    ResidualParams,
    add_shortcut,
    conv1x1,
)
from explorer.ir.ops import BatchNorm2d, Conv2d, MaxPool2d

if TYPE_CHECKING:
    from explorer.ir.graph import GraphBuilder, Value


@final
class IResNet(ResidualParams):
    """y = F(x) + x inside a stage, y = ReLU(BN(F(x) + x)) at its end.

    The start unit is F = BN W3 ReLU BN W2 ReLU BN W1. Later units begin with BN and ReLU and end
    with W3; the second has no BN there, because the start unit has just normalised. A stage of
    one unit, or without ResStage, has the original unit y = ReLU(F(x) + x).
    """

    kind: Literal["iresnet"] = "iresnet"
    layout: Annotated[
        Literal["basic", "bottleneck", "group"],
        Field(
            title="Layout",
            description="Two 3×3; 1×1, 3×3 and 1×1 to four times the width; or ResGroup: a 3×3 "
            "of four times the width between 1×1, and half as much at the end.",
        ),
    ] = "bottleneck"
    groups: Groups = 1
    res_stage: Annotated[
        bool,
        Field(
            title="ResStage",
            description="Start, middle and end units: the signal passes one ReLU for each stage "
            "instead of one for each unit.",
        ),
    ] = True
    improved_projection: Annotated[
        bool,
        Field(
            title="Improved projection",
            description="The shortcut halves the resolution with a 3×3 max-pool before its 1×1, "
            "instead of a 1×1 with stride 2 that reads one position in four.",
        ),
    ] = True
    title: ClassVar[str] = "iResNet"
    reference: ClassVar[str] = "Duta et al. 2020, Improved Residual Networks"
    formula: ClassVar[str] = "y = F(x) + x, y = ReLU(BN(F(x) + x)) at the end of a stage"

    @property
    def varies(self) -> bool:
        """Return whether units are of different kinds along a stage."""
        return self.res_stage or super().varies

    @property
    def num_layers(self) -> int:
        """Return 3 or, for the basic layout, 2."""
        return 2 if self.layout == "basic" else 3

    def out_channels(self, width: int) -> int:
        """Return once (basic), four times (bottleneck) or twice (group) the width."""
        return {"basic": 1, "bottleneck": 4, "group": 2}[self.layout] * width

    def lower(self, b: GraphBuilder, x: Value, place: Place) -> Value:
        """List the convolutions, the shortcut, the addition and what stands after it."""
        staged = self.res_stage and place.depth > 1
        out = x
        if staged and not place.is_first:
            if place.index > 1:
                out = b.add("bn0", BatchNorm2d(x.shape[0]), out)
            out = b.add("relu0", RELU, out)
        convs = self._convs(x.shape[0], place)
        last = len(convs)
        for index, conv in enumerate(convs, start=1):
            out = b.add(f"conv{index}", conv, out)
            if index < last:
                out = b.add(f"bn{index}", BatchNorm2d(conv.out_channels), out)
                out = b.add(f"relu{index}", RELU, out)
        if not staged or place.is_first:
            out = b.add(f"bn{last}", BatchNorm2d(out.shape[0]), out)
        out = self.weighted(b, out, place)
        out = self._added(b, x, out, place.stride)
        if staged and not place.is_last:
            return out
        if staged:
            out = b.add(f"bn{last}", BatchNorm2d(out.shape[0]), out)
        return b.add(f"relu{last}", RELU, out)

    def _convs(self, in_channels: int, place: Place) -> tuple[Conv2d, ...]:
        width, stride, groups = place.width, place.stride, self.groups
        if self.layout == "basic":
            return (
                Conv2d(in_channels, width, stride=stride, groups=groups),
                Conv2d(width, width, groups=groups),
            )
        inner = 4 * width if self.layout == "group" else width
        return (
            conv1x1(in_channels, inner),
            Conv2d(inner, inner, stride=stride, groups=groups),
            conv1x1(inner, self.out_channels(width)),
        )

    def _added(self, b: GraphBuilder, x: Value, branch: Value, stride: int) -> Value:
        if not self.improved_projection or stride == 1:
            return add_shortcut(b, x, branch, "B", stride)
        in_channels, out_channels = x.shape[0], branch.shape[0]
        pool = MaxPool2d(3, stride=stride, padding=1)
        x = b.add("downsample.0", pool, x, on_shortcut=True)
        if in_channels != out_channels:
            x = b.add("downsample.1", conv1x1(in_channels, out_channels), x, on_shortcut=True)
            x = b.add("downsample.2", BatchNorm2d(out_channels), x, on_shortcut=True)
        return b.add_shortcut(branch, x)
