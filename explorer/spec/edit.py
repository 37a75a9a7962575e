"""Edits of a specification: pure functions from one valid value to the next.

Every value that comes from a form is validated again here, because a browser may send anything.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from pydantic import ValidationError

from explorer.blocks import FAMILIES
from explorer.errors import SpecError
from explorer.spec.codec import spec_error
from explorer.spec.model import NetworkSpec, StageSpec

if TYPE_CHECKING:
    from explorer.block import BlockParams

Scope = int | None
"""The position of a stage, or None for all stages."""


def _rebuilt(spec: NetworkSpec, **updates: Any) -> NetworkSpec:  # noqa: ANN401
    try:
        return NetworkSpec.model_validate({**spec.model_dump(), **updates})
    except ValidationError as error:
        raise spec_error(error) from None


def change(spec: NetworkSpec, **updates: Any) -> NetworkSpec:  # noqa: ANN401
    """Return the network with other top-level values, such as ``width_multiplier``.

    Raises:
        SpecError: A value is out of range.
    """
    return _rebuilt(spec, **updates)


def change_part(spec: NetworkSpec, part: str, **updates: Any) -> NetworkSpec:  # noqa: ANN401
    """Return the network with other values in its ``stem`` or ``head``.

    Raises:
        SpecError: A value is out of range.
    """
    return _rebuilt(spec, **{part: {**getattr(spec, part).model_dump(), **updates}})


def _with_stages(spec: NetworkSpec, stages: list[dict[str, Any]]) -> NetworkSpec:
    return _rebuilt(spec, stages=stages)


def _targets(spec: NetworkSpec, scope: Scope) -> range:
    if scope is None:
        return range(len(spec.stages))
    if not 0 <= scope < len(spec.stages):
        raise SpecError(f"There is no stage {scope + 1}.", "Choose one of the stages.")
    return range(scope, scope + 1)


def change_stages(spec: NetworkSpec, scope: Scope, **updates: Any) -> NetworkSpec:  # noqa: ANN401
    """Return the network with other values in one stage or in all.

    Raises:
        SpecError: There is no such stage, or a value is out of range.
    """
    stages = [stage.model_dump() for stage in spec.stages]
    for i in _targets(spec, scope):
        stages[i].update(updates)
    return _with_stages(spec, stages)


def change_blocks(spec: NetworkSpec, scope: Scope, **updates: Any) -> NetworkSpec:  # noqa: ANN401
    """Return the network with other block parameters in one stage or in all.

    A stage whose blocks have no such parameter stays as it is.

    Raises:
        SpecError: There is no such stage, or a value is out of range.
    """
    stages = [stage.model_dump() for stage in spec.stages]
    for i in _targets(spec, scope):
        known = type(spec.stages[i].block).model_fields
        stages[i]["block"].update({k: v for k, v in updates.items() if k in known})
    return _with_stages(spec, stages)


def change_family(spec: NetworkSpec, scope: Scope, kind: str) -> NetworkSpec:
    """Return the network with another block family in one stage or in all.

    Parameters that both families have under one name are kept where both know the value, except
    the base width, which means another thing in each.

    Raises:
        SpecError: There is no such stage or family.
    """
    if kind not in FAMILIES:
        raise SpecError(f"There is no block called {kind[:40]!r}.", "Choose one of the list.")
    family = FAMILIES[kind]
    fields = family.model_fields
    stages = [stage.model_dump() for stage in spec.stages]
    for i in _targets(spec, scope):
        kept = {
            name: value
            for name, value in stages[i]["block"].items()
            if name in fields and name not in {"kind", "base_width"}
        }
        stages[i]["block"] = {**_known_to(family, kept), "kind": kind}
    return _with_stages(spec, stages)


def _known_to(family: type[BlockParams], values: dict[str, Any]) -> dict[str, Any]:
    """Leave out the values that a family does not have among its own."""
    try:
        family.model_validate(values)
    except ValidationError as error:
        unknown = {detail["loc"][0] for detail in error.errors()}
        return {name: value for name, value in values.items() if name not in unknown}
    return values


def add_stage(spec: NetworkSpec) -> NetworkSpec:
    """Return the network with one more stage: twice as wide, at half the resolution.

    Raises:
        SpecError: There are already as many stages as a network may have.
    """
    last = spec.stages[-1]
    new = StageSpec(depth=last.depth, width=min(2 * last.width, 8192), stride=2, block=last.block)
    return _with_stages(spec, [stage.model_dump() for stage in (*spec.stages, new)])


def remove_stage(spec: NetworkSpec, index: int) -> NetworkSpec:
    """Return the network without one stage.

    Raises:
        SpecError: It is the only one, or there is no such stage.
    """
    _targets(spec, index)
    stages = [stage.model_dump() for i, stage in enumerate(spec.stages) if i != index]
    return _with_stages(spec, stages)
