"""The worker: takes jobs from the ledger and runs each in a process of its own.

A process apart from the web server, one for each data home. The embedded one, started by the
app, stays while there is work or while a web process gives signs of life, then leaves.
"""

from __future__ import annotations

import argparse
import logging
import os
import queue
import signal
import socket
import threading
import time
import uuid
from typing import TYPE_CHECKING, Any

from filelock import FileLock, Timeout
from sqlalchemy.exc import OperationalError, SQLAlchemyError

from explorer.errors import ExplorerError
from explorer.jobs import process, protocol
from explorer.jobs.engines import engine as chosen_engine
from explorer.jobs.kinds import KINDS
from explorer.jobs.limits import JobLimits, Watch
from explorer.jobs.running import RunningJob
from explorer.jobs.slots import Slot, any_slots, threads_each
from explorer.jobs.spare import REST, Spare
from explorer.jobs.supervisor import Supervisor, Timing
from explorer.store import workers
from explorer.store.ledger import LEASE, Ledger
from explorer.store.paths import Home, home
from explorer.store.records import Claim, State
from explorer.words import _

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from explorer.jobs.engines import Engine

PATIENCE = 60.0
"""Seconds without a sign of life from the app after which an idle embedded worker leaves."""
LOCK_WAIT = 2.0
RETRY = 2.0
"""Seconds between two tries to reach the ledger at the start."""
_logger = logging.getLogger(__name__)


class Worker:
    """Runs jobs until told to leave.

    Args:
        place: The data home.
        slots: The places for jobs.
        embedded: Whether to leave when idle and no web process is alive.
        lease: Seconds after which others may take over its jobs if it is not heard of.
        timing: How patient to be with jobs.
        kinds: Kind of job -> ``module:function``.
        engine: Who tells that jobs wait; what the environment says, if left out.
        limits: What one job may use; what the environment says, if left out.
        spares: Whether a warm process waits in each slot; about 400 MB of memory of its own each.
        token: Ends its name in the ledger; random if left out.
    """

    def __init__(  # noqa: PLR0913 - what a worker is
        self,
        place: Home,
        *,
        slots: Sequence[Slot] = (),
        embedded: bool = False,
        lease: float = LEASE,
        timing: Timing | None = None,
        kinds: Mapping[str, str] = KINDS,
        engine: Engine | None = None,
        limits: JobLimits | None = None,
        spares: bool = False,
        token: str = "",
    ) -> None:
        """Open the ledger."""
        self._home = place
        self._slots = list(slots) or any_slots()
        self._embedded = embedded
        self._timing = timing or Timing()
        self._engine = engine or chosen_engine(place)
        self._limits = limits or JobLimits.from_environment()
        self.kinds = kinds
        self.ledger = Ledger(place.ledger_url, lease=lease)
        host = socket.gethostname()[:24]
        self._owner = f"{host}:{os.getpid()}:{token or uuid.uuid4().hex[:12]}"
        self._held: set[str] = set()
        self._started = time.time()
        self._free: queue.SimpleQueue[Slot] = queue.SimpleQueue()
        threads = threads_each(self._slots)
        self._environments = {
            slot.name: {**process.environment(threads), **slot.environment} for slot in self._slots
        }
        self._spares: dict[str, Spare] = {}
        for slot in self._slots:
            self._free.put(slot)
            if spares:
                log = place.log / f"spare-{slot.name}.log"
                self._spares[slot.name] = Spare(self._environments[slot.name], log)
        self.leaving = threading.Event()

    @property
    def places(self) -> int:
        """How many jobs it runs at once."""
        return len(self._slots)

    @property
    def idle(self) -> float:
        """Seconds between two looks for waiting jobs."""
        return self._timing.idle

    def run(self) -> None:
        """Run jobs until ``leaving`` is set or nobody needs the worker any more."""
        serving = threading.Thread(target=self._engine.serve, args=(self,), name="engine")
        signing = threading.Thread(target=self._sign, name="signature")
        for thread in (signing, serving):
            thread.start()
        for spare in self._spares.values():
            spare.prepare()
        while not self.leaving.wait(self._timing.sync):
            if self._embedded and self._is_needless():
                self.leaving.set()
        serving.join()
        while self._held:
            time.sleep(0.05)
        signing.join()
        for spare in self._spares.values():
            spare.dismiss()

    def run_any(self) -> bool:
        """Run the job whose turn it is to its end, in a free place; return whether one ran.

        Safe to call from many threads; with no place free it returns at once.
        """
        try:
            slot = self._free.get_nowait()
        except queue.Empty:
            return False
        try:
            return self._run_in(slot)
        finally:
            self._free.put(slot)

    def _run_in(self, slot: Slot) -> bool:
        if self.leaving.is_set():
            return False
        claim = self.ledger.claim(
            self._owner,
            holding=tuple(self._held),
            takes=slot.takes,
            gpu_share=slot.gpu_share,
        )
        if claim is None:
            return False
        self._held.add(claim.job_id)
        try:
            self._run(claim, slot)
        finally:
            self._held.discard(claim.job_id)
        return True

    def _run(self, claim: Claim, slot: Slot) -> None:
        target = self.kinds.get(claim.kind)
        if target is None:
            reason = _(
                "This version cannot run jobs of the kind {kind!r}: update the worker."
            ).format(kind=claim.kind)
            self.ledger.finish(claim, State.FAILED, reason)
            return
        directory = self._home.run(claim.job_id)
        saved = self.ledger.checkpoints(claim.job_id)
        start = protocol.Start(
            target=target,
            payload=claim.payload,
            directory=str(directory),
            lease=self.ledger.lease,
            attempt=claim.attempt,
            submitted=claim.created,
            checkpoints=self._home.checkpoints(claim.job_id),
            saved=tuple(protocol.Pointer.model_validate(vars(one)) for one in saved),
        )
        spare = self._spares.get(slot.name)
        taken = spare.take() if spare is not None else None
        running = RunningJob(start, directory, self._environments[slot.name], taken)
        if spare is not None:
            spare.prepare(REST)
        watch = Watch(self._limits, running.pid, directory, running.log, claim.busy)
        try:
            Supervisor(self.ledger, claim, running, watch, self._timing, self.leaving).run()
        finally:
            if spare is not None:
                spare.prepare()

    def _sign(self) -> None:
        """Be known as alive until it leaves."""
        slots = [slot.takes for slot in self._slots]
        host, lease = socket.gethostname(), self.ledger.lease
        while True:
            try:
                workers.sign_in(self.ledger.engine, self._owner, host, slots, lease)
                # Also while every place is taken: who looks at the list is told the truth.
                self.ledger.recover_expired(tuple(self._held))
            except SQLAlchemyError:
                _logger.warning("The ledger cannot be reached; signing in later.")
            if self.leaving.wait(lease / 3):
                break
        try:
            workers.sign_out(self.ledger.engine, self._owner)
        except SQLAlchemyError:
            _logger.warning("The ledger cannot be reached; not signed out.")

    def _is_needless(self) -> bool:
        try:
            beat = self._home.app_beat.stat().st_mtime
        except OSError:
            beat = 0.0
        if self._held or time.time() - max(beat, self._started) < PATIENCE:
            return False
        try:
            return not self.ledger.work_left()
        except SQLAlchemyError:
            _logger.exception("The ledger cannot be reached.")
            return False


