"""Proposals where a value was refused before there was a network: the nearest that is allowed."""

from __future__ import annotations

from typing import TYPE_CHECKING

from explorer.analysis.repair.proposal import Proposal, Scope, Step
from explorer.spec.edit import change, change_block, change_part, change_stages
from explorer.spec.model import HeadSpec, NetworkSpec, StageSpec, StemSpec
from explorer.spec.positions import cells_of, locate
from explorer.spec.ranges import nearest

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from pydantic import BaseModel

    from explorer.address import Address
    from explorer.errors import SpecError


def value_proposals(spec: NetworkSpec, error: SpecError) -> Iterator[Proposal]:
    """Yield the nearest allowed value where one was refused, or the network as it was."""
    found = _field_at(spec, error.location)
    if found is not None and error.given is not None:
        address, model, field, put = found
        value = nearest(model.model_fields[field], error.given)
        if value is not None:
            yield Proposal(Step("value", address, value, field), put(value))
            return
    yield Proposal(Step("keep"), spec)


def _field_at(
    spec: NetworkSpec, location: str
) -> tuple[Address, type[BaseModel], str, Callable[[float], NetworkSpec]] | None:
    """Return address, model, field and setter of a location such as ``stages.0.block.groups``."""
    parts = location.split(".")
    field = parts[-1]
    found: tuple[Address, type[BaseModel], Callable[[float], NetworkSpec]] | None = None
    match parts:
        case [_]:
            found = "", NetworkSpec, lambda value: change(spec, **{field: value})
        case ["stem" | "head" as part, _]:
            model = StemSpec if part == "stem" else HeadSpec
            found = part, model, lambda value: change_part(spec, part, **{field: value})
        case ["stages", index, *_]:
            found = _in_stage(spec, int(index), field, in_block="block" in parts)
        case [_, index, *_] if index.isdecimal():
            found = _in_block(spec, ".".join(parts[:2]), field, in_block="block" in parts[2:-1])
        case _:
            pass
    if found is None or field not in found[1].model_fields:
        return None
    return found[0], found[1], field, found[2]


def _in_stage(
    spec: NetworkSpec, index: int, field: str, *, in_block: bool
) -> tuple[Address, type[BaseModel], Callable[[float], NetworkSpec]] | None:
    if index >= len(spec.stages):
        return None
    scope = Scope(index)
    if in_block:
        block = type(spec.stages[index].block)
        return scope.address, block, lambda value: scope.with_blocks(spec, **{field: value})
    return scope.address, StageSpec, lambda value: change_stages(spec, index, **{field: value})


def _in_block(
    spec: NetworkSpec, address: Address, field: str, *, in_block: bool
) -> tuple[Address, type[BaseModel], Callable[[float], NetworkSpec]] | None:
    stage, index = locate(spec, address)
    if index is None:
        return None
    block = type(cells_of(spec.stages[stage])[index].block)
    model: type[BaseModel] = block if in_block else StageSpec
    return address, model, lambda value: change_block(spec, address, **{field: value})
