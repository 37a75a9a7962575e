"""Fewer points with the same shape: what a curve on a screen cannot show is left out."""

from __future__ import annotations

import math
from itertools import groupby
from typing import TYPE_CHECKING, Protocol, TypeVar

if TYPE_CHECKING:
    from collections.abc import Collection, Mapping, Sequence

LIMIT = 2000
"""About as many points as a job keeps; a screen is not wider."""


class Measured(Protocol):
    """Values at a step."""

    @property
    def step(self) -> int:
        """Where on the horizontal axis."""
        ...

    @property
    def data(self) -> Mapping[str, float | None]:
        """Values by name; None is a gap."""
        ...


P = TypeVar("P", bound=Measured)


def thinned(points: Sequence[P], limit: int = LIMIT) -> list[P]:
    """Return at most about ``limit`` of the points, in their order.

    Points with the same names are one curve. Of each curve the first and the last point, and the
    extremes and gaps of the first value in each of equally wide stretches of steps are kept, and
    the extremes of every other value over all. A curve that is short beside the limit, such as
    one value an epoch, is kept whole.

    Args:
        points: In the order they were reported.
        limit: How many to keep; curves that need it share what the short ones leave.
    """
    if len(points) <= limit:
        return list(points)
    curves: dict[tuple[str, ...], list[int]] = {}
    for index, point in enumerate(points):
        curves.setdefault(tuple(sorted(point.data)), []).append(index)
    kept: set[int] = set()
    left, waiting = limit, len(curves)
    for indices in sorted(curves.values(), key=len):
        share = left // waiting
        chosen = indices if len(indices) <= share else _fewer(points, indices, share)
        kept.update(chosen)
        left, waiting = left - len(chosen), waiting - 1
    return [points[index] for index in sorted(kept)]


def _fewer(points: Sequence[Measured], indices: Sequence[int], limit: int) -> Collection[int]:
    """Choose about ``limit`` of one curve's points."""
    names = list(points[indices[0]].data)
    main = "loss" if "loss" in names else names[0] if names else ""
    kept = {indices[0], indices[-1]}
    for name in names:
        kept.update(_extremes(points, indices, name))
    start = min(points[index].step for index in indices)
    width = max(points[index].step for index in indices) - start + 1
    stretches = max(1, (limit - len(kept)) // 3)

    def stretch(index: int) -> int:
        return (points[index].step - start) * stretches // width

    for _number, members in groupby(indices, stretch):
        kept.update(_extremes(points, list(members), main))
    return kept


def _extremes(points: Sequence[Measured], indices: Sequence[int], name: str) -> set[int]:
    """Return where a value is least and largest, and the first of its gaps."""
    values = {index: points[index].data.get(name) for index in indices}
    numbers = {i: v for i, v in values.items() if v is not None and math.isfinite(v)}
    gap = next((index for index in indices if index not in numbers), None)
    found = set() if gap is None else {gap}
    if numbers:
        found |= {min(numbers, key=lambda i: numbers[i]), max(numbers, key=lambda i: numbers[i])}
    return found
