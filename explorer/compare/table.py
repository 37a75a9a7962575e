"""Every field of several networks side by side, in the order of the network.

Stages and single blocks of each network are aligned with those of the baseline, as in
``explorer.spec.difference``; stages that the baseline does not have stand where they would be.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from explorer.spec.difference import aligned_blocks, aligned_stages, title_of
from explorer.spec.positions import cells_of

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from pydantic import BaseModel

    from explorer.address import Address
    from explorer.blocks import AnyBlock
    from explorer.spec import NetworkSpec
    from explorer.spec.alignment import Pairs
    from explorer.spec.model import StageSpec

_NEUTRAL = (0, 1)
"""Numbers that say that something is not there, such as one group or no gate."""


@dataclass(frozen=True, slots=True)
class Row:
    """One field in every network.

    Attributes:
        address: ``network``, ``stem``, ``head``, ``layer2`` or ``layer2.0``; where it stands in
            the baseline, or else in the first network that has it.
        field: Its name; empty for a stage as a whole.
        values: In each network; None where it has no such field or stage.
        differs: Whether the networks disagree about it.
    """

    address: Address
    field: str
    values: tuple[Any, ...]
    differs: bool

    @property
    def title(self) -> str:
        """Return the field in words, as in the form; empty where the field is."""
        return title_of(self.field, self.address)


def side_by_side(specs: Sequence[NetworkSpec], baseline: int = 0) -> tuple[Row, ...]:
    """Return all fields of networks, and whether they differ.

    Args:
        specs: The networks.
        baseline: The position of the one that the others are aligned with.
    """
    rows = [
        *_fields("network", specs, skip=("stem", "stages", "head")),
        *_fields("stem", [spec.stem for spec in specs]),
    ]
    for places in _groups(specs, baseline):
        stages = [
            None if at is None else spec.stages[at] for spec, at in zip(specs, places, strict=True)
        ]
        first = places[baseline]
        if first is None:
            first = next(at for at in places if at is not None)
        rows += _stage(f"layer{first + 1}", stages, baseline)
    return (*rows, *_fields("head", [spec.head for spec in specs]))


def _row(address: Address, field: str, values: Sequence[Any]) -> Row:
    return Row(address, field, tuple(values), any(value != values[0] for value in values))


def _fields(
    address: Address, parts: Sequence[BaseModel], *, skip: tuple[str, ...] = ()
) -> Iterator[Row]:
    for name in type(parts[0]).model_fields:
        if name not in skip:
            yield _row(address, name, [getattr(part, name) for part in parts])


def _groups(specs: Sequence[NetworkSpec], baseline: int) -> list[list[int | None]]:
    """Return which stages stand side by side: a position or None for each network."""
    count = len(specs[baseline].stages)
    found: list[list[int | None]] = [[None] * len(specs) for _ in range(count)]
    extra: list[list[list[int | None]]] = [[] for _ in range(count + 1)]
    for k, spec in enumerate(specs):
        if k == baseline:
            for i in range(count):
                found[i][k] = i
            continue
        for before, alone in _between(aligned_stages(specs[baseline], spec), found, k):
            # The n-th additional stage of two networks at one place share a row.
            while len(extra[before]) < len(alone):
                extra[before].append([None] * len(specs))
            for row, at in zip(extra[before], alone, strict=False):
                row[k] = at
    ordered: list[list[int | None]] = []
    for i in range(count + 1):
        ordered += extra[i]
        ordered += found[i : i + 1]
    return ordered


def _between(
    pairs: Pairs, found: list[list[int | None]], network: int
) -> Iterator[tuple[int, list[int]]]:
    """Note the paired stages of a network, and yield its others by the stage they stand before."""
    place, alone = 0, list[int]()
    for i, j in pairs:
        if i is None and j is not None:
            alone.append(j)
            continue
        yield place, alone
        assert i is not None
        found[i][network] = j
        place, alone = i + 1, []
    yield place, alone


def _stage(address: Address, stages: Sequence[StageSpec | None], baseline: int) -> Iterator[Row]:
    there = [stage for stage in stages if stage is not None]
    if len(there) < len(stages):
        yield _row(address, "", stages)
    for name in ("depth", "width", "stride"):
        yield _among(address, name, [stage and getattr(stage, name) for stage in stages])
    yield from _blocks(address, [stage and stage.block for stage in stages])
    yield from _single_blocks(address, stages, baseline)


def _among(address: Address, field: str, values: Sequence[Any]) -> Row:
    """Return a row that differs if the networks that have such a stage disagree."""
    known = [value for value in values if value is not None]
    return Row(address, field, tuple(values), any(value != known[0] for value in known))


def _blocks(address: Address, blocks: Sequence[AnyBlock | None]) -> Iterator[Row]:
    there = [block for block in blocks if block is not None]
    yield _among(address, "kind", [block and block.kind for block in blocks])
    names = dict.fromkeys(name for block in there for name in type(block).model_fields)
    for name in names:
        if name == "kind":
            continue
        values = [getattr(block, name, None) if block is not None else None for block in blocks]
        yield Row(address, name, tuple(values), _differ(name, there))


def _differ(name: str, blocks: Sequence[AnyBlock]) -> bool:
    """Return whether blocks disagree about a field.

    What only one family has says something if it is not its default, or a number that counts.
    """
    having = [block for block in blocks if name in type(block).model_fields]
    values = [getattr(block, name) for block in having]
    if any(value != values[0] for value in values):
        return True
    if len(having) == len(blocks):
        return False
    value = values[0]
    counts = isinstance(value, int | float) and not isinstance(value, bool)
    is_default = value == type(having[0]).model_fields[name].default
    return not is_default or (counts and value not in _NEUTRAL)


def _single_blocks(
    address: Address, stages: Sequence[StageSpec | None], baseline: int
) -> Iterator[Row]:
    """Yield what is special about single blocks, where a stage has such blocks."""
    if not any(stage is not None and stage.overrides for stage in stages):
        return
    cells = [[] if stage is None else cells_of(stage) for stage in stages]
    special = [{o.at for o in stage.overrides} if stage is not None else set() for stage in stages]
    for index, places in _block_groups(stages, baseline):
        if any(at in own for at, own in zip(places, special, strict=True)):
            here = [None if at is None else own[at] for at, own in zip(places, cells, strict=True)]
            yield _among(f"{address}.{index}", "width", [cell and cell.width for cell in here])
            yield from _blocks(f"{address}.{index}", [cell and cell.block for cell in here])


def _block_groups(
    stages: Sequence[StageSpec | None], baseline: int
) -> Iterator[tuple[int, list[int | None]]]:
    """Yield the index of a block in the baseline, or where it is alone, and its places."""
    reference = stages[baseline] or next(stage for stage in stages if stage is not None)
    paired: list[list[int | None]] = [[None] * len(stages) for _ in range(reference.depth)]
    alone: list[tuple[int, list[int | None]]] = []
    for k, stage in enumerate(stages):
        for i, j in [] if stage is None else aligned_blocks(reference, stage):
            if i is not None:
                paired[i][k] = j
            elif j is not None:
                alone.append((j, [j if k == n else None for n in range(len(stages))]))
    yield from enumerate(paired)
    yield from alone
