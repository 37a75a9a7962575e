"""All trainings, or all of one sweep, as their list reads them: one look serves every viewer."""

from __future__ import annotations

import json
import threading
import time
from collections import OrderedDict
from dataclasses import dataclass, field
from hashlib import sha256
from typing import TYPE_CHECKING, Any, NamedTuple, cast

from explorer import words
from explorer.api.live import Known, serves
from explorer.jobs import client
from explorer.store.records import State
from explorer.units import seconds
from explorer.words import _, retold

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable

    from explorer.api.live import Live
    from explorer.store.records import Job, Point
    from explorer.store.standing import Standing

FRESH = 1.0
"""Seconds for which one look serves everyone."""
LATE = 3 * FRESH
"""Seconds for which it serves those who come while somebody looks anew."""
MAX_JOBS = 120
"""The newest jobs that are looked at."""
MAX_ENDED = 30
"""The newest of those that have ended; all that go on are listed."""
_MOST_LOOKS = 32
_MOST_SCORES = 512
METRICS = ("test_mean_iou", "test_accuracy")
"""What says how good a network is; the first that a job reports counts."""


class Asked(NamedTuple):
    """What a list is of.

    Attributes:
        kind: Of the jobs.
        batch: The submission that they belong to; empty for all.
    """

    kind: str
    batch: str = ""


class Score(NamedTuple):
    """How good a network is by now, 0..1; None before it was evaluated."""

    last: float | None = None
    best: float | None = None


class _Answer(NamedTuple):
    """A list as some viewers see it, and a name for it."""

    list: dict[str, Any]
    digest: str


@dataclass(frozen=True)
class _Look:
    """The jobs as they were at a time.

    Attributes:
        answers: What was told of it already, by language and by the viewer's own jobs: most who
            watch own none, and see the same.
    """

    at: float
    jobs: list[Job]
    standing: dict[str, Standing]
    paused: bool
    answers: dict[tuple[str, frozenset[str]], _Answer] = field(
        default_factory=dict[tuple[str, frozenset[str]], _Answer]
    )


class Queue:
    """Lists of jobs, each read from the ledger at most every ``FRESH`` seconds.

    Args:
        live: Has the points of jobs that go on.
        clock: Monotonic seconds.
    """

    def __init__(self, live: Live, clock: Callable[[], float] = time.monotonic) -> None:
        """Know nothing yet."""
        self._live = live
        self._clock = clock
        self._looks: OrderedDict[Asked, _Look] = OrderedDict()
        self._scores: OrderedDict[tuple[str, int, int], Score] = OrderedDict()
        self._mutex = threading.Lock()

    def since(self, asked: Asked, viewer: str, since: str) -> dict[str, Any] | None:
        """Return the list as a viewer may see it; None where it is what ``since`` names.

        Names of other people are not in it, only whether a job is the viewer's own.
        """
        with self._mutex:
            told = self._told(self._look(asked), viewer)
        return _news(told, since)

    def known(self, asked: Asked, viewer: str, since: str) -> Known | None:
        """Return what ``since`` would, where that takes no waiting; None where it does."""
        look = self._looks.get(asked)
        if look is None or not serves(self._clock() - look.at, self._mutex, FRESH, LATE):
            return None
        told = look.answers.get(_seen_by(look, viewer))
        return None if told is None else Known(_news(told, since))

    def _told(self, look: _Look, viewer: str) -> _Answer:
        key = _seen_by(look, viewer)
        told = look.answers.get(key)
        if told is None:
            rows = [self._row(job, look, viewer) for job in look.jobs]
            answer: dict[str, Any] = {"jobs": rows, "paused": look.paused}
            digest = sha256(json.dumps(answer, sort_keys=True).encode()).hexdigest()[:16]
            told = look.answers[key] = _Answer(answer, digest)
        return told

    def _look(self, asked: Asked) -> _Look:
        known = self._looks.get(asked)
        if known is not None and self._clock() - known.at < FRESH:
            return known
        jobs = listed(asked)
        waits = any(job.state is State.QUEUED for job in jobs)
        look = _Look(
            self._clock(), jobs, client.queue() if waits else {}, paused=client.rules().paused
        )
        self._looks[asked] = look
        self._looks.move_to_end(asked)
        while len(self._looks) > _MOST_LOOKS:
            self._looks.popitem(last=False)
        return look

    def _row(self, job: Job, look: _Look, viewer: str) -> dict[str, Any]:
        standing = look.standing.get(job.id)
        score = self._score(job)
        return {
            "id": job.id,
            "title": job.title,
            "mine": job.user == viewer,
            "state": job.state.value,
            "lost": job.is_lost,
            "want": job.want if job.state is State.RUNNING else None,
            "progress": job.fraction,
            "text": retold(job.text),
            "reason": _(job.reason),
            "attempt": job.attempt,
            "priority": job.priority,
            "position": standing and standing.position,
            "starts": _starts(job, standing),
            "batch": job.batch or "",
            "last": score.last,
            "best": score.best,
            **_described(job),
        }

    def _score(self, job: Job) -> Score:
        """Return how good a job's network is; what it came to once is not worked out again."""
        key = (job.id, job.last_seq, job.attempt)
        score = self._scores.get(key)
        if score is None:
            score = score_of(self._live.points(job)) if job.last_seq else Score()
            self._scores[key] = score
        self._scores.move_to_end(key)
        while len(self._scores) > _MOST_SCORES:
            self._scores.popitem(last=False)
        return score


