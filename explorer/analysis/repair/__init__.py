"""What would make a refused network work again, and what it costs.

Every repair is tried before it is offered. Where no single change is enough, changes are made one
after the other, each past the place of the last error, until the network works.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from explorer.address import is_inside, stage_of
from explorer.analysis.budget import admit
from explorer.analysis.cost import node_costs
from explorer.analysis.repair.proposal import Action, Proposal, Repair, Step
from explorer.analysis.repair.shapes import fallback, shape_proposals
from explorer.analysis.repair.size import Series, size_series
from explorer.analysis.repair.values import value_proposals
from explorer.errors import BudgetError, ShapeError, SpecError
from explorer.spec.edit import change, change_blocks, change_family, change_part, change_stages
from explorer.spec.positions import locate

if TYPE_CHECKING:
    from collections.abc import Iterator

    from explorer.address import Address
    from explorer.spec import NetworkSpec

__all__ = ["Action", "Repair", "Step", "place_of", "repairs"]

_MOST = 6
_MOST_OF_A_KIND = 2
_MOST_STEPS = 16
_FREE_STEPS = 8


def repairs(spec: NetworkSpec, error: SpecError) -> tuple[Repair, ...]:
    """Return the repairs of a network that was refused, the smallest change first.

    Args:
        spec: The refused network; for an error of an edit the network before it.
        error: Why it was refused.

    Returns:
        Repairs, each of which is known to work; none only where the limits allow no network.
    """
    found: list[Repair] = []
    for series in _series(spec, error):
        taken = 0
        for proposal in series.proposals:
            if _is_known(proposal.step, found):
                continue
            if _refusal(proposal.spec) is None:
                found.append(_repair(proposal))
                taken += 1
            if len(found) == _MOST:
                return tuple(found)
            if taken and isinstance(error, BudgetError):
                break
    if found:
        return tuple(found)
    chained = _chained(spec, error)
    return () if chained is None else (chained,)


def place_of(spec: NetworkSpec, error: SpecError) -> Address:
    """Return where an error is to be marked.

    Returns:
        The address of a block or stage, ``stem``, ``head`` or ``network``.
    """
    parts = error.location.split(".")
    if isinstance(error, BudgetError):
        return "network"
    if parts[0] in {"stem", "head"}:
        return parts[0]
    if parts[0] == "stages" and len(parts) > 1:
        return f"layer{int(parts[1]) + 1}"
    if parts[0].startswith("layer"):
        try:
            return locate(spec, ".".join(parts[: 1 + parts[1:2][0].isdecimal()])).address
        except (SpecError, IndexError):
            return parts[0]
    in_stem = isinstance(error, ShapeError) and parts[0] in {"conv1", "bn1", "relu", "maxpool"}
    return "stem" if in_stem else "network"


def _series(spec: NetworkSpec, error: SpecError) -> Iterator[Series]:
    if isinstance(error, BudgetError):
        yield from size_series(spec, error)
    elif isinstance(error, ShapeError):
        for proposal in shape_proposals(spec, error):
            yield Series((proposal,))
    else:
        yield Series(tuple(value_proposals(spec, error)))


def _is_known(step: Step, found: list[Repair]) -> bool:
    """Return whether the like is already offered, in a smaller place or often enough."""
    like = [repair for repair in found if repair.action == step.action]
    return (
        len(like) >= _MOST_OF_A_KIND
        or any(repair.address != step.address for repair in like if step.action != "reset")
        or (step.action == "image_size" and bool(like))
    )


def _refusal(spec: NetworkSpec) -> SpecError | None:
    try:
        admit(spec)
    except SpecError as error:
        return error
    return None


def _repair(proposal: Proposal, also: tuple[Step, ...] = ()) -> Repair:
    step, spec = proposal
    added = _on_shortcuts(spec, step.address) if step.action == "projection" else 0
    return Repair(step.action, spec, added, step.value, step.address, step.field, also)


def _on_shortcuts(spec: NetworkSpec, address: Address) -> int:
    """Return the parameters on the shortcuts of a block, of a stage or of all."""
    graph, _ = admit(spec)
    costs = node_costs(graph)
    blocks = [b for b in graph.blocks if not address or is_inside(b.address, address)]
    return sum(costs[node].params for block in blocks for node in block.shortcut)


def _chained(spec: NetworkSpec, error: SpecError) -> Repair | None:
    """Return several changes that together make the network work."""
    steps: list[Step] = []
    now, refusal = spec, error
    for number in range(_MOST_STEPS):
        proposal, after = _best(now, refusal, is_free=number < _FREE_STEPS)
        steps.append(proposal.step)
        now = proposal.spec
        if after is None:
            return _repair(Proposal(steps[0], now), tuple(steps[1:]))
        refusal = after
    last = _simplest(spec)
    return _repair(last) if _refusal(last.spec) is None else None


def _best(
    spec: NetworkSpec, error: SpecError, *, is_free: bool
) -> tuple[Proposal, SpecError | None]:
    """Return the proposal that gets farthest, and what is still refused after it."""
    best: tuple[Proposal, SpecError] | None = None
    most, is_shape = _rank(error), isinstance(error, ShapeError)
    for series in _series(spec, error) if is_free or not is_shape else ():
        for proposal in series.proposals:
            after = _refusal(proposal.spec)
            if after is None:
                return proposal, None
            rank = _rank(after)
            if rank > most or (best is None and not is_shape):
                best, most = (proposal, after), rank
            if not is_shape and isinstance(after, ShapeError):
                # Within the budget, and what does not fit now is another matter.
                best = (proposal, after)
                break
    if best is not None:
        return best
    proposal = fallback(spec, error) if isinstance(error, ShapeError) else _simplest(spec)
    return proposal, _refusal(proposal.spec)


def _rank(error: SpecError) -> tuple[float, ...]:
    """Return how far a network gets before it is refused."""
    if isinstance(error, BudgetError):
        return (2, error.limit / error.value)
    if not isinstance(error, ShapeError):
        return (0,)
    if not error.address.startswith("layer"):
        return (1, 0)
    stage = int(stage_of(error.address).removeprefix("layer"))
    return (1, stage, int(error.address.split(".")[1]))


def _simplest(spec: NetworkSpec) -> Proposal:
    """Return short stages of basic blocks, which fit wherever anything fits."""
    plain = change_family(spec, None, "basic")
    plain = change_blocks(plain, None, shortcut="B", dilation=1)
    for i, stage in enumerate(plain.stages):
        depth, width = min(stage.depth, 2), min(stage.width, 256)
        plain = change_stages(plain, i, depth=depth, width=width, overrides=())
    stem = min(spec.stem.width, 64)
    plain = change_part(plain, "stem", width=stem, ceil_pool=False)
    plain = change_part(plain, "head", num_classes=min(spec.head.num_classes, 1000))
    size = min(spec.image_size, 32)
    return Proposal(Step("simpler"), change(plain, image_size=size, width_multiplier=1.0))
