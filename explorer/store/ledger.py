"""The ledger: the queue, the state and the curves of background jobs, in one database."""

from __future__ import annotations

import uuid
from typing import TYPE_CHECKING, Any, Final, Literal

from sqlalchemy import case, delete, func, insert, select, update
from sqlalchemy import false as sql_false

from explorer.errors import JobError
from explorer.store import queue
from explorer.store.clock import Now
from explorer.store.engine import open_engine, write
from explorer.store.records import Claim, Job, LeaseLostError, Point, State
from explorer.store.tables import job, metric

if TYPE_CHECKING:
    from collections.abc import Collection, Mapping, Sequence

    from sqlalchemy import ColumnElement, Connection, RowMapping, Select

LEASE = 20.0
"""Seconds after which a worker that has not renewed is taken for dead."""
MAX_QUEUED = 20
"""Jobs one user may have waiting."""
CANCEL: Final = "cancel"


class Ledger:
    """All reads and writes of background jobs.

    Whoever claims a job holds it for ``lease`` seconds, renews, and may write about it only as
    long as the claim is current; otherwise the write raises ``LeaseLostError``. All times are the
    database's.

    Args:
        url: SQLAlchemy URL; the tables are created or migrated.
        lease: How long a claim lasts without renewal [s].
    """

    def __init__(self, url: str, *, lease: float = LEASE) -> None:
        """Open the database."""
        self.lease = lease
        self._engine = open_engine(url)

    def close(self) -> None:
        """Close the connections; the next call opens new ones."""
        self._engine.dispose()

    def submit(
        self, kind: str, payload: Mapping[str, Any], *, title: str, user: str, priority: int = 0
    ) -> str:
        """Queue a job and return its id (122 random bits).

        Args:
            kind: Which program runs it, such as ``train``.
            payload: What that program is told; JSON values only.
            title: What people read in lists.
            user: Whose turn it is counted as.
            priority: Higher runs first.

        Raises:
            JobError: The user has ``MAX_QUEUED`` jobs waiting.
        """
        job_id = uuid.uuid4().hex
        with write(self._engine) as db:
            waiting = select(func.count()).where(job.c.user == user, job.c.state == State.QUEUED)
            if (db.scalar(waiting) or 0) >= MAX_QUEUED:
                raise JobError(
                    f"You already have {MAX_QUEUED} jobs waiting.",
                    "Cancel one, or wait until one has started.",
                )
            fresh = {"attempt": 0, "crashes": 0, "losses": 0, "last_seq": 0, "revision": 1}
            db.execute(
                insert(job).values(
                    id=job_id,
                    kind=kind,
                    title=title,
                    user=user,
                    payload=dict(payload),
                    priority=priority,
                    state=State.QUEUED,
                    text="",
                    reason="",
                    created=Now(),
                    **fresh,
                )
            )
        return job_id

    def claim(self, owner: str, *, holding: Collection[str] = ()) -> Claim | None:
        """Take the next job, or None when nothing waits.

        Jobs whose worker is gone are queued again first. Order: priority, the user with the
        fewest running jobs, the user served longest ago, age.

        Args:
            owner: A name that no other worker process has or will have.
            holding: The jobs it runs already; their leases are its own to renew.
        """
        with write(self._engine) as db:
            queue.recover(db, held=holding)
            row = db.execute(queue.next_job()).mappings().one_or_none()
            if row is None:
                return None
            claim = Claim(row["id"], row["attempt"] + 1, owner, row["kind"], row["payload"])
            _change(
                db,
                job.c.id == claim.job_id,
                state=State.RUNNING,
                owner=owner,
                attempt=claim.attempt,
                lease_until=Now() + self.lease,
                started=Now(),
                text="",
            )
            return claim

    def renew(self, claim: Claim) -> None:
        """Extend the claim by one lease from now."""
        with write(self._engine) as db:
            mine = update(job).where(_fence(claim)).values(lease_until=Now() + self.lease)
            if db.execute(mine).rowcount == 0:
                raise LeaseLostError(claim.job_id)

    def wish(self, claim: Claim) -> str | None:
        """Return what a person has asked of the running job: ``cancel`` or nothing."""
        with self._engine.connect() as db:
            row = db.execute(select(job.c.want).where(_fence(claim))).one_or_none()
        if row is None:
            raise LeaseLostError(claim.job_id)
        return row.want

    def report(
        self,
        claim: Claim,
        points: Sequence[tuple[int, Mapping[str, float | None]]] = (),
        *,
        fraction: float | None = None,
        text: str | None = None,
    ) -> None:
        """Add metric points, and replace the progress where it is given.

        What an earlier attempt reported at or after the first of these steps is deleted, so that
        a job resumed from a checkpoint leaves no step twice.

        Args:
            claim: The right to write.
            points: Pairs of step and values.
            fraction: How much is done, in 0..1.
            text: What it is doing, in a few words.
        """
        with write(self._engine) as db:
            changes: dict[str, Any] = {"last_seq": job.c.last_seq + len(points)}
            if fraction is not None:
                changes["fraction"] = fraction
            if text is not None:
                changes["text"] = text
            _change(db, _fence(claim), **changes)
            if points:
                _add_points(db, claim, points)

    def finish(
        self,
        claim: Claim,
        state: State,
        reason: str = "",
        result: Mapping[str, Any] | None = None,
    ) -> None:
        """Write the end of a job: a final state, why, and what came out."""
        with write(self._engine) as db:
            _change(
                db,
                _fence(claim),
                state=state,
                reason=reason,
                result=None if result is None else dict(result),
                finished=Now(),
                lease_until=None,
                want=None,
                fraction=1.0 if state is State.DONE else job.c.fraction,
                text="",
            )

    def give_back(self, claim: Claim, *, crash: str = "") -> State:
        """Return a job unfinished and return its new state.

        Without ``crash`` the worker merely leaves and the job waits for another. With it the
        job's own process died; it is tried once more from its checkpoint, then it has failed and
        ``crash`` is the reason.
        """
        with write(self._engine) as db:
            crashes = job.c.crashes + (1 if crash else 0)
            outcome = queue.outcome(crashes=crashes, losses=job.c.losses)
            _change(db, _fence(claim), crashes=crashes, reason=crash, **queue.leaving(outcome))
            state = db.scalar(select(job.c.state).where(job.c.id == claim.job_id))
        return State(state or State.FAILED)

    def recover_expired(self) -> int:
        """Queue again what dead workers held, and return how many jobs that were."""
        with write(self._engine) as db:
            return queue.recover(db)

    def request(self, job_id: str, want: Literal["cancel"] = CANCEL) -> bool:
        """Ask for a job to be cancelled; return whether there was anything left to cancel.

        A waiting job is cancelled at once, a running one by its worker within seconds.
        """
        waits = job.c.state == State.QUEUED
        with write(self._engine) as db:
            live = db.execute(
                update(job)
                .where(job.c.id == job_id, job.c.state.in_([State.QUEUED, State.RUNNING]))
                .values(
                    want=case((waits, None), else_=want),
                    finished=case((waits, Now()), else_=None),
                    state=case((waits, State.CANCELLED.value), else_=job.c.state),
                    revision=job.c.revision + 1,
                )
            )
            return live.rowcount > 0

    def job(self, job_id: str) -> Job:
        """Return one job.

        Raises:
            JobError: There is none with this id.
        """
        with self._engine.connect() as db:
            row = db.execute(_jobs().where(job.c.id == job_id)).mappings().one_or_none()
        if row is None:
            raise JobError("This run does not exist any more.", "It may have been deleted.")
        return _read(row)

    def jobs(
        self, limit: int = 100, *, user: str | None = None, kind: str | None = None
    ) -> list[Job]:
        """Return the newest jobs first, of one user and kind or of all."""
        chosen = _jobs().order_by(job.c.created.desc()).limit(limit)
        if user is not None:
            chosen = chosen.where(job.c.user == user)
        if kind is not None:
            chosen = chosen.where(job.c.kind == kind)
        with self._engine.connect() as db:
            return [_read(row) for row in db.execute(chosen).mappings()]

    def metrics(self, job_id: str, since: int = 0) -> list[Point]:
        """Return a job's points with ``seq > since``, in the order they were reported."""
        chosen = (
            select(metric.c.seq, metric.c.step, metric.c.attempt, metric.c.data)
            .where(metric.c.job_id == job_id, metric.c.seq > since)
            .order_by(metric.c.seq)
        )
        with self._engine.connect() as db:
            return [Point(*row) for row in db.execute(chosen)]

    def work_left(self) -> bool:
        """Return whether any job waits or runs."""
        live = select(job.c.id).where(job.c.state.in_([State.QUEUED, State.RUNNING])).limit(1)
        with self._engine.connect() as db:
            return db.execute(live).first() is not None

    def delete(self, job_id: str) -> None:
        """Delete a job and its points; its run folder is the caller's business.

        Raises:
            JobError: The job is running.
        """
        with write(self._engine) as db:
            state = db.scalar(select(job.c.state).where(job.c.id == job_id))
            if state == State.RUNNING:
                raise JobError("This run is still going on.", "Cancel it first.")
            db.execute(delete(job).where(job.c.id == job_id))


