"""What would make a network work again, and what it costs."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from explorer.address import stage_of
from explorer.analysis.budget import admit
from explorer.analysis.cost import node_costs
from explorer.errors import BudgetError, ShapeError, SpecError
from explorer.spec.edit import change, change_blocks

if TYPE_CHECKING:
    from collections.abc import Iterator

    from explorer.spec import NetworkSpec
    from explorer.spec.edit import Scope


@dataclass(frozen=True, slots=True)
class Repair:
    """One change after which the network works.

    Attributes:
        action: What it does: ``projection``, ``padding``, ``base_width`` or ``narrower``.
        spec: The repaired network.
        added_params: Parameters that the repair itself adds, such as those of the projections.
        value: The new value where the action sets one.
    """

    action: str
    spec: NetworkSpec
    added_params: int
    value: float | None = None


def repairs(spec: NetworkSpec, error: SpecError) -> tuple[Repair, ...]:
    """Return the repairs of a network that was refused, cheapest change first.

    Args:
        spec: The refused network.
        error: Why it was refused.
    """
    return tuple(_candidates(spec, error))


def _candidates(spec: NetworkSpec, error: SpecError) -> Iterator[Repair]:
    if isinstance(error, BudgetError):
        multiplier = spec.width_multiplier
        for _ in range(8):
            multiplier /= 2
            if repair := _tried("narrower", change(spec, width_multiplier=multiplier), multiplier):
                yield repair
                return
    elif isinstance(error, ShapeError) and error.address.startswith("layer"):
        stage = int(stage_of(error.address).removeprefix("layer")) - 1
        if len(error.shapes) > 1 or ".pad" in error.address:
            yield from _shortcut_repairs(spec, stage)
        else:
            yield from _width_repairs(spec, stage)


def _shortcut_repairs(spec: NetworkSpec, stage: int) -> Iterator[Repair]:
    for action, option in (("projection", "B"), ("padding", "A")):
        for scope in (stage, None):
            repair = _tried(action, change_blocks(spec, scope, shortcut=option), None, scope)
            if repair:
                yield repair
                break


def _width_repairs(spec: NetworkSpec, stage: int) -> Iterator[Repair]:
    base_width: int = getattr(spec.stages[stage].block, "base_width", 0)
    for value in range(base_width + 1, 65) if base_width else ():
        repair = _tried("base_width", change_blocks(spec, None, base_width=value), value)
        if repair:
            yield repair
            return


def _tried(
    action: str, spec: NetworkSpec, value: float | None, scope: Scope = None
) -> Repair | None:
    try:
        graph, _ = admit(spec)
    except SpecError:
        return None
    costs = node_costs(graph)
    stages = graph.stages if scope is None else (graph.stages[scope],)
    blocks = [block for stage in stages for block in stage.blocks]
    on_shortcuts = sum(costs[a].params for block in blocks for a in block.shortcut)
    return Repair(action, spec, on_shortcuts if action == "projection" else 0, value)
