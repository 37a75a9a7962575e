"""The difference of two networks as edits of which any part can be made without the others."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Literal, NamedTuple

from pydantic import BaseModel, ValidationError

from explorer.address import stage_of
from explorer.spec.codec import spec_error
from explorer.spec.difference import aligned_stages, differences
from explorer.spec.model import NetworkSpec, StageSpec

if TYPE_CHECKING:
    from collections.abc import Callable, Collection, Iterator, Sequence

    from explorer.blocks import AnyBlock
    from explorer.spec.difference import Difference

Grouping = Literal["field", "place", "each"]
GROUPINGS: tuple[Grouping, ...] = ("field", "place", "each")

_STAGE = "stage"
_FAMILY = "kind"
_SINGLE = "overrides"
_WHOLE = frozenset({"stem", "stages", "head"})
_OWN_FIELDS = frozenset({"block", "overrides"})


class Atom(NamedTuple):
    """The least that can be changed by itself.

    Attributes:
        place: ``network``, ``stem``, ``head``, or the position of a pair of aligned stages.
        field: The name of a field; ``kind`` for the family of the blocks with the fields that
            only it has, ``overrides`` for what is special about single blocks, ``stage`` for a
            stage that is added or removed.
    """

    place: str | int
    field: str


@dataclass(frozen=True, slots=True)
class Edit:
    """Some atoms that are changed together.

    Attributes:
        atoms: What is changed.
        differences: The same as a person reads it.
        joined: Whether it consists of edits that give a network only together.
        is_rest: Whether it collects edits of small effect.
    """

    atoms: frozenset[Atom]
    differences: tuple[Difference, ...]
    joined: bool = False
    is_rest: bool = False


class Composer:
    """Makes the networks between two others.

    Args:
        before: Where it starts.
        after: What all edits together lead to.
    """

    def __init__(self, before: NetworkSpec, after: NetworkSpec) -> None:
        """Find the atoms."""
        self.before, self.after = before, after
        self._pairs = aligned_stages(before, after)
        self.atoms: tuple[Atom, ...] = tuple(self._atoms())

    def _atoms(self) -> Iterator[Atom]:
        yield from _fields("network", self.before, self.after, _WHOLE)
        yield from _fields("stem", self.before.stem, self.after.stem)
        for k, (i, j) in enumerate(self._pairs):
            if i is None or j is None:
                yield Atom(k, _STAGE)
            else:
                yield from _of_stages(k, self.before.stages[i], self.after.stages[j])
        yield from _fields("head", self.before.head, self.after.head)

    def compose(self, atoms: Collection[Atom]) -> NetworkSpec:
        """Return the network in which some atoms are changed and the others are not.

        Raises:
            SpecError: No network has these values together.
        """
        stages: list[dict[str, Any]] = []
        for k, (i, j) in enumerate(self._pairs):
            if i is None or j is None:
                kept = self.before.stages[i] if i is not None else None
                kept = kept if Atom(k, _STAGE) not in atoms else self._added(j)
                stages += [_values(kept)] if kept is not None else []
            else:
                stages.append(_stage(k, self.before.stages[i], self.after.stages[j], atoms))
        data = {
            **_chosen("network", self.before, self.after, atoms),
            "stem": _chosen("stem", self.before.stem, self.after.stem, atoms),
            "stages": stages,
            "head": _chosen("head", self.before.head, self.after.head, atoms),
        }
        try:
            return NetworkSpec.model_validate(data)
        except ValidationError as error:
            raise spec_error(error) from None

    def _added(self, position: int | None) -> StageSpec | None:
        return None if position is None else self.after.stages[position]

    def edits(self, grouping: Grouping = "field") -> tuple[Edit, ...]:
        """Return the atoms grouped into edits, in the order of the network.

        Args:
            grouping: One edit for each field wherever it changes, for each place (network, stem,
                head, a stage), or for each atom.
        """
        keys: dict[Grouping, Callable[[Atom], object]] = {
            "field": lambda a: a.field if isinstance(a.place, int) else a,
            "place": lambda a: a.place,
            "each": lambda a: a,
        }
        words = self._words()
        groups: dict[object, list[Atom]] = {}
        for atom in self.atoms:
            groups.setdefault(keys[grouping](atom), []).append(atom)
        return tuple(
            Edit(frozenset(atoms), tuple(d for atom in atoms for d in words[atom]))
            for atoms in groups.values()
        )

    def _words(self) -> dict[Atom, list[Difference]]:
        """Return what a person reads for each atom."""
        old = {f"layer{i + 1}": k for k, (i, _) in enumerate(self._pairs) if i is not None}
        new = {f"layer{j + 1}": k for k, (_, j) in enumerate(self._pairs) if j is not None}
        found: dict[Atom, list[Difference]] = {atom: [] for atom in self.atoms}
        for difference in differences(self.before, self.after):
            found[_atom_of(difference, old, new)].append(difference)
        return found


def joined(edits: Sequence[Edit], *, is_rest: bool = False) -> Edit:
    """Return several edits as one."""
    return Edit(
        frozenset(atom for edit in edits for atom in edit.atoms),
        tuple(d for edit in edits for d in edit.differences),
        joined=not is_rest or any(edit.joined for edit in edits),
        is_rest=is_rest or any(edit.is_rest for edit in edits),
    )


def _atom_of(difference: Difference, old: dict[str, int], new: dict[str, int]) -> Atom:
    address = difference.address
    if address in {"network", "stem", "head"}:
        return Atom(address, difference.field)
    # What was removed with everything it had stands at its old address.
    is_old = not difference.field and difference.after is None
    place = (old if is_old else new)[stage_of(address)]
    if "." in address:
        return Atom(place, _SINGLE)
    if not difference.field:
        return Atom(place, _STAGE)
    return Atom(place, _FAMILY if difference.kind != "changed" else difference.field)


def _fields(
    place: str | int, before: BaseModel, after: BaseModel, skip: frozenset[str] = frozenset()
) -> Iterator[Atom]:
    for name in type(after).model_fields:
        if name not in skip and getattr(before, name) != getattr(after, name):
            yield Atom(place, name)


def _of_stages(place: int, before: StageSpec, after: StageSpec) -> Iterator[Atom]:
    yield from _fields(place, before, after, _OWN_FIELDS)
    old, new = before.block, after.block
    if old.kind != new.kind:
        yield Atom(place, _FAMILY)
    for name in _shared(old, new):
        if getattr(old, name) != getattr(new, name):
            yield Atom(place, name)
    if before.overrides != after.overrides:
        yield Atom(place, _SINGLE)


def _shared(old: AnyBlock, new: AnyBlock) -> list[str]:
    theirs = type(new).model_fields
    return [name for name in type(old).model_fields if name in theirs and name != "kind"]


def _chosen(
    place: str | int, before: BaseModel, after: BaseModel, atoms: Collection[Atom]
) -> dict[str, Any]:
    """Return the fields of a part, changed where an atom says so."""
    return {
        name: getattr(after if Atom(place, name) in atoms else before, name)
        for name in type(after).model_fields
        if name not in _WHOLE
    }


def _stage(
    place: int, before: StageSpec, after: StageSpec, atoms: Collection[Atom]
) -> dict[str, Any]:
    found = _chosen(place, before, after, atoms)
    source = after if Atom(place, _SINGLE) in atoms else before
    # A single block behind the last one is not there.
    found["overrides"] = tuple(o for o in source.overrides if o.at < found["depth"])
    found["block"] = _block(place, before.block, after.block, atoms)
    return found


def _block(
    place: int, before: AnyBlock, after: AnyBlock, atoms: Collection[Atom]
) -> dict[str, Any]:
    own = after if Atom(place, _FAMILY) in atoms else before
    found = _values(own)
    for name in _shared(before, after):
        found[name] = getattr(after if Atom(place, name) in atoms else before, name)
    return found


def _values(part: BaseModel) -> dict[str, Any]:
    return {name: getattr(part, name) for name in type(part).model_fields}
