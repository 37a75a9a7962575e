"""What is read of a job while people watch it: one look at the ledger serves all of them."""

from __future__ import annotations

import re
import threading
import time
from bisect import bisect_right
from collections import OrderedDict
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, NamedTuple

from explorer.errors import UrlError
from explorer.store.records import Job, Point, State
from explorer.store.thinning import LIMIT
from explorer.words import _, retold

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from explorer.store.ledger import Ledger

FRESH = 0.5
"""Seconds for which one look serves everyone."""
LATE = 4 * FRESH
"""Seconds for which it serves those who come while somebody looks anew."""
MAX_POINTS = 2000
"""Points in one answer; ``more`` says that others follow at once."""
_KEPT_JOBS = 64
_CURSOR = re.compile(r"([0-9]{1,9})(?:\.([0-9]{1,9}))?")


@dataclass(frozen=True)
class Cursor:
    """How far a viewer has read: the last point, and the last revision of the job's row."""

    seq: int = 0
    revision: int = 0

    @classmethod
    def read(cls, text: str) -> Cursor:
        """Read ``SEQ`` or ``SEQ.REVISION``; raises ``UrlError`` for anything else."""
        found = _CURSOR.fullmatch(text)
        if found is None:
            raise UrlError(
                _("{text} is not a place in a curve.").format(text=repr(text[:20])),
                _("Start from since=0."),
            )
        return cls(int(found[1]), int(found[2] or 0))

    def __str__(self) -> str:
        """Write it as ``read`` reads it."""
        return f"{self.seq}.{self.revision}"


def merged(known: Sequence[Point], news: Sequence[Point]) -> list[Point]:
    """Append points; one of a later attempt replaces earlier attempts' from its step on."""
    points = list(known)
    for point in news:
        while points and points[-1].attempt < point.attempt and points[-1].step >= point.step:
            points.pop()
        points.append(point)
    return points


class Known(NamedTuple):
    """An answer that can be given without a look at the ledger.

    Attributes:
        news: What there is to tell; None where nothing is new.
    """

    news: dict[str, Any] | None


def serves(age: float, looking: threading.Lock, fresh: float, late: float) -> bool:
    """Return whether what was seen some time ago [s] will do.

    Args:
        age: How long ago that was.
        looking: Held by whoever looks anew.
        fresh: For how long a look serves everyone.
        late: For how long it serves while somebody looks anew.
    """
    return age < fresh or (age < late and looking.locked())


@dataclass
class _View:
    """One job as it was last read."""

    job: Job | None = None
    points: list[Point] = field(default_factory=list[Point])
    read_at: float = float("-inf")
    mutex: threading.Lock = field(default_factory=threading.Lock)


class Live:
    """Live views of jobs, each read from the ledger at most every ``FRESH`` seconds.

    Args:
        ledger: Returns the ledger of the current data home.
        clock: Monotonic seconds.
    """

    def __init__(
        self, ledger: Callable[[], Ledger], clock: Callable[[], float] = time.monotonic
    ) -> None:
        """Know nothing yet."""
        self._ledger = ledger
        self._clock = clock
        self._views: OrderedDict[str, _View] = OrderedDict()
        self._mutex = threading.Lock()

    def since(self, job_id: str, cursor: Cursor) -> dict[str, Any] | None:
        """Return what is new after a cursor, or None when nothing is and the job goes on.

        Raises:
            JobError: There is no such job.
        """
        view = self._view(job_id)
        with view.mutex:
            if view.job is None or self._clock() - view.read_at >= FRESH:
                view.job = self._refresh(view, job_id)
            job, points = view.job, view.points
        return _answer(job, points, cursor)

    def known(self, job_id: str, cursor: Cursor) -> Known | None:
        """Return what ``since`` would, where that takes no waiting; None where it does."""
        view = self._view(job_id)
        job, points = view.job, view.points
        age = self._clock() - view.read_at
        if job is None or not serves(age, view.mutex, FRESH, LATE):
            return None
        return Known(_answer(job, points, cursor))

    def points(self, job: Job) -> list[Point]:
        """Return all points of a job; what was read of them before is not read again."""
        view = self._view(job.id)
        with view.mutex:
            if not view.points or view.points[-1].seq < job.last_seq:
                view.job = self._refresh(view, job.id)
            return view.points

    def _view(self, job_id: str) -> _View:
        with self._mutex:
            view = self._views.setdefault(job_id, _View())
            self._views.move_to_end(job_id)
            while len(self._views) > _KEPT_JOBS:
                self._views.popitem(last=False)
            return view

    def _refresh(self, view: _View, job_id: str) -> Job:
        job = self._ledger().job(job_id)
        last = view.points[-1].seq if view.points else 0
        if job.last_seq > last:
            view.points = merged(view.points, self._ledger().metrics(job_id, last))
            if len(view.points) > 2 * LIMIT:  # the ledger has thinned them meanwhile
                view.points = self._ledger().metrics(job_id)
        view.read_at = self._clock()
        return job


def _answer(job: Job, points: list[Point], cursor: Cursor) -> dict[str, Any] | None:
    first = bisect_right(points, cursor.seq, key=lambda point: point.seq)
    news = points[first : first + MAX_POINTS]
    goes_on = not job.state.is_final
    if goes_on and not news and cursor.revision == job.revision:
        return None
    seq = news[-1].seq if news else cursor.seq
    return {
        "state": job.state.value,
        "lost": job.is_lost,
        "stopping": job.state is State.RUNNING and job.want is not None,
        "progress": job.fraction,
        "text": retold(job.text),
        "reason": _(job.reason),
        "points": [
            {"seq": p.seq, "step": p.step, "attempt": p.attempt, "data": p.data} for p in news
        ],
        "more": first + MAX_POINTS < len(points),
        "next": str(Cursor(seq, job.revision)),
    }
