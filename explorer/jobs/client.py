"""Jobs as the app sees them: submit, watch, cancel, delete, and keep a worker alive."""

from __future__ import annotations

import functools
import logging
import os
import secrets
import shutil
import threading
import time
from contextlib import contextmanager
from typing import TYPE_CHECKING, Any

from filelock import FileLock, Timeout
from sqlalchemy.exc import SQLAlchemyError

from explorer.errors import JobError
from explorer.jobs import engines, people, process
from explorer.store import aside, checkpoint_files
from explorer.store.desk import Desk
from explorer.store.ledger import Ledger
from explorer.store.paths import Home, home
from explorer.store.standing import Standing, standings
from explorer.words import _

if TYPE_CHECKING:
    import subprocess
    from collections.abc import Generator, Mapping, Sequence
    from pathlib import Path

    from explorer.jobs.people import Person
    from explorer.store.records import Job, Point, State
    from explorer.store.rules import Rules

BEAT = 10.0
"""Seconds between two signs of life of the app; the worker waits for several."""
EMBEDDED = "EXPLORER_EMBEDDED"
"""Set to ``off`` where the app is not to start a worker itself."""
_LOG_LIMIT = 1_000_000
_logger = logging.getLogger(__name__)
_mutex = threading.Lock()
_kept: set[Home] = set()


def submit(kind: str, payload: Mapping[str, Any], *, title: str, user: str) -> str:
    """Queue a job and return its id.

    Raises:
        JobError: The user has too many jobs waiting.
    """
    (job_id,) = submit_all(kind, [(title, payload)], user=user)
    return job_id


def submit_all(
    kind: str,
    tasks: Sequence[tuple[str, Mapping[str, Any]]],
    *,
    user: str,
    batch: str | None = None,
) -> list[str]:
    """Queue several jobs as one submission, all or none, and return their ids.

    Args:
        kind: Of all.
        tasks: Title and payload of each.
        user: Whose they are.
        batch: Names the submission; ``jobs(batch=...)`` finds them again.

    Raises:
        JobError: The user would have too many jobs waiting.
    """
    with _reached():
        ids = ledger().submit_all(kind, tasks, user=user, batch=batch)
    engines.ring(home(), len(ids))
    return ids


def cancel(job_id: str, *, by: Person) -> bool:
    """Ask for a job to end; return whether there was anything left to cancel.

    A job that cooperates is gone in two seconds, any other in seven.

    Raises:
        JobError: It is somebody else's, or there is none.
    """
    with _reached(), _own(job_id, by):
        return ledger().request(job_id, "cancel")


def pause(job_id: str, *, by: Person) -> bool:
    """Ask for a job to save and wait until it is resumed; return whether it could.

    Raises:
        JobError: It is somebody else's, or there is none.
    """
    with _reached(), _own(job_id, by):
        return ledger().request(job_id, "pause")


def resume(job_id: str, *, by: Person) -> None:
    """Let a paused job wait for its turn; it goes on from its checkpoint.

    Raises:
        JobError: It is somebody else's, or not paused.
    """
    with _reached(), _own(job_id, by):
        desk().resume(job_id)
    engines.ring(home())


def retry(job_id: str, *, by: Person, fresh: bool = False) -> None:
    """Let a job that failed or was cancelled wait for its turn again.

    Args:
        job_id: Which.
        by: Who asks.
        fresh: Begin anew, instead of going on from the last checkpoint.

    Raises:
        JobError: It is somebody else's, it has not failed, or too many wait already.
    """
    with _reached(), _own(job_id, by), _out_of_the_way(home().run(job_id) if fresh else None):
        urls = desk().retry(job_id, fresh=fresh)
    for url in urls:
        checkpoint_files.remove(url)
    engines.ring(home())


@contextmanager
def _out_of_the_way(folder: Path | None) -> Generator[None]:
    """Free the place of a folder, which is removed for good unless something fails meanwhile."""
    if folder is None or not folder.exists():
        yield
        return
    old = folder.with_name(f".{folder.name}.{secrets.token_hex(4)}")
    folder.rename(old)
    try:
        yield
    except BaseException:
        old.rename(folder)
        raise
    shutil.rmtree(old, ignore_errors=True)


def clone(job_id: str, payload: Mapping[str, Any], *, user: str, title: str | None = None) -> str:
    """Queue a job that was made from another one, of anybody; return its id.

    Args:
        job_id: The other one.
        payload: Of the new one. Nothing of the other's stays: what it belonged to, such as a
            sweep or a lesson's experiment, the new one may not belong to.
        user: Whose the new one is.
        title: Of the new one; the same if left out.

    Raises:
        JobError: There is no such job, or the user has too many waiting.
    """
    with _reached():
        cloned = desk().clone(job_id, payload, user=user, title=title)
    engines.ring(home())
    return cloned


def move(job_id: str, before: str | None, *, by: Person) -> None:
    """Let a waiting job start before another of the same user, or after all of them.

    Raises:
        JobError: It is somebody else's, or one of the two does not wait.
    """
    with _reached(), _own(job_id, by):
        desk().move(job_id, before)


def prioritise(job_id: str, priority: int, *, by: Person) -> None:
    """Let a waiting job start before all of lower priority; 0 is usual. For teachers.

    Raises:
        JobError: This is no teacher, or the job does not wait.
    """
    people.require_teacher(by)
    with _reached():
        desk().prioritise(job_id, priority)


def rules() -> Rules:
    """Return what every user may have."""
    with _reached():
        return desk().rules()


