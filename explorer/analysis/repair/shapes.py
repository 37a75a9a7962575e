"""Proposals where shapes do not fit: shortcuts, channels, and maps that are too small."""

from __future__ import annotations

from dataclasses import replace
from itertools import islice
from typing import TYPE_CHECKING

from explorer.analysis.repair.proposal import Action, Proposal, Scope, Step, scopes
from explorer.errors import ShapeError, SpecError
from explorer.graph import block_inputs, block_output
from explorer.spec.edit import (
    change,
    change_block,
    change_blocks,
    change_family,
    change_part,
    change_stages,
    reset_block,
)
from explorer.spec.model import MAX_IMAGE_SIZE, MAX_WIDTH
from explorer.spec.positions import cells_of, locate

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from explorer.block import Place
    from explorer.blocks import AnyBlock
    from explorer.spec import NetworkSpec

_NUMBERS: tuple[tuple[Action, int], ...] = (("base_width", 1024), ("groups", 1024), ("scale", 16))
_NEAR = 64
_ROUND = (1, 2, 4, 8, 16, 32, 64, 96, 128, 192, 256, 384, 512, 768, 1024, 2048, 4096)
_MAX_VALUES = 3


def shape_proposals(spec: NetworkSpec, error: ShapeError) -> Iterator[Proposal]:
    """Yield changes near the place of the error, the smallest first."""
    if not error.address.startswith("layer"):
        yield from _larger_maps(spec, len(spec.stages) - 1)
        return
    stage, index = _place_of(spec, error)
    meets = len(error.shapes) > 1 or ".pad" in error.address
    if meets:
        yield from _shortcuts(spec, stage, index)
    yield from _resets(spec, stage, index)
    if meets:
        yield from _matching_width(spec, stage, index)
        if index == 0 and spec.stages[stage].stride > 1:
            yield _without_stride(spec, stage)
    else:
        yield from _numbers(spec, stage, index)
        yield from _larger_maps(spec, stage)


def fallback(spec: NetworkSpec, error: ShapeError) -> Proposal:
    """Return a change after which this error cannot come back."""
    if not error.address.startswith("layer"):
        plain = change_part(spec, "stem", ceil_pool=False, pool=False)
        return Proposal(Step("pool", "stem"), plain)
    stage, _ = _place_of(spec, error)
    basic = change_stages(change_family(spec, stage, "basic"), stage, overrides=())
    basic = change_blocks(basic, stage, shortcut="B")
    return Proposal(Step("basic", f"layer{stage + 1}"), basic)


def _place_of(spec: NetworkSpec, error: ShapeError) -> tuple[int, int]:
    position = locate(spec, ".".join(error.address.split(".")[:2]))
    return position.stage, position.block or 0


def _shortcuts(spec: NetworkSpec, stage: int, index: int) -> Iterator[Proposal]:
    if "shortcut" not in type(spec.stages[stage].block_at(index)).model_fields:
        return
    options: tuple[tuple[Action, str], ...] = (("projection", "B"), ("padding", "A"))
    for action, option in options:
        for scope in scopes(spec, stage, index):
            yield Proposal(Step(action, scope.address), scope.with_blocks(spec, shortcut=option))


def _resets(spec: NetworkSpec, stage: int, index: int) -> Iterator[Proposal]:
    """Yield the block without its override, or without that of the nearest one before it."""
    before = [o.at for o in spec.stages[stage].overrides if o.at <= index]
    for at in before[:-3:-1]:
        address = Scope(stage, at).address
        yield Proposal(Step("reset", address), reset_block(spec, address))


