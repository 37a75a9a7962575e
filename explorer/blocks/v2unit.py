"""The residual units that He et al. 2016 compare: five orderings, and what stands on the shortcut.

Identity Mappings in Deep Residual Networks, Table 1 (shortcuts) and Table 2 (orderings). Names
of the convolutions and norms are those of the original unit, so that orderings exchange weights.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated, ClassVar, Literal, final

from pydantic import Field

from explorer.block import (
    RELU,
    Closing,
    Place,
    ResidualParams,
    Shortcut,
    StrideOn,
    conv1x1,
    project,
)
from explorer.ir.ops import (
    BatchNorm2d,
    Complement,
    Conv2d,
    Dropout,
    Multiply,
    Op,
    Scale,
    Sigmoid,
)

if TYPE_CHECKING:
    from explorer.ir.graph import GraphBuilder, Value

Ordering = Literal["original", "bn_after_add", "relu_before_add", "relu_only_preact", "full_preact"]
_BEFORE: dict[Ordering, str] = {"relu_only_preact": "r", "full_preact": "br"}
"""What stands before each convolution: b is batch norm, r is ReLU."""
_AFTER: dict[Ordering, tuple[str, str]] = {
    "original": ("br", "b"),
    "bn_after_add": ("br", ""),
    "relu_before_add": ("br", "br"),
    "relu_only_preact": ("b", "b"),
    "full_preact": ("", ""),
}
"""What stands after a convolution, and after the last one of the unit."""
_AFTER_ADD: dict[Ordering, str] = {"original": "r", "bn_after_add": "br"}
_CLOSING: dict[Ordering, Closing] = {"relu_only_preact": "relu", "full_preact": "norm_relu"}

_Factor = Annotated[float, Field(ge=0, le=2, multiple_of=0.05)]


@final
class V2Unit(ResidualParams):
    """y = f(h(x) + F(x)): f, F and h as chosen (He et al. 2016, equations 1 and 2).

    h(x) = a x, (1 - g(x)) x, a projection or dropout; a gate g(x) = sigmoid(W_g x + b_g) reads
    what the shortcut carries. Units with pre-activation that change the shape, and the first of
    the network, take the shortcut after their first activation. A projection has a BN exactly
    where the branch ends with one (before the addition, ReLU aside).
    """

    kind: Literal["v2unit"] = "v2unit"
    layout: Annotated[
        Literal["basic", "bottleneck", "single"],
        Field(
            title="Layout",
            description="Two 3×3; 1×1, 3×3 and 1×1 to four times the width; or a single 3×3.",
        ),
    ] = "basic"
    ordering: Annotated[
        Ordering,
        Field(
            title="Ordering",
            description="Where BN and ReLU stand: the original unit (2015), BN after the "
            "addition, ReLU before it, only ReLU before each convolution, or BN and ReLU there.",
        ),
    ] = "full_preact"
    shortcut: Shortcut = "B"
    stride_on: StrideOn = "3x3"
    gate: Annotated[
        Literal["none", "exclusive", "shortcut"],
        Field(
            title="Gate",
            description="Exclusive: the branch times g and the shortcut times 1 − g. Shortcut: "
            "only the shortcut, times 1 − g.",
        ),
    ] = "none"
    gate_bias: Annotated[
        float,
        Field(
            ge=-10,
            le=0,
            multiple_of=0.5,
            title="Gate bias",
            description="What b starts with in g = σ(W x + b): the lower, the nearer the shortcut "
            "is to the identity at first.",
        ),
    ] = -6.0
    shortcut_scale: Annotated[
        _Factor,
        Field(title="Shortcut factor", description="A constant times the shortcut; 0 cuts it off."),
    ] = 1.0
    branch_scale: Annotated[
        _Factor, Field(title="Branch factor", description="A constant times the branch.")
    ] = 1.0
    shortcut_dropout: Annotated[
        float,
        Field(
            ge=0,
            le=0.9,
            multiple_of=0.05,
            title="Shortcut dropout",
            description="On the shortcut, 0.5 in the paper: training then fails.",
        ),
    ] = 0.0
    title: ClassVar[str] = "Residual unit of choice"
    reference: ClassVar[str] = "He et al. 2016, Identity Mappings in Deep Residual Networks"
    formula: ClassVar[str] = "y = f(h(x) + F(x))"
    activates_before: ClassVar[bool] = True

    @property
    def closing(self) -> Closing:
        """Return what the ordering leaves to do after the last addition."""
        return _CLOSING.get(self.ordering, "none")

    @property
    def num_layers(self) -> int:
        """Return 1, 2 or 3."""
        return {"single": 1, "basic": 2, "bottleneck": 3}[self.layout]

    def out_channels(self, width: int) -> int:
        """Return the width or, for the bottleneck layout, four times the width."""
        return 4 * width if self.layout == "bottleneck" else width

    def lower(self, b: GraphBuilder, x: Value, place: Place) -> Value:
        """List the branch, what stands on the shortcut, the addition and what follows it."""
        convs = self._convs(x.shape[0], place)
        before = _BEFORE.get(self.ordering, "")
        start = _activate(b, x, 1, before)
        source = start if self._shares_activation(convs, place) else x
        branch = self._branch(b, start, convs)
        branch = self.weighted(b, branch, place)
        carried = project(
            b, source, branch, self.shortcut, place.stride, norm=_AFTER[self.ordering][1] != ""
        )
        branch, carried = self._weigh(b, source, branch, carried, place.stride)
        out = b.add_shortcut(branch, carried)
        return _activate(b, out, len(convs), _AFTER_ADD.get(self.ordering, ""))

    def _convs(self, in_channels: int, place: Place) -> tuple[Conv2d, ...]:
        width, stride = place.width, place.stride
        if self.layout != "bottleneck":
            first = Conv2d(in_channels, width, stride=stride)
            return (first,) if self.layout == "single" else (first, Conv2d(width, width))
        ahead, inside = (stride, 1) if self.stride_on == "1x1" else (1, stride)
        return (
            conv1x1(in_channels, width, ahead),
            Conv2d(width, width, stride=inside),
            conv1x1(width, self.out_channels(width)),
        )

    def _shares_activation(self, convs: tuple[Conv2d, ...], place: Place) -> bool:
        changes = place.stride != 1 or convs[0].in_channels != convs[-1].out_channels
        return changes or place.is_first_in_network or self.shortcut == "C"

    def _branch(self, b: GraphBuilder, out: Value, convs: tuple[Conv2d, ...]) -> Value:
        between, at_end = _AFTER[self.ordering]
        for index, conv in enumerate(convs, start=1):
            if index > 1:
                out = _activate(b, out, index, _BEFORE.get(self.ordering, ""))
            out = b.add(f"conv{index}", conv, out)
            out = _activate(b, out, index, at_end if index == len(convs) else between)
        return out

    def _weigh(
        self, b: GraphBuilder, source: Value, branch: Value, carried: Value, stride: int
    ) -> tuple[Value, Value]:
        """Add factors, gates and dropout to the two ends of the addition."""
        if self.gate != "none":
            branch, carried = self._gated(b, source, branch, carried, stride)
        if self.branch_scale != 1:
            branch = b.add("branch_scale", Scale(self.branch_scale), branch)
        on_shortcut: list[tuple[str, Op]] = []
        if self.shortcut_scale != 1:
            on_shortcut.append(("shortcut_scale", Scale(self.shortcut_scale)))
        if self.shortcut_dropout:
            on_shortcut.append(("shortcut_dropout", Dropout(self.shortcut_dropout)))
        for name, op in on_shortcut:
            carried = b.add(name, op, carried, on_shortcut=True)
        return branch, carried

    def _gated(
        self, b: GraphBuilder, source: Value, branch: Value, carried: Value, stride: int
    ) -> tuple[Value, Value]:
        on_shortcut = self.gate == "shortcut"
        conv = Conv2d(
            source.shape[0],
            branch.shape[0],
            kernel_size=1,
            stride=stride,
            padding=0,
            bias=True,
            bias_init=self.gate_bias,
        )
        gate = b.add("gate.conv", conv, source, on_shortcut=on_shortcut)
        gate = b.add("gate.sigmoid", Sigmoid(), gate, on_shortcut=on_shortcut)
        if not on_shortcut:
            branch = b.add("gate.transform", Multiply(), branch, gate)
        rest = b.add("gate.rest", Complement(), gate, on_shortcut=True)
        return branch, b.add("gate.carry", Multiply(), carried, rest, on_shortcut=True)


def _activate(b: GraphBuilder, out: Value, index: int, ops: str) -> Value:
    if "b" in ops:
        out = b.add(f"bn{index}", BatchNorm2d(out.shape[0]), out)
    return b.add(f"relu{index}", RELU, out) if "r" in ops else out
