"""The ledger: the queue, the state and the curves of background jobs, in one database."""

from __future__ import annotations

import uuid
from typing import TYPE_CHECKING, Any, Literal

from sqlalchemy import case, delete, func, insert, literal, null, select, update

from explorer.errors import JobError
from explorer.store import pointers, points, queue, rows, rules
from explorer.store.clock import Now
from explorer.store.engine import open_engine, take_turns, write
from explorer.store.records import (
    CANCEL,
    DEVICES,
    YIELD,
    Claim,
    Job,
    LeaseLostError,
    Point,
    Saved,
    State,
)
from explorer.store.rules import MAX_QUEUED
from explorer.store.tables import job
from explorer.words import _

if TYPE_CHECKING:
    from collections.abc import Collection, Mapping, Sequence

    from sqlalchemy import ColumnElement, Connection, Engine

__all__ = ["CANCEL", "LEASE", "MAX_QUEUED", "Ledger"]
LEASE = 20.0
"""Seconds after which a worker that has not renewed is taken for dead."""
_HEARD = 0.6
"""The share of a lease that is always left while a worker answers: it renews in good time."""


class Ledger:
    """All reads and writes of background jobs by those who run and watch them.

    What people may change about the queue is in ``explorer.store.desk``. Whoever claims a job
    holds it for ``lease`` seconds, renews, and may write about it only as long as the claim is
    current; otherwise the write raises ``LeaseLostError``. All times are the database's.

    Args:
        url: SQLAlchemy URL of SQLite or PostgreSQL; the tables are created or migrated.
        lease: How long a claim lasts without renewal [s].
    """

    def __init__(self, url: str, *, lease: float = LEASE) -> None:
        """Open the database."""
        self.lease = lease
        self.engine: Engine = open_engine(url)

    def close(self) -> None:
        """Close the connections; the next call opens new ones."""
        self.engine.dispose()

    def submit(
        self, kind: str, payload: Mapping[str, Any], *, title: str, user: str, priority: int = 0
    ) -> str:
        """Queue a job and return its id (122 random bits).

        Args:
            kind: Which program runs it, such as ``train``.
            payload: What that program is told; JSON values only. Its ``device``, if it has one,
                decides which slots take the job.
            title: What people read in lists.
            user: Whose turn it is counted as.
            priority: Higher runs first; for teachers only, which the caller sees to.

        Raises:
            JobError: The user has as many jobs waiting as the rules allow.
        """
        (job_id,) = self.submit_all(kind, [(title, payload)], user=user, priority=priority)
        return job_id

    def submit_all(
        self,
        kind: str,
        tasks: Sequence[tuple[str, Mapping[str, Any]]],
        *,
        user: str,
        priority: int = 0,
        batch: str | None = None,
        parent: str | None = None,
    ) -> list[str]:
        """Queue several jobs, all or none, and return their ids; as ``submit``.

        Args:
            kind: Of all.
            tasks: Title and payload of each.
            user: Whose they are.
            priority: Of all.
            batch: Names the submission that they are.
            parent: The job they were cloned from.
        """
        named = {"kind": kind, "user": user, "priority": priority, "batch": batch, "parent": parent}
        ids = [uuid.uuid4().hex for _ in tasks]
        with write(self.engine) as db:
            take_turns(db)
            rows.require_room(db, user, len(ids))
            for number, (job_id, (title, payload)) in enumerate(zip(ids, tasks, strict=True)):
                fresh = rows.fresh(payload, number)
                db.execute(insert(job).values(id=job_id, title=title, **named, **fresh))
        return ids

    def claim(
        self,
        owner: str,
        *,
        holding: Collection[str] = (),
        takes: Collection[str] = DEVICES,
        gpu_share: float = 0.0,
    ) -> Claim | None:
        """Take the next job, or None when nothing waits that may start.

        Jobs whose worker is gone are queued again first. Order: ``queue.next_job``.

        Args:
            owner: A name that no other worker process has or will have.
            holding: The jobs it runs already; their leases are its own to renew.
            takes: Devices that a job may have asked for.
            gpu_share: The part of a GPU that the job will occupy, 0..1.
        """
        with write(self.engine) as db:
            take_turns(db)
            queue.recover(db, held=holding)
            now = rules.read(db)
            if now.paused:
                return None
            today = queue.day(db)
            chosen = queue.next_job(now, takes, gpu_day=today if gpu_share else None)
            row = db.execute(chosen).mappings().one_or_none()
            if row is None:
                return None
            claim = Claim(
                row["id"],
                row["attempt"] + 1,
                owner,
                row["kind"],
                row["payload"],
                row["user"],
                gpu_share,
                row["busy"],
                row["created"],
            )
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
            queue.serve(db, claim.user, today)
            return claim

    def renew(self, claim: Claim, seconds: float = 0.0) -> None:
        """Extend the claim by one lease from now.

        Args:
            claim: The right to run.
            seconds: For how long a GPU was occupied since the last time.
        """
        with write(self.engine) as db:
            mine = update(job).where(_fence(claim)).values(lease_until=Now() + self.lease)
            if db.execute(mine).rowcount == 0:
                raise LeaseLostError(claim.job_id)
            if claim.gpu_share:
                queue.charge(db, claim.user, seconds * claim.gpu_share)

    def wish(self, claim: Claim) -> str | None:
        """Return what is asked of the running job: ``cancel``, ``pause``, ``yield`` or nothing.

        A job whose user has used up the GPU minutes of the day has to yield.
        """
        with self.engine.connect() as db:
            row = db.execute(select(job.c.want).where(_fence(claim))).one_or_none()
            if row is None:
                raise LeaseLostError(claim.job_id)
            if row.want is None and claim.gpu_share:
                return YIELD if queue.overdrawn(db, claim.user, rules.read(db)) else None
        return row.want

    def report(
        self,
        claim: Claim,
        reported: Sequence[tuple[int, Mapping[str, float | None]]] = (),
        *,
        fraction: float | None = None,
        text: str | None = None,
    ) -> None:
        """Add metric points, and replace the progress where it is given.

        What an earlier attempt reported at or after the first of these steps is deleted, so that
        a job resumed from a checkpoint leaves no step twice.

        Args:
            claim: The right to write.
            reported: Pairs of step and values.
            fraction: How much is done, in 0..1.
            text: What it is doing, in a few words.
        """
        with write(self.engine) as db:
            changes: dict[str, Any] = {"last_seq": job.c.last_seq + len(reported)}
            if fraction is not None:
                changes["fraction"] = fraction
                changes["began"] = func.coalesce(job.c.began, Now())
                changes["began_fraction"] = func.coalesce(job.c.began_fraction, fraction)
            if text is not None:
                changes["text"] = text
            _change(db, _fence(claim), **changes)
            if reported:
                last = db.scalar(select(job.c.last_seq).where(job.c.id == claim.job_id)) or 0
                points.add(db, claim, reported, last)

    def save(self, claim: Claim, saved: Saved) -> list[str]:
        """Note a complete checkpoint; return the URLs of those that are no longer needed.

        The last two and the best are kept.
        """
        with write(self.engine) as db:
            _change(db, _fence(claim))
            return pointers.add(db, claim.job_id, saved)

    def checkpoints(self, job_id: str) -> list[Saved]:
        """Return a job's checkpoints, the one to resume from first."""
        with self.engine.connect() as db:
            return pointers.of(db, job_id)

    def drop_checkpoints(self, job_id: str) -> list[str]:
        """Forget a job's checkpoints and return their URLs."""
        with write(self.engine) as db:
            return pointers.drop(db, job_id)

    def finish(
        self,
        claim: Claim,
        state: State,
        reason: str = "",
        result: Mapping[str, Any] | None = None,
        *,
        failure: str = "",
    ) -> None:
        """Write the end of a job: a final state, why, and what came out."""
        with write(self.engine) as db:
            ended = queue.leaving(literal(state.value))
            _change(
                db,
                _fence(claim),
                **ended,
                reason=reason,
                failure=failure,
                result=None if result is None else dict(result),
                fraction=1.0 if state is State.DONE else job.c.fraction,
            )
            points.pack(db, claim.job_id)

    def give_back(self, claim: Claim, *, crash: str = "", reason: str = "") -> State:
        """Return a job unfinished and return its new state.

        Without ``crash`` it was asked to leave: it is cancelled or paused where a person wanted
        that, and waits for another worker otherwise. With it the job's own process died; it is
        tried once more from its checkpoint, then it has failed and ``crash`` is the reason.
        """
        with write(self.engine) as db:
            crashes = job.c.crashes + (1 if crash else 0)
            outcome = queue.outcome(crashes=crashes, losses=job.c.losses)
            _change(
                db,
                _fence(claim),
                crashes=crashes,
                reason=crash or reason,
                failure="crash" if crash else "",
                **queue.leaving(outcome),
            )
            found = db.scalar(select(job.c.state).where(job.c.id == claim.job_id))
            state = State(found or State.FAILED)
            if state.is_final:
                points.pack(db, claim.job_id)
        return state

    def recover_expired(self, held: Collection[str] = ()) -> int:
        """Queue again what dead workers held, not the caller's; return how many that were."""
        with write(self.engine) as db:
            return queue.recover(db, held=held)

    def request(self, job_id: str, want: Literal["cancel", "pause"] = CANCEL) -> bool:
        """Ask for a job to be cancelled or paused; return whether there was anything to ask of.

        A waiting job is changed at once, a running one by its worker within seconds. One that has
        been told to pause can still be cancelled.
        """
        waiting = [State.QUEUED, *([State.PAUSED] if want == CANCEL else [])]
        waits = job.c.state.in_(waiting)
        ends = waits & (want == CANCEL)
        outcome = State.CANCELLED if want == CANCEL else State.PAUSED
        with write(self.engine) as db:
            live = db.execute(
                update(job)
                .where(job.c.id == job_id, job.c.state.in_([*waiting, State.RUNNING]))
                .values(
                    want=case((waits, null()), (job.c.want == CANCEL, CANCEL), else_=want),
                    finished=case((ends, Now()), else_=null()),
                    state=case((waits, outcome.value), else_=job.c.state),
                    revision=job.c.revision + 1,
                )
            )
            if live.rowcount and State(rows.state(db, job_id)).is_final:
                points.pack(db, job_id)
            return live.rowcount > 0

    def job(self, job_id: str) -> Job:
        """Return one job.

        Raises:
            JobError: There is none with this id.
        """
        with self.engine.connect() as db:
            chosen = rows.jobs(_HEARD * self.lease).where(job.c.id == job_id)
            row = db.execute(chosen).mappings().one_or_none()
        if row is None:
            raise JobError(_("This run does not exist any more."), _("It may have been deleted."))
        return rows.read(row)

    def jobs(
        self,
        limit: int = 100,
        *,
        user: str | None = None,
        kind: str | None = None,
        batch: str | None = None,
        state: State | None = None,
    ) -> list[Job]:
        """Return the newest jobs first, of one user, kind, batch and state or of all."""
        order = (job.c.created.desc(), job.c.position.desc())  # a submission is equally old
        chosen = rows.jobs(_HEARD * self.lease).order_by(*order).limit(limit)
        wanted = {"user": user, "kind": kind, "batch": batch, "state": state}
        for name, value in wanted.items():
            if value is not None:
                chosen = chosen.where(job.c[name] == value)
        with self.engine.connect() as db:
            return [rows.read(row) for row in db.execute(chosen).mappings()]

    def metrics(self, job_id: str, since: int = 0) -> list[Point]:
        """Return a job's points with ``seq > since``, in the order they were reported."""
        with self.engine.connect() as db:
            return points.read(db, job_id, since)

    def work_left(self) -> bool:
        """Return whether any job waits or runs."""
        live = select(job.c.id).where(job.c.state.in_([State.QUEUED, State.RUNNING])).limit(1)
        with self.engine.connect() as db:
            return db.execute(live).first() is not None

    def startable(self) -> int:
        """Return how many waiting jobs would start if there were places enough."""
        with self.engine.connect() as db:
            return queue.startable(db, rules.read(db))

    def owners(self) -> list[str]:
        """Return who runs the jobs that run."""
        with self.engine.connect() as db:
            found = db.scalars(select(job.c.owner).where(job.c.state == State.RUNNING))
            return [owner for owner in found if owner]

    def delete(self, job_id: str) -> None:
        """Delete a job and its points; its run folder is the caller's business.

        Raises:
            JobError: The job is running.
        """
        with write(self.engine) as db:
            state = db.scalar(select(job.c.state).where(job.c.id == job_id))
            if state == State.RUNNING:
                raise JobError(_("This run is still going on."), _("Cancel it first."))
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
