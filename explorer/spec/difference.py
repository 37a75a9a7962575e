"""What is different between two networks, field by field and block by block."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cache
from typing import TYPE_CHECKING, Any, Literal

from explorer.blocks import FAMILIES
from explorer.spec.alignment import align
from explorer.spec.model import BlockOverride, HeadSpec, NetworkSpec, StageSpec, StemSpec
from explorer.words import mark

if TYPE_CHECKING:
    from collections.abc import Iterator

    from pydantic import BaseModel

    from explorer.address import Address
    from explorer.blocks import AnyBlock
    from explorer.spec.alignment import Pairs

Kind = Literal["changed", "added", "removed"]
Special = tuple["AnyBlock", int | None] | None
"""What is special about a block: its parameters, and its width where that is its own."""

_LONE_STAGE = 8
"""What an added or removed stage counts for; a pair of stages counts for 12 at most."""


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
        return title_of(self.field, self.address)


def title_of(field: str, address: Address = "") -> str:
    """Return a field in words, as in the form.

    Args:
        field: Of a network, its stem or head, a stage or a block.
        address: Where it stands: the head has fields that are called like those of a stage.
    """
    if address == "head" and field in HeadSpec.model_fields:
        return HeadSpec.model_fields[field].title or field
    return _titles().get(field, field)


def differences(before: NetworkSpec, after: NetworkSpec) -> tuple[Difference, ...]:
    """Return what is different, in the order of the network; nothing for equal networks.

    Stages are aligned, so that an added stage is one difference and not a change of all behind it.
    """
    found = [
        *_fields("network", before, after, skip=("stem", "stages", "head")),
        *_fields("stem", before.stem, after.stem),
    ]
    for i, j in aligned_stages(before, after):
        if i is None and j is not None:
            found.append(Difference(_stage(j), "", None, after.stages[j], "added"))
        elif j is None and i is not None:
            found.append(Difference(_stage(i), "", before.stages[i], None, "removed"))
        elif i is not None and j is not None:
            found += _in_stage(_stage(i), _stage(j), before.stages[i], after.stages[j])
    return (*found, *_fields("head", before.head, after.head))


@cache
def _titles() -> dict[str, str]:
    models: list[type[BaseModel]] = [HeadSpec, *FAMILIES.values(), StemSpec, StageSpec, NetworkSpec]
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
    for i, j in _paired(before, after):
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


def special_blocks(stage: StageSpec) -> list[Special]:
    """Return what is special about each block of a stage, or None."""
    found: list[Special] = [None] * stage.depth
    for override in stage.overrides:
        found[override.at] = (override.block, override.width)
    return found


def aligned_blocks(before: StageSpec, after: StageSpec) -> Pairs:
    """Pair the blocks of two stages so that special ones meet what they are equal to."""
    return align(special_blocks(before), special_blocks(after), lambda _one, _other: 1, 1)


def _paired(before: StageSpec, after: StageSpec) -> Pairs:
    """Pair the blocks of two stages; only pairs that are not equally special are returned."""
    old, new = special_blocks(before), special_blocks(after)
    pairs = aligned_blocks(before, after)
    return [(i, j) for i, j in pairs if i is None or j is None or old[i] != new[j]]


def aligned_stages(before: NetworkSpec, after: NetworkSpec) -> Pairs:
    """Pair the stages of two networks so that as little as possible is different."""
    return align(before.stages, after.stages, _unlikeness, _LONE_STAGE)


def _unlikeness(before: StageSpec, after: StageSpec) -> int:
    fields = len(list(_fields("", before, after, skip=("block", "overrides"))))
    family = before.block.kind != after.block.kind
    return min(12, 2 + 3 * fields + 2 * (before.block != after.block) + 4 * family)
