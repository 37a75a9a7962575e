"""How far maps of two networks are apart, and how far seeds of one network are: the noise floor.

Two trainings that differ only in their seed look at different places. A difference between
architectures means nothing before it is larger than that.
"""

from __future__ import annotations

from dataclasses import asdict, dataclass
from enum import StrEnum
from itertools import combinations
from typing import TYPE_CHECKING, Any

import numpy as np

from explorer.cam.compare import TOP_SHARE
from explorer.cam.measure.statistics import (
    LEVEL,
    NUM_RESAMPLES,
    Interval,
    Resamples,
    interval,
)

if TYPE_CHECKING:
    from collections.abc import Sequence

    from numpy.typing import NDArray

    Values = NDArray[np.float64]

FEWEST_SEEDS = 2
"""Of each architecture, before seeds can be told from architectures."""


class Verdict(StrEnum):
    """What may be said about a difference between two architectures."""

    ABOVE = "above the noise floor"
    BELOW = "below the noise floor"
    UNKNOWN = "no noise floor: one seed is not a finding"


@dataclass(frozen=True, eq=False)
class Gaps:
    """Distances between two maps of each image, (N,) each; larger is farther apart.

    Attributes:
        total_variation: Heat that would have to move, 0 equal to 1 disjoint.
        rank: One minus the rank correlation of the cells, 0..2; NaN where a map is constant.
        iou: One minus the overlap of each map's hottest fifth of the cells, 0..1.
        centre: Between the centres of mass [px].
    """

    total_variation: Values
    rank: Values
    iou: Values
    centre: Values


MEASURES = ("total_variation", "rank", "iou", "centre")


@dataclass(frozen=True)
class Floor:
    """One distance between architectures beside the same between seeds of one.

    Attributes:
        measure: One of ``MEASURES``.
        between: Mean over images and pairs of runs of different architecture.
        within: Mean over images and pairs of seeds of one architecture; None with single seeds.
        within_p95: 95th percentile of single images within; None with single seeds.
        excess: ``between - within``; its interval resamples seeds, then images.
        verdict: Above only where the whole interval is.
    """

    measure: str
    between: Interval
    within: Interval | None
    within_p95: float | None
    excess: Interval | None
    verdict: Verdict

    def judge(self, distance: float) -> Verdict:
        """Say what the distance of two maps of one image is worth beside those of seeds."""
        if self.within_p95 is None or not np.isfinite(self.within_p95):
            return Verdict.UNKNOWN
        return Verdict.ABOVE if distance > self.within_p95 else Verdict.BELOW

    def as_dict(self) -> dict[str, Any]:
        """Return it in JSON's types; a value that is not defined is NaN."""
        return asdict(self)


@dataclass(frozen=True)
class Noise:
    """How far maps of one image are apart in trainings that differ in their seed alone.

    Attributes:
        highest: By each measure, what 95 % of the pairs of maps do not exceed.
        num_images: On how many images.
        num_pairs: Pairs of trainings.
        titles: Of the architectures that have two trainings or more.
    """

    highest: dict[str, float]
    num_images: int
    num_pairs: int
    titles: tuple[str, ...]

    def judge(self, measure: str, distance: float) -> Verdict:
        """Say what the distance of two maps of one image is worth beside those of seeds."""
        if not np.isfinite(self.highest[measure]):
            return Verdict.UNKNOWN
        return Verdict.ABOVE if distance > self.highest[measure] else Verdict.BELOW


def noise_of(
    groups: Sequence[Sequence[Values]], stride: int, titles: tuple[str, ...], num_images: int
) -> Noise:
    """Gather the distances between the seeds of each architecture.

    Args:
        groups: For each architecture the maps of shares (N, h, w) of its runs.
        stride: Distance of neighbouring cells [px].
        titles: Of the architectures.
        num_images: N.
    """
    pairs = [gaps(one, other, stride) for group in groups for one, other in combinations(group, 2)]
    highest = {
        measure: float(np.nanquantile(np.concatenate([getattr(g, measure) for g in pairs]), LEVEL))
        for measure in MEASURES
    }
    return Noise(highest, num_images, len(pairs), titles)


def shares(heat: NDArray[np.floating]) -> Values:
    """Return maps (N, h, w) divided by their own sums; NaN everywhere in a dead map."""
    positive = np.maximum(heat.astype(np.float64), 0)
    total = positive.sum((1, 2), keepdims=True)
    return np.divide(positive, total, out=np.full_like(positive, np.nan), where=total > 0)


