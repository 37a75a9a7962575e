"""The table of measured localisation: estimates, intervals, and what may be said about them."""

from __future__ import annotations

import csv
import io
import math
from dataclasses import dataclass, replace
from enum import StrEnum
from typing import TYPE_CHECKING, Any

import numpy as np

from explorer.cam.measure.metrics import (
    CORRECT,
    EVERYWHERE,
    FAITHFULNESS,
    LOCALISATION,
    METRICS,
    STRATA,
)
from explorer.cam.measure.statistics import Interval, Resamples, holm, mean, paired_bootstrap

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from numpy.typing import NDArray

    from explorer.cam.measure.agreement import Floor
    from explorer.cam.measure.randomisation import Step

    Values = NDArray[np.float64]

FEWEST_SEEDS = 3
"""Of each architecture, before a difference may be called a finding."""
FEWEST_IMAGES = 5
"""In a row; with less there is no row."""
SIGNIFICANCE = 0.05


class Finding(StrEnum):
    """What may be said about one row."""

    ALONE = "one architecture: nothing to compare"
    DESCRIPTION = "too few seeds: a description of these runs, not a finding"
    NOTHING = "no difference shown"
    HIGHER = "higher in B"
    LOWER = "lower in B"


@dataclass(frozen=True)
class Architecture:
    """Runs that differ in nothing but their training seed.

    Attributes:
        title: Of its first run.
        runs: Titles of its runs.
        accuracy: Mean of the runs on the measured images, 0..1.
    """

    title: str
    runs: tuple[str, ...]
    accuracy: float


@dataclass(frozen=True)
class Row:
    """One metric on some images, of one architecture A, or of A beside B.

    Attributes:
        method: A key of ``METHODS``.
        stratum: ``all``, ``small``, ``medium``, ``large`` or ``correct``.
        metric: A key of ``METRICS``.
        num_images: How many images the stratum has.
        floor: What chance gives, or None.
        ceiling: What the best map of this grid gives, or None.
        a: Title of the first architecture.
        b: Title of the second, or None.
        value_a: Mean over seeds and images of A.
        value_b: The same of B, or None.
        difference: B - A, or None.
        p: Two-sided, from the paired bootstrap, or None.
        p_holm: The same, corrected for all rows of this method and pair.
        finding: What may be said.
    """

    method: str
    stratum: str
    metric: str
    num_images: int
    floor: float | None
    ceiling: float | None
    a: str
    b: str | None
    value_a: Interval
    value_b: Interval | None = None
    difference: Interval | None = None
    p: float | None = None
    p_holm: float | None = None
    finding: Finding = Finding.ALONE

    def as_dict(self) -> dict[str, Any]:
        """Return it in JSON's types, intervals as three columns each."""
        cells: dict[str, Any] = {}
        for name, value in self.__dict__.items():
            if name in {"value_a", "value_b", "difference"}:
                parts: Sequence[float | None] = value or (None, None, None)
                cells |= dict(zip((name, f"{name}_low", f"{name}_high"), parts, strict=True))
            else:
                cells[name] = str(value) if isinstance(value, Finding) else value
        return _defined(cells)


@dataclass(frozen=True)
class Reading:
    """One method's maps as a whole.

    Attributes:
        method: A key of ``METHODS``.
        layer: Address of the tensor in the first run; ``input``: the image.
        grid: Rows and columns of its cells.
        stride: Distance of neighbouring cells [px].
        num_dead: By run title, how many maps have nothing positive.
        pxap: By run title, PxAP of all images together (Choe et al. 2020).
        sanity: By run title, the randomisation check of its maps.
        noise: By title of the second architecture, its distances from the first beside those
            between seeds.
    """

    method: str
    layer: str
    grid: tuple[int, int]
    stride: int
    num_dead: Mapping[str, int]
    pxap: Mapping[str, float]
    sanity: Mapping[str, tuple[Step, ...]]
    noise: Mapping[str, tuple[Floor, ...]]

    def as_dict(self) -> dict[str, Any]:
        """Return it in JSON's types."""
        return {
            "method": self.method,
            "layer": self.layer,
            "grid": list(self.grid),
            "stride": self.stride,
            "num_dead": dict(self.num_dead),
            "pxap": dict(self.pxap),
            "sanity": {
                run: [{"part": s.part, "correlation": s.correlation} for s in steps]
                for run, steps in self.sanity.items()
            },
            "noise": {b: [f.as_dict() for f in floors] for b, floors in self.noise.items()},
        }


