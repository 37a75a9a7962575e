"""The worker: takes jobs from the ledger and runs each in a process of its own.

A process apart from the web server, one for each data home. The embedded one, started by the
app, stays while there is work or while a web process gives signs of life, then leaves.
"""

from __future__ import annotations

import argparse
import logging
import os
import signal
import socket
import threading
import time
import uuid
from typing import TYPE_CHECKING

from filelock import FileLock, Timeout
from sqlalchemy.exc import SQLAlchemyError

from explorer.jobs import process, protocol
from explorer.jobs.kinds import KINDS
from explorer.jobs.running import RunningJob
from explorer.jobs.supervisor import Supervisor, Timing
from explorer.store.ledger import LEASE, Ledger
from explorer.store.paths import Home, home
from explorer.store.records import Claim, State

if TYPE_CHECKING:
    from collections.abc import Mapping

PATIENCE = 60.0
"""Seconds without a sign of life from the app after which an idle embedded worker leaves."""
LOCK_WAIT = 2.0
_logger = logging.getLogger(__name__)


class Worker:
    """Runs jobs until told to leave.

    Args:
        place: The data home.
        slots: How many jobs run at once.
        embedded: Whether to leave when idle and no web process is alive.
        lease: Seconds after which others may take over its jobs if it is not heard of.
        timing: How patient to be with jobs.
        kinds: Kind of job -> ``module:function``.
    """

    def __init__(
        self,
        place: Home,
        *,
        slots: int = 1,
        embedded: bool = False,
        lease: float = LEASE,
        timing: Timing | None = None,
        kinds: Mapping[str, str] = KINDS,
    ) -> None:
        """Open the ledger."""
        self._home = place
        self._slots = slots
        self._embedded = embedded
        self._timing = timing or Timing()
        self._kinds = kinds
        self._ledger = Ledger(place.ledger_url, lease=lease)
        self._owner = f"{socket.gethostname()[:24]}:{os.getpid()}:{uuid.uuid4().hex[:12]}"
        self._held: set[str] = set()
        self._started = time.time()
        self.leaving = threading.Event()

    def run(self) -> None:
        """Run jobs until ``leaving`` is set or nobody needs the worker any more."""
        threads = [
            threading.Thread(target=self._slot, name=f"slot-{i}") for i in range(self._slots)
        ]
        for thread in threads:
            thread.start()
        while not self.leaving.wait(self._timing.sync):
            if self._embedded and self._is_needless():
                self.leaving.set()
        for thread in threads:
            thread.join()

    def _slot(self) -> None:
        """Run one job after the other. Whatever goes wrong, the next one gets its turn."""
        while not self.leaving.is_set():
            try:
                worked = self._next()
            except Exception:
                _logger.exception("A slot stumbled; it goes on.")
                worked = False
            if not worked:
                self.leaving.wait(self._timing.idle)

    def _next(self) -> bool:
        claim = self._ledger.claim(self._owner, holding=tuple(self._held))
        if claim is None:
            return False
        self._held.add(claim.job_id)
        try:
            self._run(claim)
        finally:
            self._held.discard(claim.job_id)
        return True

    def _run(self, claim: Claim) -> None:
        target = self._kinds.get(claim.kind)
        if target is None:
            reason = f"This version cannot run jobs of the kind {claim.kind!r}."
            self._ledger.finish(claim, State.FAILED, reason)
            return
        directory = self._home.run(claim.job_id)
        start = protocol.Start(
            target=target,
            payload=claim.payload,
            directory=str(directory),
            lease=self._ledger.lease,
        )
        threads = max(1, (os.cpu_count() or 1) // self._slots)
        running = RunningJob(start, directory, process.environment(threads))
        Supervisor(self._ledger, claim, running, self._timing, self.leaving).run()

    def _is_needless(self) -> bool:
        try:
            beat = self._home.app_beat.stat().st_mtime
        except OSError:
            beat = 0.0
        if self._held or time.time() - max(beat, self._started) < PATIENCE:
            return False
        try:
            return not self._ledger.work_left()
        except SQLAlchemyError:
            _logger.exception("The ledger cannot be reached.")
            return False


def main(slots: int = 1, *, embedded: bool = False) -> int:
    """Run the worker of this data home; return 0, or 3 when it has one already."""
    logging.basicConfig(level=logging.INFO, format="%(asctime)s %(levelname)s %(message)s")
    logging.getLogger("alembic").setLevel(logging.WARNING)
    place = home()
    lock = FileLock(place.worker_lock)  # kept in a variable: once collected, it is released
    try:
        lock.acquire(timeout=LOCK_WAIT)
    except Timeout:
        _logger.info("A worker is already at work in %s.", place.root)
        return 3
    with lock:
        worker = Worker(place, slots=slots, embedded=embedded)

        def leave(_number: int, _frame: object) -> None:
            worker.leaving.set()

        signal.signal(signal.SIGTERM, leave)
        signal.signal(signal.SIGINT, leave)
        _logger.info("The worker is ready in %s.", place.root)
        worker.run()
    return 0


def _parse() -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="python -m explorer.jobs.worker", description=__doc__)
    parser.add_argument("--slots", type=int, default=1, help="how many jobs run at once")
    parser.add_argument("--embedded", action="store_true", help="leave when nobody needs it")
    return parser.parse_args()


if __name__ == "__main__":
    options = _parse()
    raise SystemExit(main(options.slots, embedded=options.embedded))