def gaps(a: Values, b: Values, stride: int) -> Gaps:
    """Return the distances of maps of shares (N, h, w); NaN where one is dead.

    Args:
        a: Of one network.
        b: Of the other, same images and grid.
        stride: Distance of neighbouring cells [px].
    """
    count = len(a)
    flat_a, flat_b = a.reshape(count, -1), b.reshape(count, -1)
    is_dead = np.isnan(flat_a[:, 0]) | np.isnan(flat_b[:, 0])
    top_a, top_b = _top(flat_a), _top(flat_b)
    both, either = (top_a & top_b).sum(1), (top_a | top_b).sum(1)
    offset = _centre(a) - _centre(b)
    return Gaps(
        total_variation=np.abs(flat_a - flat_b).sum(1) / 2,
        rank=1 - rank_correlation(flat_a, flat_b),
        iou=np.where(is_dead, np.nan, 1 - both / np.maximum(either, 1)),
        centre=np.hypot(*offset) * stride,
    )


def rank_correlation(a: Values, b: Values) -> Values:
    """Return Spearman's correlation of each row of (N, M), -1..1; NaN where one is constant."""
    from scipy.stats import rankdata  # noqa: PLC0415 - a second that reading a table need not cost

    ranks = [rankdata(values, axis=1, nan_policy="propagate") for values in (a, b)]
    left, right = (values - values.mean(1, keepdims=True) for values in ranks)
    below = np.sqrt((left**2).sum(1) * (right**2).sum(1))
    return np.divide((left * right).sum(1), below, out=np.full(len(a), np.nan), where=below > 0)


def noise_floor(
    a: Sequence[Values],
    b: Sequence[Values],
    stride: int,
    *,
    seed: int = 0,
    num_resamples: int = NUM_RESAMPLES,
) -> tuple[Floor, ...]:
    """Compare two architectures with their own seeds, by each measure.

    Args:
        a: Maps of shares (N, h, w) of each seed of the first architecture.
        b: The same of the second, for the same images.
        stride: Distance of neighbouring cells [px].
        seed: Of the resampling.
        num_resamples: Of the intervals.
    """
    runs = [*a, *b]
    distances = {
        pair: gaps(runs[pair[0]], runs[pair[1]], stride)
        for pair in combinations(range(len(runs)), 2)
    }
    draws = Resamples(len(a), len(b), len(runs[0]), seed=seed, count=num_resamples)
    return tuple(_floor(measure, distances, draws) for measure in MEASURES)


def _pair_weights(pair: tuple[int, int], draws: Resamples) -> NDArray[np.float32]:
    """Return how often each resample holds a pair of runs; a run has no distance to itself."""
    num_a = draws.a.shape[1]
    of = [draws.a[:, run] if run < num_a else draws.b[:, run - num_a] for run in pair]
    return of[0] * of[1]


def _floor(measure: str, distances: dict[tuple[int, int], Gaps], draws: Resamples) -> Floor:
    sizes = draws.a.shape[1], draws.b.shape[1]
    num_a = sizes[0]
    kinds: dict[bool, list[tuple[int, int]]] = {True: [], False: []}
    for pair in distances:
        kinds[(pair[0] < num_a) != (pair[1] < num_a)].append(pair)
    values = {pair: getattr(found, measure) for pair, found in distances.items()}
    between, drawn_between = _mean(kinds[True], values, draws)
    if min(sizes) < FEWEST_SEEDS:
        return Floor(measure, interval(between, drawn_between), None, None, None, Verdict.UNKNOWN)
    within, drawn_within = _mean(kinds[False], values, draws)
    excess = interval(between - within, drawn_between - drawn_within)
    single = np.concatenate([values[pair] for pair in kinds[False]])
    return Floor(
        measure,
        interval(between, drawn_between),
        interval(within, drawn_within),
        float(np.nanquantile(single, LEVEL)),
        excess,
        Verdict.ABOVE if excess.low > 0 else Verdict.BELOW,
    )


def _mean(
    pairs: Sequence[tuple[int, int]], values: dict[tuple[int, int], Values], draws: Resamples
) -> tuple[float, Values]:
    """Return the mean over pairs and images, and the same of every resample."""
    stacked = np.array([values[pair] for pair in pairs])
    known = np.isfinite(stacked)
    filled = np.where(known, stacked, 0.0)
    weights = np.array([_pair_weights(pair, draws) for pair in pairs])
    above = (weights * (filled @ draws.images.T)).sum(0)
    below = (weights * (known @ draws.images.T)).sum(0)
    drawn = np.divide(above, below, out=np.full(len(above), np.nan), where=below > 0)
    return float(filled.sum() / max(known.sum(), 1)), drawn


def _top(flat: Values) -> NDArray[np.bool_]:
    """Mark the hottest fifth of the cells, with all that tie with its last; never a cold one."""
    count = max(1, round(TOP_SHARE * flat.shape[1]))
    return (flat >= np.sort(flat, axis=1)[:, -count, None]) & (flat > 0)


def _centre(maps: Values) -> Values:
    """Return row and column of the centre of mass [cells], (2, N)."""
    rows, columns = np.indices(maps.shape[1:])
    return np.array([(maps * rows).sum((1, 2)), (maps * columns).sum((1, 2))])
