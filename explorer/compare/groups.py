"""Runs in groups: seeds of one experiment, or all that agree in a field; a band for each."""

from __future__ import annotations

from bisect import bisect_left
from dataclasses import dataclass
from statistics import fmean, stdev
from typing import TYPE_CHECKING, Any, NamedTuple

from explorer.compare.runs import Trained, fields_that_differ, twins_but_for_seed

if TYPE_CHECKING:
    from collections.abc import Sequence

    from explorer.compare.runs import Field, Point

MOST_PLACES = 200
"""Of a band; more would not be seen."""


@dataclass(frozen=True, slots=True)
class Group:
    """Some runs that are drawn as one.

    Attributes:
        runs: At least one.
        value: What they agree in, of the field that they are grouped by; None for seeds.
    """

    runs: tuple[Trained, ...]
    value: Any = None

    @property
    def seeds(self) -> tuple[int, ...]:
        """Return the different seeds, in order."""
        return tuple(sorted({run.record.seed for run in self.runs}))


class Spread(NamedTuple):
    """A figure of several runs.

    Attributes:
        mean: Over the runs.
        low: The smallest.
        high: The largest.
        deviation: Standard deviation of the sample; None of a single run.
        num: Runs that have the figure.
    """

    mean: float
    low: float
    high: float
    deviation: float | None
    num: int


class Band(NamedTuple):
    """Several curves as one, where all of them are there.

    Attributes:
        x: Places.
        mean: Over the curves.
        low: The lowest curve.
        high: The highest curve.
    """

    x: tuple[float, ...]
    mean: tuple[float, ...]
    low: tuple[float, ...]
    high: tuple[float, ...]


def grouped(runs: Sequence[Trained], field: str = "") -> tuple[Group, ...]:
    """Return runs in groups, each where its first run stands.

    Args:
        runs: What is grouped.
        field: Name of a field that they differ in; empty: runs that differ in their seed alone
            are one group. Unknown fields count as empty.
    """
    chosen = next((one for one in fields_that_differ(runs) if one.name == field), None)
    return _by_value(runs, chosen) if chosen else _by_seed(runs)


def _by_seed(runs: Sequence[Trained]) -> tuple[Group, ...]:
    found: dict[object, list[Trained]] = {}
    for run in runs:
        found.setdefault(twins_but_for_seed(run), []).append(run)
    return tuple(Group(tuple(members)) for members in found.values())


def _by_value(runs: Sequence[Trained], field: Field) -> tuple[Group, ...]:
    found: dict[str, tuple[Any, list[Trained]]] = {}
    for run, value in zip(runs, field.values, strict=True):
        found.setdefault(repr(value), (value, []))[1].append(run)
    return tuple(Group(tuple(members), value) for value, members in found.values())


def spread(values: Sequence[float | None]) -> Spread | None:
    """Return mean, extent and standard deviation of the values that are known, or None."""
    known = [value for value in values if value is not None]
    if not known:
        return None
    deviation = stdev(known) if len(known) > 1 else None
    return Spread(fmean(known), min(known), max(known), deviation, len(known))


def band(curves: Sequence[Sequence[Point]]) -> Band | None:
    """Return the band of curves over the range that all of them cover.

    Between its points a curve is a straight line. None where fewer than two curves have points,
    or where their ranges do not meet.

    Args:
        curves: Points with rising x.
    """
    known = [points for points in curves if points]
    if len(known) < 2:
        return None
    start = max(points[0][0] for points in known)
    end = min(points[-1][0] for points in known)
    if start > end:
        return None
    places = sorted({x for points in known for x, _y in points if start <= x <= end})
    places = _thinned(sorted({start, *places, end}))
    rows = [[_at(points, x) for points in known] for x in places]
    return Band(
        tuple(places),
        tuple(map(fmean, rows)),
        tuple(map(min, rows)),
        tuple(map(max, rows)),
    )


def _thinned(places: list[float]) -> list[float]:
    step = max(1, -(-len(places) // MOST_PLACES))
    return [*places[:-1:step], places[-1]]


def _at(points: Sequence[Point], x: float) -> float:
    """Return the height of a line through points; ``x`` is in their range."""
    k = bisect_left(points, x, key=lambda point: point[0])
    if points[k][0] == x or k == 0:
        return points[k][1]
    (a, low), (b, high) = points[k - 1], points[k]
    return low + (high - low) * (x - a) / (b - a)
