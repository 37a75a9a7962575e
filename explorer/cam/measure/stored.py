"""A report of measured localisation as it is read back from its file; needs no torch."""

from __future__ import annotations

import json
import math
from typing import TYPE_CHECKING, Any, NamedTuple

from explorer.cam.measure.report import Architecture, Finding, Row
from explorer.cam.measure.statistics import Interval
from explorer.errors import DataError
from explorer.words import _

if TYPE_CHECKING:
    from collections.abc import Mapping
    from pathlib import Path

RESULT = "localisation.json"
TABLE = "localisation.csv"


class Gap(NamedTuple):
    """How far two architectures are apart beside seeds of one; None where it is not known.

    Attributes:
        measure: One of ``explorer.cam.measure.agreement.MEASURES``.
        between: Mean over images and pairs of runs.
        within: The same of seeds.
        excess: Their difference with its interval.
        verdict: What may be said.
    """

    measure: str
    between: Interval
    within: Interval | None
    excess: Interval | None
    verdict: str


class Whole(NamedTuple):
    """One method's maps as a whole.

    Attributes:
        pxap: By run, PxAP of all images together.
        num_dead: By run, how many maps have nothing positive.
        sanity: By run, each part that was made random and the rank correlation after it.
        gaps: Of the second architecture from the first.
    """

    pxap: dict[str, float]
    num_dead: dict[str, int]
    sanity: dict[str, tuple[tuple[str, float], ...]]
    gaps: tuple[Gap, ...]


class Stored(NamedTuple):
    """What a finished measurement says.

    Attributes:
        data: What the images are from.
        num_images: How many there are.
        architectures: In the order of the runs; the second is compared with the first.
        layers: The address that each method was read at, by its key.
        rows: The table.
        csv: The same as CSV with a header line.
        wholes: What is said about each method's maps as a whole, by its key.
    """

    data: str
    num_images: int
    architectures: tuple[Architecture, ...]
    layers: dict[str, str]
    rows: tuple[Row, ...]
    csv: str
    wholes: dict[str, Whole]


def stored(folder: Path) -> Stored:
    """Read what the job of a folder has written.

    Raises:
        DataError: There is no result, or it cannot be read.
    """
    try:
        found = json.loads((folder / RESULT).read_text(encoding="utf-8"))
        return Stored(
            str(found["data"]),
            int(found["num_images"]),
            tuple(
                Architecture(one["title"], tuple(one["runs"]), _number(one["accuracy"]))
                for one in found["architectures"]
            ),
            {one["method"]: one["layer"] for one in found["readings"]},
            tuple(_row(one) for one in found["rows"]),
            (folder / TABLE).read_text(encoding="utf-8"),
            {one["method"]: _whole(one) for one in found["readings"]},
        )
    except (OSError, ValueError, KeyError, TypeError):
        raise DataError(
            _("The result of this measurement cannot be read."), _("Start the measurement again.")
        ) from None


def _whole(reading: Mapping[str, Any]) -> Whole:
    noise: Mapping[str, Any] = reading["noise"]
    floors: list[Mapping[str, Any]] = next(iter(noise.values()), [])
    return Whole(
        {run: _number(value) for run, value in reading["pxap"].items()},
        {run: int(count) for run, count in reading["num_dead"].items()},
        {
            run: tuple((str(s["part"]), _number(s["correlation"])) for s in steps)
            for run, steps in reading["sanity"].items()
        },
        tuple(
            Gap(
                str(one["measure"]),
                Interval(*(_number(value) for value in one["between"])),
                one["within"] and Interval(*(_number(value) for value in one["within"])),
                one["excess"] and Interval(*(_number(value) for value in one["excess"])),
                str(one["verdict"]),
            )
            for one in floors
        ),
    )


def _row(cells: Mapping[str, Any]) -> Row:
    return Row(
        cells["method"],
        cells["stratum"],
        cells["metric"],
        int(cells["num_images"]),
        cells["floor"],
        cells["ceiling"],
        cells["a"],
        cells["b"],
        _interval(cells, "value_a"),
        None if cells["b"] is None else _interval(cells, "value_b"),
        None if cells["b"] is None else _interval(cells, "difference"),
        cells["p"],
        cells["p_holm"],
        Finding(cells["finding"]),
    )


def _interval(cells: Mapping[str, Any], name: str) -> Interval:
    return Interval(*(_number(cells[key]) for key in (name, f"{name}_low", f"{name}_high")))


def _number(value: float | None) -> float:
    """Return a number; JSON has none for one that is not defined."""
    return math.nan if value is None else float(value)