def run_worker(**options: Any) -> None:  # noqa: ANN401 - those of Worker
    """Run a worker of this process's data home until a signal ends it."""
    logging.basicConfig(level=logging.INFO, format="%(asctime)s %(levelname)s %(message)s")
    logging.getLogger("alembic").setLevel(logging.WARNING)
    place = home()
    worker = _made(place, options)

    def leave(_number: int, _frame: object) -> None:
        worker.leaving.set()

    signal.signal(signal.SIGTERM, leave)
    signal.signal(signal.SIGINT, leave)
    _logger.info("The worker is ready in %s.", place.root)
    worker.run()


def _made(place: Home, options: Mapping[str, Any]) -> Worker:
    """Return a worker, once the ledger can be reached."""
    while True:
        try:
            return Worker(place, **options)
        except OperationalError as error:
            _logger.warning("The ledger cannot be reached; waiting for it. %s", error.orig)
            time.sleep(RETRY)


def main(**options: Any) -> int:  # noqa: ANN401 - those of Worker
    """Run the one worker of this data home; return 0, or 3 when it has one already."""
    place = home()
    lock = FileLock(place.worker_lock)  # kept in a variable: once collected, it is released
    try:
        lock.acquire(timeout=LOCK_WAIT)
    except Timeout:
        logging.basicConfig(level=logging.INFO)
        _logger.info("A worker is already at work in %s.", place.root)
        return 3
    with lock:
        run_worker(**{"spares": True, **options})
    return 0


def _parse() -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="python -m explorer.jobs.worker", description=__doc__)
    parser.add_argument("--embedded", action="store_true", help="leave when nobody needs it")
    return parser.parse_args()


if __name__ == "__main__":
    try:
        raise SystemExit(main(embedded=_parse().embedded))
    except ExplorerError as error:
        raise SystemExit(str(error)) from None
