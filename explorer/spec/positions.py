"""Where things stand in a specification: addresses of stages and blocks, and stages block by block.

The address of a stage is ``layer2``, that of a block ``layer2.0``: the graph's own addresses.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Any, NamedTuple

from pydantic import ValidationError

from explorer.errors import SpecError
from explorer.spec.codec import spec_error
from explorer.spec.model import BlockOverride, NetworkSpec, StageSpec
from explorer.words import _

if TYPE_CHECKING:
    from collections.abc import Iterable

    from explorer.address import Address
    from explorer.blocks import AnyBlock

_ADDRESS = re.compile(r"layer([1-9][0-9]{0,3})(?:\.(0|[1-9][0-9]{0,3}))?")


class Position(NamedTuple):
    """A stage, or a block in it; both count from 0.

    Attributes:
        stage: The position of the stage.
        block: The position of the block in it, or None for the stage itself.
    """

    stage: int
    block: int | None = None

    @property
    def address(self) -> Address:
        """Return the address, such as ``layer2`` or ``layer2.0``."""
        stage = f"layer{self.stage + 1}"
        return stage if self.block is None else f"{stage}.{self.block}"


class Cell(NamedTuple):
    """What stands at one place of a stage.

    Attributes:
        block: The block.
        width: Its width [channels].
    """

    block: AnyBlock
    width: int


def locate(spec: NetworkSpec, address: Address, *, or_end: bool = False) -> Position:
    """Return the position of a stage or block.

    Args:
        spec: The network.
        address: ``layer2`` or ``layer2.0``.
        or_end: Whether the place behind the last block of a stage counts as well.

    Raises:
        SpecError: There is no such stage or block.
    """
    found = _ADDRESS.fullmatch(address)
    if found is None:
        raise SpecError(
            _("{address} is no stage and no block.").format(address=repr(address[:40])),
            _("Write layer2 for the second stage, layer2.0 for its first block."),
            address[:40] or "network",
        )
    stage, index = int(found[1]) - 1, found[2]
    if stage >= len(spec.stages):
        raise SpecError(
            _("There is no stage {n}.").format(n=stage + 1),
            _("Choose one of the stages."),
            f"layer{stage + 1}",
        )
    if index is None:
        return Position(stage)
    if int(index) >= spec.stages[stage].depth + or_end:
        raise SpecError(
            _("layer{n} has no block {index}.").format(n=stage + 1, index=index),
            _("Its blocks are 0 to {last}.").format(last=spec.stages[stage].depth - 1),
            f"layer{stage + 1}",
        )
    return Position(stage, int(index))


def locate_block(spec: NetworkSpec, address: Address) -> tuple[int, int]:
    """Return the positions of the stage and of the block in it.

    Raises:
        SpecError: There is no such block.
    """
    stage, index = locate(spec, address)
    if index is None:
        raise SpecError(
            _("{address} is a stage, not a block.").format(address=address),
            _("Write {address}.0 for its first block.").format(address=address),
            address,
        )
    return stage, index


def cells_of(stage: StageSpec) -> list[Cell]:
    """Return what stands at each place of a stage."""
    special = {override.at: override for override in stage.overrides}
    own = Cell(stage.block, stage.width)
    cells = [own] * stage.depth
    for i, override in special.items():
        width = stage.width if override.width is None else override.width
        cells[i] = Cell(override.block, width)
    return cells


def with_cells(stage: StageSpec, cells: list[Cell]) -> StageSpec:
    """Return a stage of these blocks; those that are not like its own are overrides.

    Raises:
        SpecError: There are more blocks than a stage may have.
    """
    overrides = [
        BlockOverride(
            at=i, block=cell.block, width=None if cell.width == stage.width else cell.width
        )
        for i, cell in enumerate(cells)
        if cell != (stage.block, stage.width)
    ]
    return rebuilt_stage(stage, depth=len(cells), overrides=overrides)


def rebuilt_stage(stage: StageSpec, **updates: Any) -> StageSpec:  # noqa: ANN401
    """Return the stage with other values, validated.

    Raises:
        SpecError: A value is out of range.
    """
    values = {name: getattr(stage, name) for name in StageSpec.model_fields}
    try:
        return StageSpec.model_validate({**values, **updates})
    except ValidationError as error:
        raise spec_error(error) from None


def rebuilt(spec: NetworkSpec, **updates: Any) -> NetworkSpec:  # noqa: ANN401
    """Return the network with other values, validated.

    Raises:
        SpecError: A value is out of range.
    """
    values = {name: getattr(spec, name) for name in NetworkSpec.model_fields}
    try:
        return NetworkSpec.model_validate({**values, **updates})
    except ValidationError as error:
        raise spec_error(error) from None


def with_stages(spec: NetworkSpec, stages: Iterable[StageSpec]) -> NetworkSpec:
    """Return the network with other stages, validated.

    Raises:
        SpecError: There are none, or more than a network may have.
    """
    return rebuilt(spec, stages=tuple(stages))
