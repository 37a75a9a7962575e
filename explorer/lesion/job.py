"""A study of lesions as a background job: the worker calls ``run``."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Any, Protocol

from pydantic import ValidationError

from explorer.errors import JobError
from explorer.lesion.study import Curve, Found, Point, Study
from explorer.lesion.task import lab_of_run
from explorer.store.runs import write_atomic
from explorer.training import process
from explorer.words import Phrase, _

if TYPE_CHECKING:
    from collections.abc import Iterator

    from explorer.lesion.lab import Lab

MOST_DELETED = 10
SWAPS = (1, 2, 4, 8, 16, 32)


class Context(Protocol):
    """What a job sees of the worker that runs it."""

    @property
    def payload(self) -> dict[str, Any]:
        """The fields of a ``Study``."""
        ...

    def progress(self, fraction: float, text: str | Phrase) -> None:
        """Say how far the job is, 0..1; may raise to stop."""
        ...


def run(context: Context) -> dict[str, Any]:
    """Do a study and keep its result in its file.

    Returns:
        ``digest``, which names the file.

    Raises:
        ExplorerError: A run or the data cannot be used, or a payload that is no study.
        BaseException: What the context raised to stop the job.
    """
    process.prepare()
    try:
        study = Study.model_validate(context.payload)
    except ValidationError:
        raise JobError(
            _("This job does not say which lesions to try."), _("Start it again.")
        ) from None
    curves: list[Curve] = []
    for number, folder in enumerate(study.runs):
        done = _Share(context, number, len(study.runs))
        done.tell(0.0)
        lab = lab_of_run(Path(folder), study.data, limit=study.limit, on_progress=done.within)
        curves.append(_curve(lab, study, done))
    study.file.parent.mkdir(parents=True, exist_ok=True)
    write_atomic(study.file, Found(study=study, curves=tuple(curves)).model_dump_json().encode())
    return {"digest": study.digest}


class _Share:
    """Tells the worker how far the work on one of several runs is, in steps of equal length."""

    def __init__(self, context: Context, number: int, total: int) -> None:
        self._context, self._number, self._total = context, number, total
        self.step, self.steps = 0, 1

    def within(self, fraction: float) -> None:
        self.tell((self.step + fraction) / self.steps)

    def tell(self, fraction: float) -> None:
        text = Phrase("Network {i} of {n}", i=self._number + 1, n=self._total)
        self._context.progress((self._number + min(1.0, fraction)) / self._total, text)


def _curve(lab: Lab, study: Study, done: _Share) -> Curve:
    if study.what == "sweep":
        sweep = lab.sweep()
        whole = sweep.baseline
        points = tuple(
            Point(at=i, accuracy=one.outcome.accuracy, units=one.units)
            for i, one in enumerate(sweep.deleted)
        )
    else:
        whole = lab.evaluate()
        asked = _random if study.what == "random" else _reordered
        points = tuple(asked(lab, study, done))
    return Curve(
        baseline=whole.accuracy,
        num_images=whole.num_images,
        num_classes=len(whole.confusion),
        points=points,
    )


def _random(lab: Lab, study: Study, done: _Share) -> Iterator[Point]:
    numbers = range(1, min(MOST_DELETED, len(lab.blocks)) + 1)
    done.steps = len(numbers)
    for done.step, num in enumerate(numbers):
        found = lab.random_deletions(num, study.repeats, study.seed + num)
        for error, units in zip(found.errors, found.units, strict=True):
            yield Point(at=num, accuracy=1 - error, units=units)


def _reordered(lab: Lab, study: Study, done: _Share) -> Iterator[Point]:
    done.steps = len(SWAPS)
    for done.step, num in enumerate(SWAPS):
        found = lab.reorder(num, study.repeats, study.seed + num)
        for error, order, tau in zip(found.errors, found.orders, found.taus, strict=True):
            yield Point(at=num, accuracy=1 - error, units=order, tau=tau)
