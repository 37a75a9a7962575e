"""The rules of the queue as SQL: whose turn it is, and what becomes of a job left unfinished."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from sqlalchemy import case, func, null, select, update

from explorer.store.clock import Now
from explorer.store.records import State
from explorer.store.tables import job

if TYPE_CHECKING:
    from collections.abc import Collection

    from sqlalchemy import ColumnElement, Connection, Select

MAX_CRASHES = 1
"""How often a job's own process may die before the job has failed."""
MAX_LOSSES = 5
"""How often a worker may disappear under a job before the job has failed."""


def next_job() -> Select[str, str, dict[str, Any], int]:
    """Select the waiting job whose turn it is: id, kind, payload, attempt."""
    running = (
        select(job.c.user, func.count().label("jobs"))
        .where(job.c.state == State.RUNNING)
        .group_by(job.c.user)
        .subquery()
    )
    served = select(job.c.user, func.max(job.c.started).label("last")).group_by(job.c.user)
    turn = served.subquery()
    return (
        select(job.c.id, job.c.kind, job.c.payload, job.c.attempt)
        .outerjoin(running, running.c.user == job.c.user)
        .outerjoin(turn, turn.c.user == job.c.user)
        .where(job.c.state == State.QUEUED)
        .order_by(
            job.c.priority.desc(),
            func.coalesce(running.c.jobs, 0),
            func.coalesce(turn.c.last, 0.0),
            job.c.created,
        )
        .limit(1)
    )


def outcome(*, crashes: ColumnElement[int], losses: ColumnElement[int]) -> ColumnElement[str]:
    """Return the state of a job whose run has ended without a result."""
    return case(
        (job.c.want.is_not(None), State.CANCELLED.value),
        ((crashes > MAX_CRASHES) | (losses > MAX_LOSSES), State.FAILED.value),
        else_=State.QUEUED.value,
    )


def leaving(state: ColumnElement[str]) -> dict[str, Any]:
    """Return what changes when a job stops running and comes into ``state``."""
    return {
        "state": state,
        "finished": case((state == State.QUEUED, null()), else_=Now()),
        "owner": None,
        "lease_until": None,
        "want": None,
        "text": "",
    }


def recover(db: Connection, *, held: Collection[str] = ()) -> int:
    """End every run whose lease is over, and return how many there were.

    Args:
        db: A connection inside a write transaction.
        held: Jobs that the caller itself runs, whatever the clock says: after a computer's sleep
            every lease is over, yet nobody has died.
    """
    losses = job.c.losses + 1
    expired = (
        update(job)
        .where(job.c.state == State.RUNNING, job.c.lease_until < Now(), job.c.id.not_in(held))
        .values(
            losses=losses,
            revision=job.c.revision + 1,
            reason="The worker that ran this disappeared.",
            **leaving(outcome(crashes=job.c.crashes, losses=losses)),
        )
    )
    return db.execute(expired).rowcount
