"""What is asked about the gradient of a network, and what came out; no framework is needed."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, NamedTuple

from explorer.analysis.effective_depth import effective_depth
from explorer.analysis.path_gradient import table

if TYPE_CHECKING:
    from pathlib import Path

    from explorer.analysis.path_gradient import Floats, GradientByLength, PathNorms, SampledNorms
    from explorer.spec import NetworkSpec

SPEED = 8e9
"""About how many multiply-adds of a backward pass a small machine does in a second."""
FORWARD_SPEED = 2e10
"""The same of a forward pass."""
NUM_SETTLING = 64
"""Images that batch norm of an untrained network is settled on."""
EXACT_LIMIT = 2e9
"""Up to this many multiply-adds for all images, exact sums are had in float64."""


@dataclass(frozen=True, slots=True)
class Weights:
    """Which weights are looked at, on which data.

    Attributes:
        data: A data set's name or a path.
        spec: A network at initialisation; None where it is a run.
        run: Folder of a run; None where it is a network at initialisation.
        epoch: Of a run: after which epoch, 0 for before the first step; None at the end.
        seed: Of the weights at initialisation.
    """

    data: str
    spec: NetworkSpec | None = None
    run: Path | None = None
    epoch: int | None = None
    seed: int = 0


@dataclass(frozen=True, slots=True)
class Question:
    """How closely to look.

    Attributes:
        num_images: Held-out images, >= 1.
        longest: Longest paths [units]; None: all.
        num_draws: Of random signs; 0: none.
        num_samples: Sampled paths of each length; 0: none.
        seed: Of signs and paths.
    """

    num_images: int = 1
    longest: int | None = None
    num_draws: int = 0
    num_samples: int = 0
    seed: int = 0

    def seconds(self, num_units: int, macs: int) -> float:
        """Return about how long a small machine takes [s].

        Args:
            num_units: Of the network, n.
            macs: Multiply-adds of one image.
        """
        n, k = num_units, min(self.longest or num_units, num_units)
        passes = (n * (k + 1) - k * (k + 1) / 2) / max(n, 1)
        exact = passes * (2 if self.in_double(macs) else 1)
        sampled = self.num_samples * (k + 1) / 2
        signs = self.num_draws * passes
        return 2 * macs * self.num_images * (exact + signs + sampled) / SPEED

    def in_double(self, macs: int) -> bool:
        """Return whether the exact sums are had in float64."""
        return macs * self.num_images <= EXACT_LIMIT


@dataclass(frozen=True, slots=True, eq=False)
class Study:
    """What came out.

    Attributes:
        exact: The sums over all paths of each length, and what arrives at each unit.
        is_double: Whether the sums were had in float64.
        signs: Single paths by random signs; None if not asked.
        sampled: Single paths by sampling; None if not asked.
    """

    exact: GradientByLength
    is_double: bool
    signs: PathNorms | None = None
    sampled: SampledNorms | None = None

    @property
    def rows(self) -> list[dict[str, Any]]:
        """Return one row for each length, for tables and CSV."""
        rows = table(self.exact, self.signs)
        if self.signs is not None:
            _put(rows, "rms_low", self.signs.interval[0])
            _put(rows, "rms_high", self.signs.interval[1])
        if self.sampled is not None:
            _put(rows, "mean_path_norm", self.sampled.mean)
            _put(rows, "mean_low", self.sampled.interval[0])
            _put(rows, "mean_high", self.sampled.interval[1])
            _put(rows, "count_times_mean", self.sampled.product)
        return rows

    @property
    def effective_depth(self) -> int:
        """Return the effective depth of the gradient that reaches the first unit, 1 .. n."""
        return first_depth(self.exact)


def first_depth(exact: GradientByLength, share: float = 0.95) -> int:
    """Return the effective depth of the gradient that reaches the first unit.

    Wu et al. 2016 define it by the gradient of the first unit's weights, which the later units
    pass on.

    Args:
        exact: With the parts that arrive at each unit.
        share: 0..1.
    """
    assert exact.arriving is not None
    return effective_depth(exact.arriving[0], share)


def _put(rows: list[dict[str, Any]], name: str, values: Floats) -> None:
    for row, value in zip(rows, values.tolist(), strict=False):
        row[name] = value if abs(value) < float("inf") else None


class Moment(NamedTuple):
    """The exact sums at one moment of a training.

    Attributes:
        epoch: Epochs done.
        exact: The sums by length.
    """

    epoch: int
    exact: GradientByLength


def over_epochs(moments: tuple[Moment, ...]) -> list[dict[str, Any]]:
    """Return one row for each moment and length, for tables and CSV."""
    return [{"epoch": moment.epoch} | row for moment in moments for row in table(moment.exact)]
