"""What is different between two networks, field by field and block by block."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cache
from typing import TYPE_CHECKING, Any, Literal

from explorer.blocks import FAMILIES
from explorer.spec.model import BlockOverride, HeadSpec, NetworkSpec, StageSpec, StemSpec
from explorer.words import mark

if TYPE_CHECKING:
    from collections.abc import Iterator

    from pydantic import BaseModel

    from explorer.address import Address
    from explorer.blocks import AnyBlock

Kind = Literal["changed", "added", "removed"]
Pairs = list[tuple[int | None, int | None]]

_LONE_STAGE = 2.0
"""What an added or removed stage counts for; a pair of stages counts for 3 at most."""


@dataclass(frozen=True, slots=True)
class Difference:
    """One thing that is not the same.

    Attributes:
        address: ``network``, ``stem``, ``head``, ``layer2`` or ``layer2.0``; where it stands
            afterwards, or, for what was removed, where it stood.
        field: The name of the field, ``kind`` for the family of a block; empty where a whole
            stage or what is special about a block was added or removed.
        before: The value before, None where there was none.
        after: The value afterwards, None where there is none. For an empty field a ``StageSpec``
            or a ``BlockOverride``.
        kind: Whether it changed, was added or removed.
        title: The field in words, as in the form; empty where the field is.
    """

    address: Address
    field: str
    before: Any
    after: Any
    kind: Kind = "changed"

    @property
    def title(self) -> str:
        """Return the field in words, as in the form; empty where the field is."""
        return title_of(self.field)


def title_of(field: str) -> str:
    """Return a field of a network, a stage or a block in words, as in the form."""
    return _titles().get(field, field)


def differences(before: NetworkSpec, after: NetworkSpec) -> tuple[Difference, ...]:
    """Return what is different, in the order of the network; nothing for equal networks.

    Stages are aligned, so that an added stage is one difference and not a change of all behind it.
    """
    found = [
        *_fields("network", before, after, skip=("stem", "stages", "head")),
        *_fields("stem", before.stem, after.stem),
    ]
    for i, j in _aligned(before.stages, after.stages):
        if i is None and j is not None:
            found.append(Difference(_stage(j), "", None, after.stages[j], "added"))
        elif j is None and i is not None:
            found.append(Difference(_stage(i), "", before.stages[i], None, "removed"))
        elif i is not None and j is not None:
            found += _in_stage(_stage(i), _stage(j), before.stages[i], after.stages[j])
    return (*found, *_fields("head", before.head, after.head))


@cache
def _titles() -> dict[str, str]:
    models: list[type[BaseModel]] = [*FAMILIES.values(), StemSpec, StageSpec, HeadSpec, NetworkSpec]
    found = {
        name: info.title
        for model in models
        for name, info in model.model_fields.items()
        if info.title
    }
    return {**found, "kind": mark("Block"), "": ""}


def _stage(index: int) -> Address:
    return f"layer{index + 1}"


def _fields(
    address: Address, before: BaseModel, after: BaseModel, *, skip: tuple[str, ...] = ()
) -> Iterator[Difference]:
    for name in type(after).model_fields:
        old, new = getattr(before, name), getattr(after, name)
        if name not in skip and old != new:
            yield Difference(address, name, old, new)


def _blocks(address: Address, before: AnyBlock, after: AnyBlock) -> Iterator[Difference]:
    """Yield the fields of two blocks; between families, those of only one if not its default."""
    if before.kind == after.kind:
        yield from _fields(address, before, after)
        return
    yield Difference(address, "kind", before.kind, after.kind)
    mine, theirs = type(before).model_fields, type(after).model_fields
    for name, info in theirs.items():
        new = getattr(after, name)
        if name in mine and name != "kind" and getattr(before, name) != new:
            yield Difference(address, name, getattr(before, name), new)
        elif name not in mine and new != info.default:
            yield Difference(address, name, None, new, "added")
    for name, info in mine.items():
        old = getattr(before, name)
        if name not in theirs and old != info.default:
            yield Difference(address, name, old, None, "removed")


def _in_stage(
    old_address: Address, address: Address, before: StageSpec, after: StageSpec
) -> Iterator[Difference]:
    yield from _fields(address, before, after, skip=("block", "overrides"))
    yield from _blocks(address, before.block, after.block)
    for i, j in _paired(_special(before), _special(after)):
        old = None if i is None else before.override_at(i)
        new = None if j is None else after.override_at(j)
        if j is not None:
            yield from _one_block(f"{address}.{j}", (before, old), (after, new))
        elif old is not None:
            yield Difference(f"{old_address}.{i}", "", old, None, "removed")


def _one_block(
    address: Address,
    before: tuple[StageSpec, BlockOverride | None],
    after: tuple[StageSpec, BlockOverride | None],
) -> Iterator[Difference]:
    (old_stage, old), (new_stage, new) = before, after
    if old is None and new is None:
        return
    fields = [
        *_fields_of_width(address, old, new),
        *_blocks(
            address,
            old_stage.block if old is None else old.block,
            new_stage.block if new is None else new.block,
        ),
    ]
    if fields:
        yield from fields
    elif old is None:
        # An override that is like its stage: nothing to see, but the networks are not equal.
        yield Difference(address, "", None, new, "added")
    elif new is None:
        yield Difference(address, "", old, None, "removed")


def _fields_of_width(
    address: Address, old: BlockOverride | None, new: BlockOverride | None
) -> Iterator[Difference]:
    widths = (old and old.width, new and new.width)
    if widths[0] != widths[1]:
        yield Difference(address, "width", *widths)


def _special(stage: StageSpec) -> list[tuple[AnyBlock, int | None] | None]:
    """Return what is special about each block, or None."""
    found: list[tuple[AnyBlock, int | None] | None] = [None] * stage.depth
    for override in stage.overrides:
        found[override.at] = (override.block, override.width)
    return found


def _paired(
    before: list[tuple[AnyBlock, int | None] | None],
    after: list[tuple[AnyBlock, int | None] | None],
) -> Pairs:
    """Pair the blocks of a stage that are not equal at its two ends, in order."""
    shorter = min(len(before), len(after))
    start = next((i for i in range(shorter) if before[i] != after[i]), shorter)
    end = next(
        (k for k in range(shorter - start) if before[-1 - k] != after[-1 - k]), shorter - start
    )
    old: list[int | None] = list(range(start, len(before) - end))
    new: list[int | None] = list(range(start, len(after) - end))
    missing = len(old) - len(new)
    old += [None] * -missing
    new += [None] * missing
    return list(zip(old, new, strict=True))


def _aligned(before: tuple[StageSpec, ...], after: tuple[StageSpec, ...]) -> Pairs:
    """Pair the stages so that as little as possible is different."""

    @cache
    def best(i: int, j: int) -> tuple[float, Pairs]:
        if i == len(before) or j == len(after):
            rest: Pairs = [(k, None) for k in range(i, len(before))]
            rest += [(None, k) for k in range(j, len(after))]
            return _LONE_STAGE * len(rest), rest
        steps: list[tuple[float, Pairs, tuple[int | None, int | None]]] = [
            (*best(i + 1, j + 1), (i, j)),
            (*best(i + 1, j), (i, None)),
            (*best(i, j + 1), (None, j)),
        ]
        counts = (_unlikeness(before[i], after[j]), _LONE_STAGE, _LONE_STAGE)
        totals = [count + step[0] for count, step in zip(counts, steps, strict=True)]
        chosen = totals.index(min(totals))
        return totals[chosen], [steps[chosen][2], *steps[chosen][1]]

    return best(0, 0)[1]


def _unlikeness(before: StageSpec, after: StageSpec) -> float:
    if before == after:
        return 0
    fields = len(list(_fields("", before, after, skip=("block", "overrides"))))
    family = before.block.kind != after.block.kind
    return min(3, 0.5 + 0.75 * fields + 0.5 * (before.block != after.block) + family)
