"""The gradient by path length as figures: exact sums, single paths, and how they go together.

Linearised at an image, a network is a product of (shortcut + branch), one factor for each unit.
Multiplied out it is a sum over all paths, so the gradient of the loss with respect to the image
is the sum of the gradients g_p of all paths p. Three different things can be asked of the paths of
length k, and they must not be mixed up:

- C_k, the sum of g_p over all of them, which is exact and adds up to the gradient;
- the root of the mean of |g_p|^2, from random signs (``PathNorms``);
- the mean of |g_p|, from sampled paths (``SampledNorms``), as Veit, Wilber, Belongie 2016 have it.

The number of paths times the mean of |g_p| is an upper bound of |C_k| by the triangle inequality,
and far from it wherever paths point in different directions.
"""

from __future__ import annotations

from dataclasses import dataclass
from fractions import Fraction
from math import inf, sqrt
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

if TYPE_CHECKING:
    from collections.abc import Sequence

Floats = NDArray[np.float64]
_NORMAL_95 = 1.959963984540054


@dataclass(frozen=True, slots=True, eq=False)
class GradientByLength:
    """The exact sums over all paths of each length; K is the longest that was computed.

    Attributes:
        counts: Number of paths of length 0, 1, 2, ... up to the longest of all; exact.
        norms: |C_k| for each image and length, (N, K + 1).
        shares: <C_k, g> / |g|^2 with g the whole gradient, (N, K + 1); the projections onto the
            gradient. With all lengths a row adds up to 1; single ones may be below 0 or above 1.
            0 throughout where the gradient is 0.
        totals: |g| for each image, (N,).
        arriving: Mean over the images of the norm of the parts that arrive at the output of each
            unit, after passing 0, 1, 2, ... later units, (num_units, K + 1); None if not asked.
        gap: |sum of the parts - g| / |g| at the worst image, g by automatic differentiation; None
            if not asked. Where longer paths were left out, the sum is that of all lengths at once.
    """

    counts: tuple[int, ...]
    norms: Floats
    shares: Floats
    totals: Floats
    arriving: Floats | None = None
    gap: float | None = None

    @property
    def is_complete(self) -> bool:
        """Return whether all lengths are there."""
        return self.norms.shape[1] == len(self.counts)

    @property
    def norm(self) -> Floats:
        """Return the mean of |C_k| over the images, (K + 1,)."""
        return self.norms.mean(0)

    @property
    def share(self) -> Floats:
        """Return the mean projection onto the gradient over the images, (K + 1,)."""
        return self.shares.mean(0)

    @property
    def norm_share(self) -> Floats:
        """Return |C_k| / sum over j of |C_j|, of the means over the images, (K + 1,)."""
        norm = self.norm
        total = norm.sum()
        return norm / total if total > 0 else norm

    def effective_range(self, share: float = 0.95) -> tuple[int, int]:
        """Return the effective paths: the fewest consecutive lengths that hold a share.

        Of several equally short ranges the one that holds most. The share is of the sum of the
        norms (``norm_share``), which cannot cancel, and of the lengths that were computed.

        Args:
            share: 0..1.
        """
        found = self.norm_share
        sums = np.concatenate(([0.0], np.cumsum(found)))
        needed = share * sums[-1] * (1 - 1e-12)
        num = len(found)
        for width in range(1, num + 1):
            held = sums[width:] - sums[:-width]
            first = int(held.argmax())
            if held[first] >= needed:
                return first, first + width - 1
        return 0, num - 1


