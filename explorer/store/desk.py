"""The desk: what people may change about the queue. Who may do what is the caller's business."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any

from sqlalchemy import case, null, select, update

from explorer.errors import JobError
from explorer.store import pointers, points, queue, rows, rules
from explorer.store.clock import Now
from explorer.store.engine import take_turns, write
from explorer.store.records import PAUSE, Job, State
from explorer.store.tables import account, job, worker
from explorer.words import _

if TYPE_CHECKING:
    from collections.abc import Mapping

    from sqlalchemy import Connection

    from explorer.store.ledger import Ledger
    from explorer.store.rules import Rules

_RECENT = 20


@dataclass(frozen=True)
class Slots:
    """The places of one worker that is alive: for each the devices that it takes.

    Attributes:
        host: Its machine.
        takes: One entry for each slot, of values in ``records.DEVICES``.
    """

    host: str
    takes: tuple[tuple[str, ...], ...]


@dataclass(frozen=True)
class Scene:
    """Everything that decides when a job starts, at one moment.

    Attributes:
        now: The database's clock.
        rules: In force.
        waiting: Queued jobs, in no order.
        running: Jobs with their attempt under way.
        served: When each user was last served.
        spent: Users whose GPU minutes of the day are used up.
        workers: Those that are alive.
        durations: Of the last jobs that were done, by kind [s].
    """

    now: float
    rules: Rules
    waiting: tuple[Job, ...]
    running: tuple[Job, ...]
    served: dict[str, float]
    spent: frozenset[str]
    workers: tuple[Slots, ...]
    durations: dict[str, tuple[float, ...]]


class Desk:
    """Pausing, resuming, trying again, reordering, and the rules.

    Args:
        ledger: Whose jobs.
    """

    def __init__(self, ledger: Ledger) -> None:
        """Change nothing yet."""
        self._ledger = ledger
        self._engine = ledger.engine

    def resume(self, job_id: str) -> None:
        """Let a paused job wait for its turn; it goes on from its checkpoint.

        Raises:
            JobError: It is not paused.
        """
        stops = (job.c.state == State.RUNNING) & (job.c.want == PAUSE)
        with write(self._engine) as db:
            changed = db.execute(
                update(job)
                .where(job.c.id == job_id, (job.c.state == State.PAUSED) | stops)
                .values(
                    state=case((stops, job.c.state), else_=State.QUEUED.value),
                    want=null(),
                    revision=job.c.revision + 1,
                )
            )
        if changed.rowcount == 0:
            raise JobError(_("This job is not paused."), _("Reload the page to see how it stands."))

    def retry(self, job_id: str, *, fresh: bool = False) -> list[str]:
        """Let a job that failed or was cancelled wait again; return URLs that are not needed.

        Args:
            job_id: Which.
            fresh: Begin again, instead of going on from the last checkpoint.

        Raises:
            JobError: It neither failed nor was cancelled, or the user has too many jobs waiting.
        """
        ended = [State.FAILED, State.CANCELLED]
        begun: dict[str, Any] = {"crashes": 0, "losses": 0, "reason": "", "failure": ""}
        with write(self._engine) as db:
            take_turns(db)
            if rows.state(db, job_id) not in ended:
                raise JobError(
                    _("Only a job that failed or was cancelled can be tried again."),
                    _("Clone it to run it once more."),
                )
            rows.require_room(db, _user(db, job_id))
            fraction = {"fraction": None, "busy": 0.0} if fresh else {}
            values = {"state": State.QUEUED, "finished": None, **begun, **fraction}
            values |= {"want": None, "position": Now(), "revision": job.c.revision + 1}
            db.execute(update(job).where(job.c.id == job_id).values(**values))
            if not fresh:
                points.unpack(db, job_id)
                return []
            points.forget(db, job_id)
            return pointers.drop(db, job_id)

    def clone(
        self, job_id: str, payload: Mapping[str, Any], *, user: str, title: str | None = None
    ) -> str:
        """Queue a job that was made from another one, and return its id.

        Args:
            job_id: The other one.
            payload: Of the new one; nothing of the other's stays.
            user: Whose the new one is.
            title: Of the new one; the same if left out.

        Raises:
            JobError: There is no such job, or the user has too many waiting.
        """
        model = self._ledger.job(job_id)
        tasks = [(title if title is not None else model.title, payload)]
        (cloned,) = self._ledger.submit_all(model.kind, tasks, user=user, parent=job_id)
        return cloned

    def move(self, job_id: str, before: str | None) -> None:
        """Let a waiting job start before another of the same user, or after all of them.

        The places that the user's jobs have among everyone's stay the same; which job has which
        of them changes.

        Raises:
            JobError: One of the two does not wait, or they are of different users.
        """
        with write(self._engine) as db:
            take_turns(db)
            own = select(job.c.user).where(job.c.id == job_id).scalar_subquery()
            mine = select(job.c.id, job.c.position).where(
                job.c.user == own, job.c.state == State.QUEUED
            )
            found = db.execute(mine.order_by(job.c.position, job.c.id)).all()
            order = [row.id for row in found if row.id != job_id]
            if len(order) == len(found) or (before is not None and before not in order):
                raise JobError(
                    _("Only your own waiting jobs can change places."),
                    _("Reload the page to see which still wait."),
                )
            order.insert(order.index(before) if before is not None else len(order), job_id)
            for row, moved in zip(found, order, strict=True):
                db.execute(
                    update(job)
                    .where(job.c.id == moved)
                    .values(position=row.position, revision=job.c.revision + 1)
                )

    def prioritise(self, job_id: str, priority: int) -> None:
        """Let a waiting job start before all of lower priority.

        Raises:
            JobError: It does not wait.
        """
        with write(self._engine) as db:
            waits = (job.c.id == job_id) & job.c.state.in_([State.QUEUED, State.PAUSED])
            changed = db.execute(
                update(job).where(waits).values(priority=priority, revision=job.c.revision + 1)
            )
        if changed.rowcount == 0:
            raise JobError(
                _("This job does not wait any more."), _("Only waiting jobs have a place.")
            )

    def rules(self) -> Rules:
        """Return the rules in force."""
        with self._engine.connect() as db:
            return rules.read(db)

    def set_rules(self, **changes: float | bool | None) -> Rules:
        """Change some of the rules (``rules.Rules``) and return all.

        Raises:
            JobError: A limit makes no sense.
        """
        with write(self._engine) as db:
            take_turns(db)
            changed = replace(rules.read(db), **changes)  # pyright: ignore[reportArgumentType]
            rules.write(db, changed)
        return changed

    def clear(self, *, running: bool = False) -> int:
        """Cancel every job that waits, and those that run if asked; return how many."""
        live = [State.QUEUED, State.PAUSED, *([State.RUNNING] if running else [])]
        with self._engine.connect() as db:
            ids = db.scalars(select(job.c.id).where(job.c.state.in_(live))).all()
        return sum(self._ledger.request(each) for each in ids)

    def scene(self) -> Scene:
        """Return everything that decides when a job starts."""
        with self._engine.connect() as db:
            now = db.scalar(select(Now())) or 0.0
            in_force = rules.read(db)
            return Scene(
                now=now,
                rules=in_force,
                waiting=_jobs(db, State.QUEUED),
                running=_jobs(db, State.RUNNING),
                served={row.user: row.served for row in db.execute(select(account))},
                spent=_spent(db, in_force),
                workers=tuple(
                    Slots(row.host, tuple(tuple(takes) for takes in row.slots))
                    for row in db.execute(select(worker).where(worker.c.lease_until > now))
                ),
                durations=_durations(db),
            )


def _user(db: Connection, job_id: str) -> str:
    return db.scalar(select(job.c.user).where(job.c.id == job_id)) or ""


def _jobs(db: Connection, state: State) -> tuple[Job, ...]:
    found = db.execute(rows.jobs().where(job.c.state == state)).mappings()
    return tuple(rows.read(row) for row in found)


def _spent(db: Connection, in_force: Rules) -> frozenset[str]:
    if in_force.gpu_minutes is None:
        return frozenset()
    used = (account.c.day == queue.day(db)) & (account.c.gpu_seconds >= 60 * in_force.gpu_minutes)
    return frozenset(db.scalars(select(account.c.user).where(used)))


def _durations(db: Connection) -> dict[str, tuple[float, ...]]:
    found: dict[str, tuple[float, ...]] = {}
    for kind in db.scalars(select(job.c.kind).where(job.c.state == State.QUEUED).distinct()):
        last = (
            select(job.c.busy)
            .where(job.c.kind == kind, job.c.state == State.DONE)
            .order_by(job.c.finished.desc())
            .limit(_RECENT)
        )
        found[kind] = tuple(db.scalars(last))
    return found
