"""Proposals where a network is over a limit: narrower, fewer blocks, a smaller image."""

from __future__ import annotations

from math import sqrt
from typing import TYPE_CHECKING, NamedTuple

from explorer.analysis.repair.proposal import Proposal, Step
from explorer.spec.edit import change, change_blocks, change_part, change_stages
from explorer.spec.model import MIN_IMAGE_SIZE

if TYPE_CHECKING:
    from collections.abc import Iterator

    from explorer.errors import BudgetError
    from explorer.spec import NetworkSpec

_LARGEST = 0.97
_SMALLEST_MULTIPLIER = 1 / 4096


class Series(NamedTuple):
    """Proposals of one kind, from the least change to the greatest."""

    proposals: tuple[Proposal, ...]


def size_series(spec: NetworkSpec, error: BudgetError) -> Iterator[Series]:
    """Yield for each kind of change its values, from just about enough to far less."""
    share = error.limit / error.value
    if error.quantity == "nodes":
        yield Series(tuple(_as_one_convolution(spec)))
        yield Series(tuple(_fewer(spec, 0.9 * share)))
        yield Series(tuple(_less_split(spec)))
        return
    per_width = share if error.quantity == "activation_bytes" else sqrt(share)
    yield Series(tuple(_narrower(spec, per_width)))
    yield Series(tuple(_fewer(spec, share)))
    if error.quantity == "params":
        yield Series(tuple(_fewer_classes(spec)))
    else:
        yield Series(tuple(_smaller_images(spec, sqrt(share))))
    yield Series(tuple(_thinner_stem(spec)))


def _factors(share: float) -> list[float]:
    """Return factors below 1 from somewhat more than the share down to almost nothing."""
    around = [share * step for step in (1.3, 1.15, 1.05, 0.97, 0.9, 0.8, 0.65)]
    return [*(f for f in around if f < _LARGEST), *(share / 2**k for k in range(1, 13))]


def _narrower(spec: NetworkSpec, share: float) -> Iterator[Proposal]:
    for factor in _factors(share):
        multiplier = float(f"{spec.width_multiplier * factor:.3g}")
        if multiplier >= _SMALLEST_MULTIPLIER:
            narrow = change(spec, width_multiplier=multiplier)
            yield Proposal(Step("narrower", value=multiplier), narrow)


def _fewer(spec: NetworkSpec, share: float) -> Iterator[Proposal]:
    seen = {sum(stage.depth for stage in spec.stages)}
    for factor in _factors(share):
        shorter = spec
        for i, stage in enumerate(spec.stages):
            shorter = change_stages(shorter, i, depth=max(1, int(stage.depth * factor)))
        blocks = sum(stage.depth for stage in shorter.stages)
        if blocks not in seen:
            seen.add(blocks)
            yield Proposal(Step("fewer", value=blocks), shorter)


def _smaller_images(spec: NetworkSpec, share: float) -> Iterator[Proposal]:
    seen = {spec.image_size}
    for factor in _factors(share):
        size = max(MIN_IMAGE_SIZE, int(spec.image_size * factor))
        size -= size % 16 if size > 32 else 0
        if size not in seen:
            seen.add(size)
            yield Proposal(Step("image_size", value=size), change(spec, image_size=size))


def _fewer_classes(spec: NetworkSpec) -> Iterator[Proposal]:
    for classes in (10_000, 1000, 100, 10):
        if classes < spec.head.num_classes:
            fewer = change_part(spec, "head", num_classes=classes)
            yield Proposal(Step("classes", "head", classes), fewer)


def _thinner_stem(spec: NetworkSpec) -> Iterator[Proposal]:
    for width in (1024, 256, 64, 16):
        if width < spec.stem.width:
            thin = change_part(spec, "stem", width=width)
            yield Proposal(Step("stem_width", "stem", width), thin)


def _as_one_convolution(spec: NetworkSpec) -> Iterator[Proposal]:
    whole = change_blocks(spec, None, form="c")
    if whole != spec:
        yield Proposal(Step("form"), whole)


def _less_split(spec: NetworkSpec) -> Iterator[Proposal]:
    for scale in (8, 4, 2):
        less = change_blocks(spec, None, scale=scale)
        if less != spec:
            yield Proposal(Step("scale", value=scale), less)
