"""Edits of a specification: pure functions from one valid value to the next.

Every value that comes from a form is validated again here, because a browser may send anything.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from pydantic import ValidationError

from explorer.blocks import FAMILIES
from explorer.errors import SpecError
from explorer.spec.codec import spec_error
from explorer.spec.model import BlockOverride, HeadSpec, NetworkSpec, StageSpec, StemSpec
from explorer.spec.positions import Cell, cells_of, locate_block, rebuilt, with_cells
from explorer.words import _

if TYPE_CHECKING:
    from pydantic import BaseModel

    from explorer.address import Address
    from explorer.block import BlockParams
    from explorer.blocks import AnyBlock

Scope = int | None
"""The position of a stage, or None for all stages."""


def blank(num_classes: int = 10, image_size: int = 32) -> NetworkSpec:
    """Return the smallest network to start from: a 3x3 stem and one basic block of width 16.

    Raises:
        SpecError: A value is out of range.
    """
    stem = StemSpec(width=16, kernel_size=3, stride=1, pool=False)
    start = NetworkSpec(
        image_size=32,
        stem=stem,
        stages=(StageSpec(depth=1, width=16),),
        head=HeadSpec(num_classes=10),
    )
    return change(change_part(start, "head", num_classes=num_classes), image_size=image_size)


def change(spec: NetworkSpec, **updates: Any) -> NetworkSpec:  # noqa: ANN401
    """Return the network with other top-level values, such as ``width_multiplier``.

    Raises:
        SpecError: A value is out of range.
    """
    return rebuilt(spec, **updates)


def change_part(spec: NetworkSpec, part: str, **updates: Any) -> NetworkSpec:  # noqa: ANN401
    """Return the network with other values in its ``stem`` or ``head``.

    Raises:
        SpecError: A value is out of range.
    """
    return rebuilt(spec, **{part: {**getattr(spec, part).model_dump(), **updates}})


def _targets(spec: NetworkSpec, scope: Scope) -> range:
    if scope is None:
        return range(len(spec.stages))
    if not 0 <= scope < len(spec.stages):
        raise SpecError(
            _("There is no stage {n}.").format(n=scope + 1),
            _("Choose one of the stages."),
            f"layer{scope + 1}",
        )
    return range(scope, scope + 1)


def change_stages(spec: NetworkSpec, scope: Scope, **updates: Any) -> NetworkSpec:  # noqa: ANN401
    """Return the network with other values in one stage or in all.

    A stage that gets shorter loses the overrides behind its new end.

    Raises:
        SpecError: There is no such stage, or a value is out of range.
    """
    stages: list[Any] = list(spec.stages)
    depth = updates.get("depth")
    for i in _targets(spec, scope):
        stages[i] = {**_values(spec.stages[i]), **updates}
        if isinstance(depth, int | float) and "overrides" not in updates:
            stages[i]["overrides"] = tuple(o for o in spec.stages[i].overrides if o.at < depth)
    return rebuilt(spec, stages=stages)


def change_blocks(spec: NetworkSpec, scope: Scope, **updates: Any) -> NetworkSpec:  # noqa: ANN401
    """Return the network with other block parameters in one stage or in all.

    A stage whose blocks have no such parameter stays as it is, and so do overridden blocks.

    Raises:
        SpecError: There is no such stage, or a value is out of range.
    """
    stages: list[Any] = list(spec.stages)
    for i in _targets(spec, scope):
        block = spec.stages[i].block
        known = {k: v for k, v in updates.items() if k in type(block).model_fields}
        if known:
            stages[i] = {**_values(spec.stages[i]), "block": {**_values(block), **known}}
    return rebuilt(spec, stages=stages)


def change_family(spec: NetworkSpec, scope: Scope, kind: str) -> NetworkSpec:
    """Return the network with another block family in one stage or in all.

    Parameters that both families have under one name are kept where both know the value, except
    the base width, which means another thing in each. Overridden blocks stay as they are.

    Raises:
        SpecError: There is no such stage or family.
    """
    stages: list[Any] = list(spec.stages)
    for i in _targets(spec, scope):
        block = _of_family(spec.stages[i].block, kind, f"layer{i + 1}")
        stages[i] = {**_values(spec.stages[i]), "block": block}
    return rebuilt(spec, stages=stages)


def change_block(spec: NetworkSpec, address: Address, **updates: Any) -> NetworkSpec:  # noqa: ANN401
    """Return the network with other parameters, or another ``width``, in a single block.

    Where the block is then like the others of its stage, it is no longer an override.

    Args:
        spec: The network.
        address: The block, such as ``layer2.0``.
        updates: Parameters of its family, and ``width`` [channels].

    Raises:
        SpecError: There is no such block, or a value is out of range.
    """
    stage, index = locate_block(spec, address)
    cell = cells_of(spec.stages[stage])[index]
    width = updates.pop("width", cell.width)
    return _with_block(spec, address, {**_values(cell.block), **updates}, width)


def change_block_family(spec: NetworkSpec, address: Address, kind: str) -> NetworkSpec:
    """Return the network with another block family in a single block; see ``change_family``.

    Raises:
        SpecError: There is no such block or family.
    """
    stage, index = locate_block(spec, address)
    cell = cells_of(spec.stages[stage])[index]
    return _with_block(spec, address, _of_family(cell.block, kind, address), cell.width)


def reset_block(spec: NetworkSpec, address: Address) -> NetworkSpec:
    """Return the network with a block that is like the others of its stage again.

    Raises:
        SpecError: There is no such block.
    """
    stage, index = locate_block(spec, address)
    overrides = tuple(o for o in spec.stages[stage].overrides if o.at != index)
    return change_stages(spec, stage, overrides=overrides)


def _with_block(spec: NetworkSpec, address: Address, block: Any, width: Any) -> NetworkSpec:  # noqa: ANN401
    position, index = locate_block(spec, address)
    try:
        new = BlockOverride.model_validate({"at": index, "block": block, "width": width})
    except ValidationError as error:
        raise spec_error(error, f"{address}.") from None
    stage = spec.stages[position]
    cells = cells_of(stage)
    cells[index] = Cell(new.block, stage.width if new.width is None else new.width)
    stages = list(spec.stages)
    stages[position] = with_cells(stage, cells)
    return rebuilt(spec, stages=stages)


def _values(part: BaseModel) -> dict[str, Any]:
    return {name: getattr(part, name) for name in type(part).model_fields}


def _of_family(block: AnyBlock, kind: str, address: Address) -> dict[str, Any]:
    """Return the parameters of a block of another family that keeps what it can."""
    family = FAMILIES.get(kind)
    if family is None:
        raise SpecError(
            _("There is no block called {kind}.").format(kind=repr(kind[:40])),
            _("Choose one of the list."),
            address,
        )
    kept = {
        name: value
        for name, value in _values(block).items()
        if name in family.model_fields and name not in {"kind", "base_width"}
    }
    return {**_known_to(family, kept), "kind": kind}


def _known_to(family: type[BlockParams], values: dict[str, Any]) -> dict[str, Any]:
    """Leave out the values that a family does not have among its own."""
    try:
        family.model_validate(values)
    except ValidationError as error:
        unknown = {detail["loc"][0] for detail in error.errors()}
        return {name: value for name, value in values.items() if name not in unknown}
    return values
