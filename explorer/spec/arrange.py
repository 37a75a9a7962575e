"""Move, duplicate, remove and add stages and blocks: pure functions between valid networks.

A block takes along what is special about it: where the blocks of its new stage are not like it,
it becomes an override there, and where they are, it becomes one of them. A stage that loses its
last block is gone.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from explorer.errors import SpecError
from explorer.spec.model import MAX_DEPTH, MAX_WIDTH, StageSpec
from explorer.spec.positions import (
    Cell,
    Position,
    cells_of,
    locate,
    locate_block,
    with_cells,
    with_stages,
)
from explorer.words import _

if TYPE_CHECKING:
    from explorer.address import Address
    from explorer.spec.model import NetworkSpec

MAX_STAGES = 8


def move(spec: NetworkSpec, address: Address, before: Address) -> NetworkSpec:
    """Return the network with a stage or a block at another place.

    Args:
        spec: The network.
        address: What moves, such as ``layer2`` or ``layer2.0``.
        before: What it will stand before. For a stage another stage, or the empty string for the
            end of the network. For a block another block; ``layer2.4`` is the end of a stage of
            four.

    Raises:
        SpecError: There is no such place, or the stage there is full.
    """
    start = locate(spec, address)
    if start.block is None:
        return _move_stage(spec, start.stage, _gap(spec, before))
    target = _gap_in_stage(spec, before)
    if target == start or target == (start.stage, start.block + 1):
        return spec
    cells = [cells_of(stage) for stage in spec.stages]
    index = target.block or 0
    if target.stage == start.stage and index > start.block:
        index -= 1
    cell = cells[start.stage].pop(start.block)
    cells[target.stage].insert(index, cell)
    return _with_cells(spec, cells)


def duplicate(spec: NetworkSpec, address: Address) -> NetworkSpec:
    """Return the network with a stage or a block once more, directly behind itself.

    Raises:
        SpecError: There is no such stage or block, or no room for another.
    """
    stage, index = locate(spec, address)
    if index is None:
        return _insert_stage(spec, stage + 1, spec.stages[stage])
    cells = cells_of(spec.stages[stage])
    return _insert_cell(spec, Position(stage, index + 1), cells[index])


def remove(spec: NetworkSpec, address: Address) -> NetworkSpec:
    """Return the network without a stage or a block.

    Raises:
        SpecError: There is no such stage or block, or it is the only one.
    """
    stage, index = locate(spec, address)
    if index is not None:
        cells = [cells_of(stage_) for stage_ in spec.stages]
        del cells[stage][index]
        return _with_cells(spec, cells)
    if len(spec.stages) == 1:
        raise _only_one(_("This is the only stage of the network."), address)
    return with_stages(spec, (s for i, s in enumerate(spec.stages) if i != stage))


def add_block(spec: NetworkSpec, before: Address) -> NetworkSpec:
    """Return the network with one more block like the others of its stage.

    Args:
        spec: The network.
        before: The block it will stand before; ``layer2.4`` is the end of a stage of four.

    Raises:
        SpecError: There is no such place, or the stage is full.
    """
    target = _gap_in_stage(spec, before)
    stage = spec.stages[target.stage]
    return _insert_cell(spec, target, Cell(stage.block, stage.width))


def add_stage(spec: NetworkSpec, before: Address = "") -> NetworkSpec:
    """Return the network with one more stage.

    At the end it is twice as wide as the last, at half the resolution. Elsewhere it is like the
    stage in front of it (at the very front: like the first) and keeps the resolution.

    Args:
        spec: The network.
        before: The stage it will stand before; the empty string is the end of the network.

    Raises:
        SpecError: There is no such stage, or there are as many as a network may have.
    """
    index = _gap(spec, before)
    model = spec.stages[max(0, index - 1)]
    width, stride = model.width, 1
    if index == len(spec.stages):
        width, stride = min(2 * width, MAX_WIDTH), 2
    new = StageSpec(depth=model.depth, width=width, stride=stride, block=model.block)
    return _insert_stage(spec, index, new)


def _gap(spec: NetworkSpec, before: Address) -> int:
    """Return the position of the stage that something is put before."""
    if not before:
        return len(spec.stages)
    found = locate(spec, before)
    if found.block is not None:
        raise SpecError(
            _("A stage cannot stand inside another."), _("Put it before a stage."), found.address
        )
    return found.stage


def _gap_in_stage(spec: NetworkSpec, before: Address) -> Position:
    """Return the position of the block that something is put before, which may be the end."""
    found = locate(spec, before, or_end=True)
    if found.block is None:
        locate_block(spec, before)
    return found


def _move_stage(spec: NetworkSpec, start: int, gap: int) -> NetworkSpec:
    stages = list(spec.stages)
    moved = stages.pop(start)
    stages.insert(gap - (gap > start), moved)
    return with_stages(spec, stages)


def _insert_stage(spec: NetworkSpec, index: int, stage: StageSpec) -> NetworkSpec:
    if len(spec.stages) == MAX_STAGES:
        raise SpecError(
            _("A network has {n} stages at most.").format(n=MAX_STAGES),
            _("Remove a stage first, or add blocks to one."),
            f"layer{MAX_STAGES}",
        )
    return with_stages(spec, (*spec.stages[:index], stage, *spec.stages[index:]))


def _insert_cell(spec: NetworkSpec, position: Position, cell: Cell) -> NetworkSpec:
    cells = [cells_of(stage) for stage in spec.stages]
    cells[position.stage].insert(position.block or 0, cell)
    return _with_cells(spec, cells)


def _with_cells(spec: NetworkSpec, cells: list[list[Cell]]) -> NetworkSpec:
    """Return the network with these blocks in its stages; the stages without any are gone."""
    stages: list[StageSpec] = []
    for i, (stage, own) in enumerate(zip(spec.stages, cells, strict=True)):
        if len(own) > MAX_DEPTH:
            raise SpecError(
                _("A stage has {n} blocks at most.").format(n=MAX_DEPTH),
                _("Remove a block first, or add a stage."),
                f"layer{i + 1}",
            )
        if own:
            stages.append(stage if own == cells_of(stage) else with_cells(stage, own))
    if not stages:
        raise _only_one(_("This is the only block of the network."), "layer1.0")
    return with_stages(spec, stages)


def _only_one(message: str, address: Address) -> SpecError:
    return SpecError(message, _("Add another before you remove it."), address)
