"""The curves of a run, as its folder keeps them: what ``metrics.jsonl`` says, read once."""

from __future__ import annotations

import json
import math
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, cast

from explorer.store.runs import METRICS

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping
    from pathlib import Path

MAX_BYTES = 32_000_000
"""More is not read: a page must not wait for a file that something else has filled."""


@dataclass(frozen=True, slots=True)
class Moment:
    """What was reported at one step.

    Attributes:
        step: Steps done.
        epoch: Epochs done, with the part of the running one.
        seconds: Time spent until then [s]; None between the ends of epochs.
        values: Finite figures by name.
    """

    step: int
    epoch: float
    seconds: float | None
    values: Mapping[str, float]


@dataclass(frozen=True, slots=True)
class Curves:
    """All reports of a run, in order.

    Attributes:
        epochs: At the end of every epoch.
        steps: In between.
    """

    epochs: tuple[Moment, ...]
    steps: tuple[Moment, ...]


def read(folder: Path) -> Curves | None:
    """Return the curves of a run; None where its folder has none.

    A line that cannot be read is left out: the last one may be half written.
    """
    path = folder / METRICS
    try:
        with path.open("rb") as file:
            lines = file.read(MAX_BYTES).splitlines()
    except OSError:
        return None
    return of_lines(lines)


def of_lines(lines: Iterable[bytes]) -> Curves | None:
    """Return the curves that lines of JSON describe; None if no line can be read."""
    epochs: dict[int, Moment] = {}
    steps: dict[int, Moment] = {}
    for line in lines:
        moment = _moment(line)
        if moment is not None:
            (steps if moment.seconds is None else epochs)[moment.step] = moment
    if not epochs and not steps:
        return None
    return Curves(
        tuple(epochs[step] for step in sorted(epochs)), tuple(steps[step] for step in sorted(steps))
    )


def _moment(line: bytes) -> Moment | None:
    try:
        data: Any = json.loads(line)
    except (ValueError, RecursionError):
        return None
    if not isinstance(data, dict):
        return None
    numbers = {
        str(name): float(value)
        for name, value in cast("dict[object, object]", data).items()
        if isinstance(value, int | float) and not isinstance(value, bool) and math.isfinite(value)
    }
    step, epoch = numbers.pop("step", None), numbers.pop("epoch", None)
    if step is None or epoch is None:
        return None
    seconds = numbers.pop("seconds", None)
    return Moment(int(step), epoch, seconds, numbers)