def _seen_by(look: _Look, viewer: str) -> tuple[str, frozenset[str]]:
    own = frozenset(job.id for job in look.jobs if job.user == viewer)
    return words.language(), own


def _news(told: _Answer, since: str) -> dict[str, Any] | None:
    return None if told.digest == since else {**told.list, "next": told.digest}


def listed(asked: Asked) -> list[Job]:
    """Return the jobs of a list, the newest first."""
    found = client.jobs(MAX_JOBS, kind=asked.kind, batch=asked.batch or None)
    return found if asked.batch else _shortened(found)


def score_of(points: Iterable[Point]) -> Score:
    """Return the last and the best of what a job has reported."""
    found: dict[str, list[float]] = {name: [] for name in METRICS}
    for point in points:
        for name, values in found.items():
            value = point.data.get(name)
            if value is not None:
                values.append(value)
    values = next((values for values in found.values() if values), [])
    return Score(values[-1], max(values)) if values else Score()


def _shortened(jobs: list[Job]) -> list[Job]:
    """Leave out what ended long ago, but no part of a submission that is shown."""
    ended = [job for job in jobs if job.state.is_final][:MAX_ENDED]
    kept = {job.id for job in ended}
    whole = {job.batch for job in ended if job.batch}
    return [
        job
        for job in jobs
        if not job.state.is_final or job.id in kept or (job.batch and job.batch in whole)
    ]


def _starts(job: Job, standing: Standing | None) -> str:
    """Return when a waiting job starts, in words."""
    if standing is None:
        return ""
    if standing.starts_in is None:
        return _(standing.why).format(device=job.device)
    if standing.starts_in < 1:
        return _("starts now")
    return _("starts in about {time}").format(time=_about(standing.starts_in))


def _about(time_: float) -> str:
    """Return a time as exactly as an estimate is: to 10 seconds, to a minute, to 10 minutes."""
    step = 10 if time_ < 90 else 60 if time_ < 3600 else 600
    return seconds(max(step, step * round(time_ / step)))


def _described(job: Job) -> dict[str, Any]:
    """Return what the payload says of a job, as far as it is what it should be."""
    payload = job.payload
    recipe: object = payload.get("recipe")
    fields = cast("dict[str, object]", recipe) if isinstance(recipe, dict) else {}
    variant: object = payload.get("variant")
    values = cast("dict[str, object]", variant) if isinstance(variant, dict) else {}
    return {
        "data": str(payload.get("data", "")).rsplit("/", 1)[-1],
        "epochs": fields.get("epochs") if fields.get("seconds") is None else None,
        "seed": payload.get("seed", 0),
        "group": str(payload.get("group_title", "")),
        "variant": {
            name: value for name, value in values.items() if isinstance(value, int | float | str)
        },
    }
