"""The rules of the queue as SQL: whose turn it is, and what becomes of a job left unfinished."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from sqlalchemy import case, func, insert, null, select, update

from explorer.store import points
from explorer.store.clock import Now
from explorer.store.records import CANCEL, PAUSE, State
from explorer.store.tables import account, job
from explorer.words import mark

if TYPE_CHECKING:
    from collections.abc import Collection

    from sqlalchemy import ColumnElement, Connection, Select

    from explorer.store.rules import Rules

MAX_CRASHES = 1
"""How often a job's own process may die before the job has failed."""
MAX_LOSSES = 5
"""How often a worker may disappear under a job before the job has failed."""


def next_job(
    rules: Rules, takes: Collection[str], *, gpu_day: int | None = None
) -> Select[str, str, dict[str, Any], int, str, float, float]:
    """Select the waiting job whose turn it is: id, kind, payload, attempt, user, busy.

    Order: priority, the user with the fewest running jobs, the user served longest ago, and among
    the jobs of one user their position.

    Args:
        rules: What one user may have.
        takes: Devices that a job may have asked for.
        gpu_day: The day whose GPU minutes count; None where no GPU is occupied.
    """
    running = (
        select(job.c.user, func.count().label("jobs"))
        .where(job.c.state == State.RUNNING)
        .group_by(job.c.user)
        .subquery()
    )
    jobs = func.coalesce(running.c.jobs, 0)
    chosen = (
        select(
            job.c.id,
            job.c.kind,
            job.c.payload,
            job.c.attempt,
            job.c.user,
            job.c.busy,
            job.c.created,
        )
        .outerjoin(running, running.c.user == job.c.user)
        .outerjoin(account, account.c.user == job.c.user)
        .where(job.c.state == State.QUEUED, job.c.device.in_(takes))
        .order_by(
            job.c.priority.desc(),
            jobs,
            func.coalesce(account.c.served, 0.0),
            job.c.position,
        )
        .limit(1)
        .with_for_update(skip_locked=True, of=job)
    )
    if rules.user_running is not None:
        chosen = chosen.where(jobs < rules.user_running)
    if rules.gpu_minutes is not None and gpu_day is not None:
        used = case((account.c.day == gpu_day, account.c.gpu_seconds), else_=0.0)
        chosen = chosen.where(func.coalesce(used, 0.0) < 60 * rules.gpu_minutes)
    return chosen


def startable(db: Connection, rules: Rules) -> int:
    """Return how many waiting jobs would start if there were places enough."""
    if rules.paused:
        return 0
    counted = (
        select(
            func.sum(case((job.c.state == State.QUEUED, 1), else_=0)),
            func.sum(case((job.c.state == State.RUNNING, 1), else_=0)),
        )
        .where(job.c.state.in_([State.QUEUED, State.RUNNING]))
        .group_by(job.c.user)
    )
    limit = rules.user_running
    return sum(
        waiting if limit is None else max(0, min(waiting, limit - running))
        for waiting, running in db.execute(counted)
    )


def outcome(*, crashes: ColumnElement[int], losses: ColumnElement[int]) -> ColumnElement[str]:
    """Return the state of a job whose run has ended without a result."""
    return case(
        (job.c.want == CANCEL, State.CANCELLED.value),
        ((crashes > MAX_CRASHES) | (losses > MAX_LOSSES), State.FAILED.value),
        (job.c.want == PAUSE, State.PAUSED.value),
        else_=State.QUEUED.value,
    )


def leaving(state: ColumnElement[str], until: ColumnElement[float] | None = None) -> dict[str, Any]:
    """Return what changes when a job stops running and comes into ``state``.

    Args:
        state: The new one.
        until: When it was last known to run; now, if left out.
    """
    lives = state.in_([State.QUEUED.value, State.PAUSED.value])
    end = Now() if until is None else until
    return {
        "state": state,
        "finished": case((lives, null()), else_=Now()),
        "busy": job.c.busy + (end - func.coalesce(job.c.started, end)),
        "owner": None,
        "lease_until": None,
        "began": None,
        "began_fraction": None,
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
            reason=mark("The worker that ran this disappeared."),
            **leaving(outcome(crashes=job.c.crashes, losses=losses), until=job.c.lease_until),
        )
        .returning(job.c.id, job.c.state)
    )
    ended = db.execute(expired).all()
    for job_id, state in ended:
        if State(state).is_final:
            points.pack(db, job_id)
    return len(ended)


def serve(db: Connection, user: str, day: int) -> None:
    """Note that a user is served now; the GPU time of an earlier day is forgotten."""
    kept = case((account.c.day == day, account.c.gpu_seconds), else_=0.0)
    mine = update(account).where(account.c.user == user)
    if db.execute(mine.values(served=Now(), day=day, gpu_seconds=kept)).rowcount == 0:
        db.execute(insert(account).values(user=user, served=Now(), day=day, gpu_seconds=0.0))


def charge(db: Connection, user: str, seconds: float) -> None:
    """Add to what a user has used of the GPU on the day of the database."""
    today = day(db)
    used = case((account.c.day == today, account.c.gpu_seconds), else_=0.0) + seconds
    db.execute(update(account).where(account.c.user == user).values(day=today, gpu_seconds=used))


def overdrawn(db: Connection, user: str, rules: Rules) -> bool:
    """Return whether a user's GPU minutes of the day are used up."""
    if rules.gpu_minutes is None:
        return False
    mine = select(account.c.gpu_seconds).where(account.c.user == user, account.c.day == day(db))
    return (db.scalar(mine) or 0.0) >= 60 * rules.gpu_minutes


def day(db: Connection) -> int:
    """Return the number of the day (UTC) since 1970, by the database's clock."""
    return int((db.scalar(select(Now())) or 0.0) // 86400)
