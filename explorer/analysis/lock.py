"""The budget lock: hold parameters or MACs while something else changes.

Comparing networks at equal parameters or equal MACs is the rule of fair comparison in this
literature (ResNeXt Table 2, Res2Net Table 3, wide residual networks Table 4). One variable is set
free; its value is found by bisection over exact costs, a millisecond each.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Literal

from explorer.analysis.cost import cost
from explorer.errors import SpecError
from explorer.spec.edit import change, change_blocks, change_part
from explorer.words import _

if TYPE_CHECKING:
    from collections.abc import Callable

    from explorer.spec import NetworkSpec

Quantity = Literal["params", "macs"]
Free = Literal["base_width", "all_widths", "width_multiplier"]
LARGEST_BASE_WIDTH = 1024
MULTIPLIER_STEP = 1 / 64
LARGEST_MULTIPLIER = 32


@dataclass(frozen=True, slots=True)
class Lock:
    """What is held and what gives way.

    Attributes:
        quantity: What is held.
        target: Its value.
        tolerance: How far it may be off, as a share of the target.
        free: The variable that is solved for: the base width of all blocks, the width factor of
            all stages, or that factor together with the width of the stem, which zero-padded
            shortcuts need.
    """

    quantity: Quantity
    target: int
    tolerance: float
    free: Free


@dataclass(frozen=True, slots=True)
class Solution:
    """The nearest network.

    Attributes:
        spec: The network with the free variable solved.
        value: Of the free variable; for all widths the factor on the edited network's.
        deviation: Of the held quantity from its target, as a share; negative when below.
        fits: Whether the deviation is within the tolerance.
    """

    spec: NetworkSpec
    value: float
    deviation: float
    fits: bool


def free_variables(spec: NetworkSpec) -> tuple[Free, ...]:
    """Return what can be solved for: the base width only where every stage's blocks have one."""
    has_base_width = all("base_width" in type(s.block).model_fields for s in spec.stages)
    widths: tuple[Free, ...] = ("all_widths", "width_multiplier")
    return ("base_width", *widths) if has_base_width else widths


def solve(spec: NetworkSpec, lock: Lock) -> Solution:
    """Return the network nearest to the target.

    Args:
        spec: The edited network.
        lock: What is held.

    Raises:
        SpecError: The network has no such free variable, or does not work at any value of it.
    """
    if lock.free not in free_variables(spec):
        raise SpecError(
            _("The blocks of this network have no base width to solve for."),
            _("Let the width factor give way instead."),
        )

    known: dict[int, int | None] = {}

    def held(index: int) -> int | None:
        if index not in known:
            known[index] = _held(_with(spec, lock.free, index), lock.quantity)
        return known[index]

    _bisect(held, lock.target, _largest(lock.free))
    found = [(abs(value - lock.target), i, value) for i, value in known.items() if value]
    if not found:
        raise SpecError(
            _("This network does not fit at any width."), _("Repair it before locking the budget.")
        )
    _deviation, index, value = min(found)
    deviation = value / lock.target - 1
    fits = abs(deviation) <= lock.tolerance
    return Solution(_with(spec, lock.free, index), _value(lock.free, index), deviation, fits)


def _bisect(held: Callable[[int], int | None], target: int, largest: int) -> None:
    """Ask for the values around the target.

    Some indices do not work, thin networks because no channel is left, grouped ones because the
    groups do not divide the width; the next one that works stands for them.
    """
    low, high = 0, largest + 1
    while high - low > 1:
        middle = (low + high) // 2
        works = next((i for i in range(middle, high) if held(i)), None)
        if works is None or (held(works) or 0) >= target:
            high = middle
        else:
            low = works


def _held(spec: NetworkSpec, quantity: Quantity) -> int | None:
    try:
        return getattr(cost(spec), quantity)
    except SpecError:
        return None


def _largest(free: Free) -> int:
    if free == "base_width":
        return LARGEST_BASE_WIDTH
    return round(LARGEST_MULTIPLIER / MULTIPLIER_STEP)


def _value(free: Free, index: int) -> float:
    return index if free == "base_width" else index * MULTIPLIER_STEP


def _with(spec: NetworkSpec, free: Free, index: int) -> NetworkSpec:
    if free == "base_width":
        return change_blocks(spec, None, base_width=index)
    factor = index * MULTIPLIER_STEP
    if free == "width_multiplier":
        return change(spec, width_multiplier=factor)
    scaled = change_part(spec, "stem", width=max(1, round(spec.stem.width * factor)))
    return change(scaled, width_multiplier=spec.width_multiplier * factor)
