"""What a network still knows after a lesion; plain values, without torch."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

if TYPE_CHECKING:
    from explorer.address import Address

Counts = NDArray[np.int64]


@dataclass(frozen=True, slots=True, eq=False)
class Outcome:
    """Right and wrong answers on some images.

    Attributes:
        confusion: Images by true (row) and predicted class (column).
    """

    confusion: Counts

    @property
    def num_images(self) -> int:
        """Return how many images."""
        return int(self.confusion.sum())

    @property
    def accuracy(self) -> float:
        """Return the share of right answers, 0..1."""
        return float(np.trace(self.confusion) / max(1, self.num_images))

    @property
    def error(self) -> float:
        """Return the share of wrong answers, 0..1."""
        return 1 - self.accuracy

    @property
    def per_class(self) -> tuple[float, ...]:
        """Return the share of right answers for each true class; NaN where it has no image."""
        totals = self.confusion.sum(1)
        right = np.diag(self.confusion)
        shares = np.divide(right, totals, out=np.full(len(totals), np.nan), where=totals > 0)
        return tuple(float(share) for share in shares)


@dataclass(frozen=True, slots=True, eq=False)
class Deleted:
    """What is left without some units.

    Attributes:
        units: Addresses of the deleted units, in the order of the network.
        outcome: Without them.
    """

    units: tuple[Address, ...]
    outcome: Outcome


@dataclass(frozen=True, slots=True, eq=False)
class Sweep:
    """Every unit deleted alone.

    Attributes:
        baseline: Of the whole network.
        deleted: One for each unit, in order.
    """

    baseline: Outcome
    deleted: tuple[Deleted, ...]

    def as_dict(self) -> dict[str, Any]:
        """Return values for JSON."""
        return {
            "num_images": self.baseline.num_images,
            "baseline": {"accuracy": self.baseline.accuracy, "error": self.baseline.error},
            "deleted": [
                {
                    "unit": one.units[0],
                    "accuracy": one.outcome.accuracy,
                    "error": one.outcome.error,
                }
                for one in self.deleted
            ],
        }


@dataclass(frozen=True, slots=True, eq=False)
class Repeats:
    """The same kind of lesion several times.

    Attributes:
        errors: Share of wrong answers of each repeat, 0..1.
    """

    errors: tuple[float, ...]

    @property
    def mean(self) -> float:
        """Return the mean error."""
        return float(np.mean(self.errors))

    @property
    def interval(self) -> tuple[float, float]:
        """Return the 95 % confidence interval of the mean, from Student's t, within 0..1.

        NaN for a single repeat.
        """
        from scipy.stats import t  # noqa: PLC0415 - half a second that others do not need

        num = len(self.errors)
        if num < 2:
            return float("nan"), float("nan")
        half = float(t.ppf(0.975, num - 1) * np.std(self.errors, ddof=1) / np.sqrt(num))
        return max(0.0, self.mean - half), min(1.0, self.mean + half)


@dataclass(frozen=True, slots=True, eq=False)
class RandomDeletions(Repeats):
    """Some units deleted at random, several times.

    Attributes:
        num_deleted: Units deleted at once.
        units: Which, for each repeat.
    """

    num_deleted: int
    units: tuple[tuple[Address, ...], ...]


@dataclass(frozen=True, slots=True, eq=False)
class Reorderings(Repeats):
    """Units in another order, several times.

    Attributes:
        num_swaps: Pairs of units that were swapped, one after the other.
        taus: Kendall's tau between the old and the new order, for each repeat; 1 is the old one.
        orders: The units in their new order, for each repeat.
    """

    num_swaps: int
    taus: tuple[float, ...]
    orders: tuple[tuple[Address, ...], ...]