def _matching_width(spec: NetworkSpec, stage: int, index: int) -> Iterator[Proposal]:
    """Yield the width at which the block gives as many channels as it reads."""
    (channels, *_), place = block_inputs(spec, stage, index)
    expansion = spec.stages[stage].block_at(index).out_channels(1)
    if place.stride > 1 or not expansion or channels % expansion:
        return
    width = round(channels / expansion / spec.width_multiplier)
    if 1 <= width <= MAX_WIDTH:
        for scope in scopes(spec, stage, index)[:2]:
            if scope.stage is not None:
                yield Proposal(Step("width", scope.address, width), _wide(spec, scope, width))


def _wide(spec: NetworkSpec, scope: Scope, width: int) -> NetworkSpec:
    if scope.block is None:
        return change_stages(spec, scope.stage, width=width)
    return change_block(spec, scope.address, width=width)


def _numbers(spec: NetworkSpec, stage: int, index: int) -> Iterator[Proposal]:
    """Yield the nearest values at which the block by itself works."""
    shape, place = block_inputs(spec, stage, index)
    cell = cells_of(spec.stages[stage])[index]
    block = _quick(cell.block)
    around = scopes(spec, stage, index)
    for name, largest in _NUMBERS:
        if name not in type(block).model_fields:
            continue

        def works(value: int, name: str = name) -> bool:
            return _works(block.model_copy(update={name: value}), shape, place)

        for value in _near(getattr(block, name), largest, works):
            for scope in around:
                repaired = scope.with_blocks(spec, **{name: value})
                yield Proposal(Step(name, scope.address, value), repaired)

    def works_wide(value: int) -> bool:
        width = max(1, round(value * spec.width_multiplier))
        return _works(block, shape, replace(place, width=width))

    for value in _near(cell.width, MAX_WIDTH, works_wide):
        for scope in around[:-1] or around:
            yield Proposal(Step("width", scope.address, value), _wide(spec, scope, value))
    if place.is_first_in_network:
        yield from _stem_widths(spec, block, place)


def _stem_widths(spec: NetworkSpec, block: AnyBlock, place: Place) -> Iterator[Proposal]:
    def works(value: int) -> bool:
        return _works(block, (value, 64, 64), place)

    for value in _near(spec.stem.width, 4096, works):
        wide = change_part(spec, "stem", width=value)
        yield Proposal(Step("stem_width", "stem", value), wide)


def _near(current: int, largest: int, works: Callable[[int], bool]) -> Iterator[int]:
    """Yield a few values that work, the nearest first."""
    steps = [current + sign * d for d in range(1, _NEAR + 1) for sign in (1, -1)]
    far = sorted(_ROUND, key=lambda value: abs(value - current))
    values = dict.fromkeys(value for value in (*steps, *far) if 1 <= value <= largest)
    return islice((value for value in values if value != current and works(value)), _MAX_VALUES)


def _quick(block: AnyBlock) -> AnyBlock:
    """Return the block with its groups as one convolution, which divides the same channels."""
    return block.model_copy(update={"form": "c"}) if "form" in type(block).model_fields else block


def _works(block: AnyBlock, shape: tuple[int, ...], place: Place) -> bool:
    try:
        block_output(block, shape, place)
    except SpecError:
        return False
    return True


def _without_stride(spec: NetworkSpec, stage: int) -> Proposal:
    step = Step("stride", f"layer{stage + 1}", 1)
    return Proposal(step, change_stages(spec, stage, stride=1))


def _larger_maps(spec: NetworkSpec, stage: int) -> Iterator[Proposal]:
    """Yield changes that leave a larger map to the blocks of a stage."""
    for i in range(stage, -1, -1):
        if spec.stages[i].stride > 1:
            yield _without_stride(spec, i)
    if spec.stem.pool:
        yield Proposal(Step("pool", "stem"), change_part(spec, "stem", pool=False))
    if spec.stem.stride > 1:
        yield Proposal(Step("stem_stride", "stem", 1), change_part(spec, "stem", stride=1))
    size = spec.image_size
    while (size := 2 * size) <= MAX_IMAGE_SIZE:
        yield Proposal(Step("image_size", value=size), change(spec, image_size=size))