@dataclass(frozen=True, slots=True, eq=False)
class PathNorms:
    """The mean square of the gradient of a single path, by length, from random signs.

    Every branch gets the sign +1 or -1 at random, for each image by itself. The mean of the
    squared norm of C_k is then the sum of |g_p|^2 over the paths of length k, because the products
    of the signs of two different paths are 0 on the mean.

    Attributes:
        counts: As in ``GradientByLength``.
        mean_square: Estimate of the mean of |g_p|^2 over paths and images, (K + 1,).
        std_error: Standard error of it over the draws, (K + 1,); tails are heavy, so that it is
            small by chance more often than a normal distribution has it.
        num_draws: How often signs were drawn.
        seed: Of the signs.
    """

    counts: tuple[int, ...]
    mean_square: Floats
    std_error: Floats
    num_draws: int
    seed: int

    @property
    def rms(self) -> Floats:
        """Return the root mean square norm of a single path, (K + 1,)."""
        return np.sqrt(self.mean_square)

    @property
    def interval(self) -> tuple[Floats, Floats]:
        """Return the bounds of ``rms`` at 95 %, from the normal approximation."""
        spread = _NORMAL_95 * self.std_error
        low, high = self.mean_square - spread, self.mean_square + spread
        return np.sqrt(low.clip(min=0)), np.sqrt(high)

    def coherence(self, exact: GradientByLength) -> Floats:
        """Return |C_k| / sqrt(sum of |g_p|^2), both as root mean square over the images, (K + 1,).

        1 where paths of equal length are orthogonal on the mean, sqrt(count) where all are equal,
        0 where they cancel. NaN where there is no path or no gradient.
        """
        return np.sqrt(self._excess(exact))

    def coherence_interval(self, exact: GradientByLength) -> tuple[Floats, Floats]:
        """Return the bounds of ``coherence`` at 95 %; the exact sums add nothing to them."""
        found = self.coherence(exact)
        low, high = (bound[: len(found)] for bound in self.interval)
        rms = self.rms[: len(found)]
        # Where a single path may be nothing, there is no upper bound.
        above = np.divide(rms, low, out=np.full(len(found), inf), where=low > 0)
        return found * rms / np.where(high > 0, high, 1.0), found * above

    def alignment(self, exact: GradientByLength) -> Floats:
        """Return the mean of <g_p, g_q> over pairs p != q by the mean of |g_p|^2, (K + 1,).

        0 where paths of equal length are orthogonal on the mean, 1 where all are equal. NaN where
        there is at most one path.
        """
        pairs = np.array([_ratio(1.0, max(count - 1, 0)) for count in self.counts])
        excess = self._excess(exact)
        return (excess - 1) * pairs[: len(excess)]

    def _excess(self, exact: GradientByLength) -> Floats:
        num = min(len(self.mean_square), exact.norms.shape[1])
        summed = _times(self.mean_square[:num], self.counts[:num])
        squares = (exact.norms[:, :num] ** 2).mean(0)
        return np.divide(squares, summed, out=np.full(num, np.nan), where=summed > 0)


@dataclass(frozen=True, slots=True, eq=False)
class SampledNorms:
    """The mean norm of the gradient of a single path, from paths drawn at random (Veit et al.).

    Attributes:
        counts: As in ``GradientByLength``.
        mean: Mean of |g_p| over sampled paths and images, (K + 1,); NaN where nothing was sampled.
        std_error: Standard error of it over the sampled paths, (K + 1,).
        num_samples: Sampled paths of each length.
        seed: Of the paths.
    """

    counts: tuple[int, ...]
    mean: Floats
    std_error: Floats
    num_samples: int
    seed: int

    @property
    def interval(self) -> tuple[Floats, Floats]:
        """Return the bounds of ``mean`` at 95 %, from the normal approximation."""
        spread = _NORMAL_95 * self.std_error
        return (self.mean - spread).clip(min=0), self.mean + spread

    @property
    def product(self) -> Floats:
        """Return count times mean norm, (K + 1,): the contribution as Veit et al. plot it.

        It bounds the norm of the exact sum from above, up to the error of sampling.
        """
        return _times(self.mean, self.counts[: len(self.mean)])


def mean_over_paths(sums: Sequence[float] | Floats, counts: Sequence[int]) -> Floats:
    """Return sums divided by numbers of paths of any size; NaN where there is no path."""
    return np.array([_ratio(float(s), c) for s, c in zip(sums, counts, strict=True)])


def _ratio(value: float, count: int) -> float:
    # A float cannot hold the number of paths of more than about 1,000 units.
    return float(Fraction(value) / count) if count else float("nan")


def _times(values: Floats, counts: Sequence[int]) -> Floats:
    return np.array([_product(float(v), c) for v, c in zip(values, counts, strict=True)])


def _product(value: float, count: int) -> float:
    if not np.isfinite(value):
        return value if count else 0.0
    try:
        return float(Fraction(value) * count)
    except OverflowError:
        return inf


def table(
    exact: GradientByLength, paths: PathNorms | None = None, sampled: SampledNorms | None = None
) -> list[dict[str, Any]]:
    """Return one row for each length, for tables and CSV; counts are decimal strings."""
    columns: dict[str, Floats] = {
        "exact_norm": exact.norm,
        "share": exact.share,
        "norm_share": exact.norm_share,
    }
    if paths is not None:
        columns |= {"rms_path_norm": paths.rms, "coherence": paths.coherence(exact)}
        columns["alignment"] = paths.alignment(exact)
    if sampled is not None:
        columns |= {"mean_path_norm": sampled.mean, "count_times_mean": sampled.product}
    rows = min(len(column) for column in columns.values())
    return [
        {"length": k, "count": str(exact.counts[k])}
        | {name: _or_none(float(column[k])) for name, column in columns.items()}
        for k in range(rows)
    ]


def _or_none(value: float) -> float | None:
    return value if np.isfinite(value) else None


def standard_error(values: Floats) -> Floats:
    """Return the standard error of the mean over the first axis; NaN for a single value."""
    num = len(values)
    if num < 2:
        return np.full(values.shape[1:], np.nan)
    return values.std(0, ddof=1) / sqrt(num)