def _fence(claim: Claim) -> ColumnElement[bool]:
    """Select the claimed job, as long as the claim is current."""
    return (
        (job.c.id == claim.job_id)
        & (job.c.owner == claim.owner)
        & (job.c.attempt == claim.attempt)
        & (job.c.state == State.RUNNING)
    )


def _change(db: Connection, where: ColumnElement[bool], **values: object) -> None:
    changed = db.execute(update(job).where(where).values(revision=job.c.revision + 1, **values))
    if changed.rowcount == 0:
        raise LeaseLostError


def _add_points(
    db: Connection, claim: Claim, points: Sequence[tuple[int, Mapping[str, float | None]]]
) -> None:
    db.execute(
        delete(metric).where(
            metric.c.job_id == claim.job_id,
            metric.c.attempt < claim.attempt,
            metric.c.step >= min(step for step, _ in points),
        )
    )
    last = db.scalar(select(job.c.last_seq).where(job.c.id == claim.job_id)) or 0
    first = last - len(points) + 1
    db.execute(
        insert(metric),
        [
            {
                "job_id": claim.job_id,
                "seq": first + index,
                "attempt": claim.attempt,
                "step": step,
                "data": dict(data),
            }
            for index, (step, data) in enumerate(points)
        ],
    )


def _jobs() -> Select[*tuple[Any, ...]]:
    lost = func.coalesce((job.c.state == State.RUNNING) & (job.c.lease_until < Now()), sql_false())
    hidden = {"owner", "lease_until"}
    return select(*(c for c in job.c if c.name not in hidden), lost.label("is_lost"))


def _read(row: RowMapping) -> Job:
    values: dict[str, Any] = dict(row)
    values["state"] = State(row["state"])
    values["is_lost"] = bool(row["is_lost"])
    return Job(**values)
