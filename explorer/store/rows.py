"""Rows of jobs: how a new one begins, and how one is read."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from sqlalchemy import false as sql_false
from sqlalchemy import func, select

from explorer.errors import JobError
from explorer.store import rules
from explorer.store.clock import Now
from explorer.store.records import DEVICES, Job, State
from explorer.store.tables import job
from explorer.words import _

if TYPE_CHECKING:
    from collections.abc import Mapping

    from sqlalchemy import Connection, RowMapping, Select

_HIDDEN = {"owner", "lease_until"}


def fresh(payload: Mapping[str, Any], number: int = 0) -> dict[str, Any]:
    """Return the columns of a job that waits for the first time.

    Args:
        payload: What it is told.
        number: Of the job in its submission; they start in this order.
    """
    asked = payload.get("device")
    numbers = ("attempt", "crashes", "losses", "last_seq", "busy")
    return {
        **dict.fromkeys(numbers, 0),
        **dict.fromkeys(("text", "reason", "failure"), ""),
        "payload": dict(payload),
        "state": State.QUEUED,
        "device": asked if asked in DEVICES else "auto",
        "revision": 1,
        "created": Now(),
        # Apart by less than the clock of SQLite counts.
        "position": Now() + number * 1e-5,
    }


def require_room(db: Connection, user: str, count: int = 1) -> None:
    """Refuse more jobs of a user than may wait by the rules.

    Raises:
        JobError: So it is. Paused jobs count as waiting.
    """
    limit = rules.read(db).user_queued
    waits = [State.QUEUED, State.PAUSED]
    waiting = select(func.count()).where(job.c.user == user, job.c.state.in_(waits))
    found = db.scalar(waiting) or 0
    if limit is None or found + count <= limit:
        return
    if count == 1:
        raise JobError(
            _("You already have {limit} jobs waiting.").format(limit=limit),
            _("Cancel one, or wait until one has started."),
        )
    raise JobError(
        _("These are {count} jobs and {found} of yours wait already; {limit} may.").format(
            count=count, found=found, limit=limit
        ),
        _("Submit fewer at once, or wait until some have started."),
    )


def jobs(margin: float = 0.0) -> Select[*tuple[Any, ...]]:
    """Select jobs with all that is visible of them.

    Args:
        margin: How much of its lease a job that is not lost still has at least [s].
    """
    silent = job.c.lease_until < Now() + margin
    lost = func.coalesce((job.c.state == State.RUNNING) & silent, sql_false())
    return select(*(c for c in job.c if c.name not in _HIDDEN), lost.label("is_lost"))


def read(row: RowMapping) -> Job:
    """Return what ``jobs`` has selected as a value."""
    values: dict[str, Any] = dict(row)
    values["state"] = State(row["state"])
    values["is_lost"] = bool(row["is_lost"])
    return Job(**values)


def state(db: Connection, job_id: str) -> State | None:
    """Return the state of a job; None when there is none."""
    found = db.scalar(select(job.c.state).where(job.c.id == job_id))
    return None if found is None else State(found)
