"""Jobs as the app sees them: submit, watch, cancel, delete, and keep a worker alive."""

from __future__ import annotations

import functools
import logging
import shutil
import threading
import time
from typing import TYPE_CHECKING, Any

from filelock import FileLock, Timeout

from explorer.errors import JobError
from explorer.jobs import process
from explorer.store import aside
from explorer.store.ledger import Ledger
from explorer.store.paths import Home, home

if TYPE_CHECKING:
    import subprocess
    from collections.abc import Mapping

    from explorer.store.records import Job, Point

BEAT = 10.0
"""Seconds between two signs of life of the app; the worker waits for several."""
_LOG_LIMIT = 1_000_000
_logger = logging.getLogger(__name__)
_mutex = threading.Lock()
_kept: set[Home] = set()


def submit(
    kind: str, payload: Mapping[str, Any], *, title: str, user: str, priority: int = 0
) -> str:
    """Queue a job and return its id.

    Raises:
        JobError: The user has too many jobs waiting.
    """
    return ledger().submit(kind, payload, title=title, user=user, priority=priority)


def cancel(job_id: str) -> bool:
    """Ask for a job to end; return whether there was anything left to cancel.

    A job that cooperates is gone in two seconds, any other in seven.
    """
    return ledger().request(job_id, "cancel")


def job(job_id: str) -> Job:
    """Return one job.

    Raises:
        JobError: There is none with this id.
    """
    return ledger().job(job_id)


def jobs(limit: int = 100, *, user: str | None = None, kind: str | None = None) -> list[Job]:
    """Return the newest jobs first, of one user and kind or of all; without those put aside."""
    gone = aside.ids()
    found = ledger().jobs(limit + len(gone), user=user, kind=kind)
    return [job for job in found if job.id not in gone][:limit]


def metrics(job_id: str, since: int = 0) -> list[Point]:
    """Return a job's points with ``seq > since``."""
    return ledger().metrics(job_id, since)


def delete(job_id: str) -> None:
    """Delete a job, its points and its run folder.

    Raises:
        JobError: The job is running.
    """
    ledger().delete(job_id)
    shutil.rmtree(home().run(job_id), ignore_errors=True)


def put_aside(job_id: str) -> None:
    """Delete a job so that it can be brought back: its folder is moved, it leaves the lists.

    Raises:
        JobError: There is no such job, or it has not ended.
        DataError: Its folder cannot be moved.
    """
    if not job(job_id).state.is_final:
        raise JobError("This run is still going on.", "Cancel it first.")
    aside.put(job_id)


def bring_back(job_id: str) -> None:
    """Undo ``put_aside``.

    Raises:
        JobError: There is no such job any more.
        DataError: Its folder was removed for good, or cannot be moved.
    """
    job(job_id)
    aside.take_back(job_id)


def remove_expired(seconds: float = aside.KEPT_SECONDS) -> list[str]:
    """Delete for good what has been aside for long, and return which jobs that were."""
    found = aside.expired(seconds)
    for job_id in found:
        try:
            ledger().delete(job_id)
        except JobError:
            _logger.warning("The run %s lies aside and is still going on.", job_id)
            continue
        aside.remove(job_id)
    return found


def ledger() -> Ledger:
    """Return this process's ledger of the current data home."""
    return _open(home().ledger_url)


def ensure_worker() -> None:
    """Have a worker for as long as this process lives; cheap after the first call.

    The worker is a process apart: it goes on with its jobs when this one is restarted or killed.
    """
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