def set_rules(*, by: Person, **changes: float | bool | None) -> Rules:
    """Change some of the rules, ``paused`` among them, and return all. For teachers.

    Raises:
        JobError: This is no teacher, or a limit makes no sense.
    """
    people.require_teacher(by)
    with _reached():
        changed = desk().set_rules(**changes)
    engines.ring(home())
    return changed


def clear(*, by: Person, running: bool = False) -> int:
    """Cancel every job that waits, and those that run if asked; return how many. For teachers.

    Raises:
        JobError: This is no teacher.
    """
    people.require_teacher(by)
    with _reached():
        return desk().clear(running=running)


def queue() -> dict[str, Standing]:
    """Return where every waiting job stands: its place, and when it may start."""
    with _reached():
        return standings(desk().scene())


def job(job_id: str) -> Job:
    """Return one job.

    Raises:
        JobError: There is none with this id.
    """
    with _reached():
        return ledger().job(job_id)


def jobs(
    limit: int = 100,
    *,
    user: str | None = None,
    kind: str | None = None,
    batch: str | None = None,
    state: State | None = None,
) -> list[Job]:
    """Return the newest jobs first, of one user, kind, batch and state; without those aside."""
    gone = aside.ids()
    with _reached():
        found = ledger().jobs(limit + len(gone), user=user, kind=kind, batch=batch, state=state)
    return [job for job in found if job.id not in gone][:limit]


def metrics(job_id: str, since: int = 0) -> list[Point]:
    """Return a job's points with ``seq > since``."""
    with _reached():
        return ledger().metrics(job_id, since)


def delete(job_id: str, *, by: Person) -> None:
    """Delete a job, its points, its checkpoints and its run folder.

    Raises:
        JobError: The job is running, or somebody else's.
    """
    with _reached(), _own(job_id, by):
        urls = [one.url for one in ledger().checkpoints(job_id)]
        ledger().delete(job_id)
    for url in urls:
        checkpoint_files.remove(url)
    shutil.rmtree(home().run(job_id), ignore_errors=True)


def put_aside(job_id: str, *, by: Person) -> None:
    """Delete a job so that it can be brought back: its folder is moved, it leaves the lists.

    Raises:
        JobError: There is no such job, it has not ended, or it is somebody else's.
        DataError: Its folder cannot be moved.
    """
    with _reached(), _own(job_id, by):
        if not ledger().job(job_id).state.is_final:
            raise JobError(_("This run is still going on."), _("Cancel it first."))
        aside.put(job_id)


def bring_back(job_id: str, *, by: Person) -> None:
    """Undo ``put_aside``.

    Raises:
        JobError: There is no such job any more, or it is somebody else's.
        DataError: Its folder was removed for good, or cannot be moved.
    """
    with _reached(), _own(job_id, by):
        aside.take_back(job_id)


def remove_expired() -> list[str]:
    """Delete for good what has been aside for long, and return which jobs that were.

    Raises:
        JobError: The ledger cannot be reached.
        DataError: There is no data home.
    """
    removed: list[str] = []
    for job_id in aside.expired():
        with _reached():
            urls = [one.url for one in ledger().checkpoints(job_id)]
            try:
                ledger().delete(job_id)
            except JobError:
                _logger.warning("The run %s lies aside and is still going on.", job_id)
                continue
        for url in urls:
            checkpoint_files.remove(url)
        aside.remove(job_id)
        removed.append(job_id)
    return removed


def ledger() -> Ledger:
    """Return this process's ledger of the current data home."""
    return _open(home().ledger_url)


def desk() -> Desk:
    """Return the desk of this process's ledger."""
    return Desk(ledger())


def ensure_worker() -> None:
    """Have a worker for as long as this process lives; cheap after the first call.

    None is started where ``EXPLORER_EMBEDDED`` is ``off``.

    The worker is a process apart: it goes on with its jobs when this one is restarted or killed.
    """
    if os.environ.get(EMBEDDED, "").strip().lower() in {"off", "0", "no"}:
        return
    place = home()
    with _mutex:
        if place in _kept:
            return
        _kept.add(place)
    threading.Thread(target=_keep, args=(place,), name="worker-keeper", daemon=True).start()


def worker_is_alive(place: Home) -> bool:
    """Return whether some process holds the worker's lock of a data home."""
    try:
        with FileLock(place.worker_lock, timeout=0):
            return False
    except Timeout:
        return True


@contextmanager
def _reached() -> Generator[None]:
    """Say in a sentence that the database is away."""
    try:
        yield
    except SQLAlchemyError as error:
        _logger.warning("The ledger cannot be reached: %s", error)
        raise JobError(
            _("The list of jobs cannot be reached just now; running jobs go on."),
            _("Try again in a moment. If it lasts, see that its database runs."),
        ) from None


@contextmanager
def _own(job_id: str, by: Person) -> Generator[None]:
    """Let somebody act on a job of theirs."""
    people.require_own(by, ledger().job(job_id))
    yield


@functools.lru_cache(maxsize=8)
def _open(url: str) -> Ledger:
    return Ledger(url)


def _keep(place: Home) -> None:
    worker: subprocess.Popen[str] | None = None
    while True:
        try:
            place.app_beat.touch()
            ended = worker is None or worker.poll() is not None
            if ended and not worker_is_alive(place):
                worker = _start(place)
        except Exception:
            _logger.exception("The worker cannot be started; trying again.")
        time.sleep(BEAT)


def _start(place: Home) -> subprocess.Popen[str]:
    path = place.log / "worker.log"
    fresh = not path.exists() or path.stat().st_size > _LOG_LIMIT
    with path.open("wb" if fresh else "ab") as log:
        return process.start(
            "explorer.jobs.worker", "--embedded", log=log, env=process.environment()
        )