@dataclass(frozen=True)
class Report:
    """Everything that was measured.

    Attributes:
        data: What the images are from.
        num_images: How many there are.
        seed: Of the choice of images and of the resampling.
        architectures: In the order of the runs; all others are compared with the first.
        readings: One for each method.
        rows: The table.
    """

    data: str
    num_images: int
    seed: int
    architectures: tuple[Architecture, ...]
    readings: tuple[Reading, ...]
    rows: tuple[Row, ...]

    def as_dict(self) -> dict[str, Any]:
        """Return it in JSON's types."""
        found: dict[str, Any] = {
            "data": self.data,
            "num_images": self.num_images,
            "seed": self.seed,
            "architectures": [
                {"title": one.title, "runs": list(one.runs), "accuracy": one.accuracy}
                for one in self.architectures
            ],
            "readings": [reading.as_dict() for reading in self.readings],
            "rows": [row.as_dict() for row in self.rows],
        }
        return _defined(found)

    def csv(self) -> str:
        """Return the table as CSV with a header line."""
        file = io.StringIO()
        cells = [row.as_dict() for row in self.rows]
        writer = csv.DictWriter(file, list(cells[0]) if cells else [], lineterminator="\n")
        writer.writeheader()
        writer.writerows(cells)
        return file.getvalue()


@dataclass(frozen=True, eq=False)
class Measured:
    """The values of one architecture; every array is (seeds, images).

    Attributes:
        title: Of the architecture.
        values: By metric, references included; NaN where one is not defined.
        correct: Which images each run classifies correctly.
    """

    title: str
    values: Mapping[str, Values]
    correct: NDArray[np.bool_]


def strata_of(
    sizes: NDArray[np.uint8], measured: Sequence[Measured]
) -> dict[str, NDArray[np.bool_]]:
    """Return which images are in each stratum; strata of few images are left out.

    Args:
        sizes: 0 small, 1 medium, 2 large, (N,).
        measured: Every architecture.
    """
    found = {EVERYWHERE: np.ones(len(sizes), dtype=bool)}
    found |= {name: sizes == number for number, name in enumerate(STRATA)}
    found[CORRECT] = np.logical_and.reduce([one.correct.all(0) for one in measured])
    return {name: rows for name, rows in found.items() if rows.sum() >= FEWEST_IMAGES}


def table(
    method: str,
    measured: Sequence[Measured],
    strata: Mapping[str, NDArray[np.bool_]],
    *,
    seed: int = 0,
    num_resamples: int = 10_000,
) -> tuple[Row, ...]:
    """Return the rows of one method: each architecture beside the first, or the only one alone.

    Args:
        method: A key of ``METHODS``.
        measured: At least one architecture.
        strata: As ``strata_of`` gives them.
        seed: Of the resampling.
        num_resamples: Of the intervals.
    """
    first, *others = measured
    rows: list[Row] = []
    for other in others or [None]:
        second = other or first
        block: list[Row] = []
        for name, chosen in strata.items():
            draws = Resamples(
                len(first.correct),
                len(second.correct),
                int(chosen.sum()),
                seed=seed,
                count=num_resamples,
            )
            block += [
                _row((method, name, metric), first, other, chosen, draws)
                for metric in (*LOCALISATION, *FAITHFULNESS)
                if metric in first.values
            ]
        rows += _corrected(block)
    return tuple(rows)


def _row(
    key: tuple[str, str, str],
    first: Measured,
    other: Measured | None,
    chosen: NDArray[np.bool_],
    draws: Resamples,
) -> Row:
    metric = METRICS[key[2]]
    a = first.values[key[2]][:, chosen]
    b = a if other is None else other.values[key[2]][:, chosen]
    found = paired_bootstrap(a, b, draws)
    row = Row(
        *key,
        int(chosen.sum()),
        _reference(first, metric.floor, chosen),
        _reference(first, metric.ceiling, chosen),
        first.title,
        None,
        found.a,
    )
    if other is None:
        return row
    return replace(
        row,
        b=other.title,
        value_b=found.b,
        difference=found.difference,
        p=found.p,
        finding=Finding.DESCRIPTION if min(len(a), len(b)) < FEWEST_SEEDS else Finding.NOTHING,
    )


def _corrected(rows: Sequence[Row]) -> list[Row]:
    """Correct the p-values for their number, and say what is left."""
    tested = [row for row in rows if row.p is not None]
    adjusted = dict(zip(map(id, tested), holm([row.p or 0.0 for row in tested]), strict=True))
    return [
        row if row.p is None else _judged(replace(row, p_holm=adjusted[id(row)])) for row in rows
    ]


def _judged(row: Row) -> Row:
    assert row.p_holm is not None
    assert row.difference is not None
    if row.finding is not Finding.NOTHING or row.p_holm >= SIGNIFICANCE:
        return row
    return replace(row, finding=Finding.HIGHER if row.difference.value > 0 else Finding.LOWER)


def _reference(measured: Measured, name: str, chosen: NDArray[np.bool_]) -> float | None:
    return mean(measured.values[name][:, chosen]) if name else None


def _defined(value: Any) -> Any:  # noqa: ANN401 - whatever JSON holds
    """Return a value with None for every number that is not defined."""
    if isinstance(value, dict):
        return {name: _defined(one) for name, one in value.items()}
    if isinstance(value, list | tuple):
        return [_defined(one) for one in value]
    return None if isinstance(value, float) and not math.isfinite(value) else value
