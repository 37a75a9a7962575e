"""Paired bootstrap with training seeds as the top level, and Holm's correction.

Images are shared by all runs and resampled together; seeds are resampled within each
architecture first, because runs of one seed on many images are not many experiments. A bootstrap
of a few values is too narrow, so the means of the seeds are first moved apart as far as makes it as
wide as Student's interval.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

import numpy as np

if TYPE_CHECKING:
    from collections.abc import Sequence

    from numpy.typing import NDArray

    Values = NDArray[np.float64]

NUM_RESAMPLES = 10_000
LEVEL = 0.95
_PART = 500


class Interval(NamedTuple):
    """An estimate with its 95 % percentile interval."""

    value: float
    low: float
    high: float


class Difference(NamedTuple):
    """Two estimates and their difference.

    Attributes:
        a: Mean of the first over seeds and images.
        b: Mean of the second.
        difference: b - a.
        p: Two-sided, of no difference, from the resamples; never below 2 / (resamples + 1).
    """

    a: Interval
    b: Interval
    difference: Interval
    p: float


def interval(value: float, drawn: Values) -> Interval:
    """Return an estimate with the percentile interval of its resamples; NaN ones are left out."""
    known = drawn[np.isfinite(drawn)]
    if not known.size:
        return Interval(value, float("nan"), float("nan"))
    low, high = np.quantile(known, [(1 - LEVEL) / 2, (1 + LEVEL) / 2])
    return Interval(value, float(low), float(high))


class Resamples:
    """Seeds and images drawn with replacement, as counts; one set serves every metric.

    Args:
        num_a: Seeds of the first architecture.
        num_b: Seeds of the second.
        num_images: Images, which both share.
        seed: Of the drawing.
        count: How many resamples.

    Attributes:
        a: How often each resample holds each seed of the first, (count, num_a).
        b: The same of the second.
        images: How often it holds each image, (count, num_images).
    """

    def __init__(
        self,
        num_a: int,
        num_b: int,
        num_images: int,
        *,
        seed: int = 0,
        count: int = NUM_RESAMPLES,
    ) -> None:
        """Draw them."""
        random = np.random.Generator(np.random.Philox(seed))
        self.images, self.a, self.b = (
            _counts(random, size, count) for size in (num_images, num_a, num_b)
        )


def _counts(random: np.random.Generator, size: int, count: int) -> NDArray[np.float32]:
    """Return how often each of ``size`` things is drawn, (count, size)."""
    drawn = np.empty((count, size), np.float32)
    # In parts: NumPy's own counts take twice the memory.
    for start in range(0, count, _PART):
        rows = drawn[start : start + _PART]
        rows[:] = random.multinomial(size, np.full(size, 1 / size), len(rows))
    return drawn


def paired_bootstrap(a: Values, b: Values, draws: Resamples) -> Difference:
    """Compare two architectures on the same images.

    Args:
        a: (seeds, images) of the first; NaN where a value is not defined.
        b: (seeds, images) of the second; another number of seeds will do.
        draws: Of these numbers of seeds and images.
    """
    freedom = len(a) + len(b) - 2
    drawn_a = _means(_moved_apart(a, freedom), draws.a, draws.images)
    drawn_b = _means(_moved_apart(b, freedom), draws.b, draws.images)
    mean_a, mean_b = mean(a), mean(b)
    apart = drawn_b - drawn_a
    # A tie counts on both sides, so that equal arrays give p = 1.
    tail = min(int((apart <= 0).sum()), int((apart >= 0).sum()))
    return Difference(
        interval(mean_a, drawn_a),
        interval(mean_b, drawn_b),
        interval(mean_b - mean_a, apart),
        min(1.0, 2 * (tail + 1) / (len(apart) + 1)),
    )


def mean(values: Values) -> float:
    """Return the mean of what is defined; NaN where nothing is."""
    known = values[np.isfinite(values)]
    return float(known.mean()) if known.size else float("nan")


def holm(p_values: Sequence[float]) -> tuple[float, ...]:
    """Return p-values corrected for their number (Holm 1979), in the same order."""
    count = len(p_values)
    order = sorted(range(count), key=lambda i: p_values[i])
    corrected, highest = [0.0] * count, 0.0
    for rank, i in enumerate(order):
        highest = max(highest, min(1.0, (count - rank) * p_values[i]))
        corrected[i] = highest
    return tuple(corrected)


def _moved_apart(values: Values, freedom: int) -> Values:
    """Return values (seeds, images) whose seeds differ more, by the factor for few seeds.

    The deviation of a bootstrapped mean of n values is sqrt((n - 1) / n) of what it should be,
    and the normal quantile of its percentiles should be Student's.
    """
    from scipy.stats import norm, t  # noqa: PLC0415 - a second that reading a table need not cost

    count = len(values)
    if count < 2:
        return values
    quantile = (1 + LEVEL) / 2
    factor = np.sqrt(count / (count - 1)) * t.ppf(quantile, freedom) / norm.ppf(quantile)
    own = np.array([[mean(row)] for row in values])
    return values + (factor - 1) * (own - np.nanmean(own))


def _means(values: Values, seeds: NDArray[np.float32], images: NDArray[np.float32]) -> Values:
    """Return the mean of each resample of values (seeds, images)."""
    known = np.isfinite(values)
    above = (seeds * (images @ np.where(known, values, 0.0).T)).sum(1)
    below = (seeds * (images @ known.T.astype(np.float64))).sum(1)
    return np.divide(above, below, out=np.full(len(seeds), np.nan), where=below > 0)
