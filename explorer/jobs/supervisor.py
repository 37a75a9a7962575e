"""Watching one claimed job from its start to the last line of its row in the ledger."""

from __future__ import annotations

import logging
import time
from dataclasses import dataclass
from typing import TYPE_CHECKING

from sqlalchemy.exc import SQLAlchemyError

from explorer import units
from explorer.jobs import protocol
from explorer.store import checkpoint_files
from explorer.store.records import CANCEL, PAUSE, YIELD, Claim, LeaseLostError, Saved, State
from explorer.words import _, mark

if TYPE_CHECKING:
    import threading
    from collections.abc import Callable

    from explorer.errors import LimitError
    from explorer.jobs.limits import Watch
    from explorer.jobs.running import RunningJob
    from explorer.store.ledger import Ledger

_logger = logging.getLogger(__name__)
RENEWALS = 5
"""Renewals in one lease."""
_REASONS = {
    PAUSE: "",
    YIELD: mark("Your GPU minutes for today are used up; it goes on tomorrow by itself."),
}


@dataclass(frozen=True)
class Timing:
    """How patient a worker is, in seconds.

    Args:
        sync: Between two exchanges with the ledger while a job runs.
        grace: How long a job that was asked to stop may take.
        silence: How long a job may go without a sign of life.
        idle: Between two looks for waiting jobs.
    """

    sync: float = 0.5
    grace: float = 3.0
    silence: float = 600.0
    idle: float = 0.5


class Supervisor:
    """Relays between a job's process and the ledger until the job ends or is taken away.

    Args:
        ledger: Where everything is written.
        claim: The right to run the job.
        running: Its process, just started.
        watch: Notices that it uses too much.
        timing: How patient to be.
        leaving: Set when the worker itself must end; the job then waits for another.
    """

    def __init__(
        self,
        ledger: Ledger,
        claim: Claim,
        running: RunningJob,
        watch: Watch,
        timing: Timing,
        leaving: threading.Event,
    ) -> None:
        """Count all times from now."""
        self._ledger = ledger
        self._claim = claim
        self._running = running
        self._limits = watch
        self._timing = timing
        self._leaving = leaving
        self._points: list[tuple[int, dict[str, float | None]]] = []
        self._saved: list[Saved] = []
        self._progress: protocol.Progress | None = None
        self._last: protocol.FromJob | None = None
        self._renewed = self._heard = time.monotonic()
        self._stop_sent: float | None = None
        self._want: str | None = None
        self._excess: LimitError | None = None
        self._is_starved = False

    def run(self) -> None:
        """Watch the job to its end; returns when the process is gone and the end is written."""
        try:
            cause = self._watch()
            unheard = time.monotonic() - self._renewed
            self._is_starved = unheard > protocol.LEASE_SHARE * self._ledger.lease
            self._take(self._running.end())
            self._settle(cause)
        except LeaseLostError:
            _logger.warning("Job %s is no longer ours.", self._claim.job_id)
        finally:
            self._running.end()

    def _watch(self) -> str:
        """Relay until the process is gone or must go; return why, where that is the job's fault."""
        while self._running.is_alive:
            self._take(self._running.messages(self._timing.sync))
            self._sync()
            now = time.monotonic()
            if self._stop_sent is not None and now - self._stop_sent > self._timing.grace:
                return ""
            self._excess = self._limits.exceeded()
            if self._excess is not None:
                return ""
            if now - self._heard > self._timing.silence:
                time_ = units.seconds(self._timing.silence)
                return _("It gave no sign of life for {time}.").format(time=time_)
        return ""

    def _take(self, messages: list[protocol.FromJob]) -> None:
        for message in messages:
            self._heard = time.monotonic()
            match message:
                case protocol.Report():
                    self._points.append((message.step, message.metrics))
                case protocol.Progress():
                    self._progress = message
                case protocol.Checkpoint():
                    self._saved.append(Saved(**message.saved.model_dump()))
                case protocol.Beat():
                    pass
                case _:
                    self._last = message

    def _sync(self) -> None:
        try:
            self._flush()
            if time.monotonic() - self._renewed > self._ledger.lease / RENEWALS:
                self._renew()
                self._running.say(protocol.Lease())
            self._want = self._ledger.wish(self._claim)
        except SQLAlchemyError:
            # If this lasts, the job's own leash ends it before anyone else can claim it.
            _logger.exception("The ledger cannot be reached; trying again.")
        if self._stop_sent is None and (self._want or self._leaving.is_set()):
            self._running.say(protocol.Stop())
            self._stop_sent = time.monotonic()

    def _renew(self) -> None:
        now = time.monotonic()
        self._ledger.renew(self._claim, now - self._renewed)
        self._renewed = now

    def _flush(self) -> None:
        # After the points: a resumed job reports again from the step of its checkpoint.
        self._flush_points()
        while self._saved:
            for url in self._ledger.save(self._claim, self._saved[0]):
                checkpoint_files.remove(url)
            del self._saved[0]

    def _flush_points(self) -> None:
        if not self._points and self._progress is None:
            return
        fraction = self._progress.fraction if self._progress else None
        text = self._progress.text if self._progress else None
        self._ledger.report(self._claim, self._points, fraction=fraction, text=text)
        self._points.clear()
        self._progress = None

    def _settle(self, cause: str) -> None:
        self._persist(self._flush)
        if self._claim.gpu_share:
            self._persist(self._renew)
        self._persist(lambda: self._end(cause))

    def _end(self, cause: str) -> None:
        """Write how it ended."""
        ledger, claim = self._ledger, self._claim
        match self._last:
            case protocol.Done(result=result):
                ledger.finish(claim, State.DONE, result=result)
                for url in ledger.drop_checkpoints(claim.job_id):
                    checkpoint_files.remove(url)
            case protocol.Failed(reason=reason, kind=kind):
                ledger.finish(claim, State.FAILED, reason, failure=kind)
            case _ if self._excess is not None:
                ledger.finish(claim, State.FAILED, str(self._excess), failure=self._excess.kind)
            case _ if self._want == CANCEL:
                ledger.finish(claim, State.CANCELLED)
            case _ if self._stop_sent is not None:
                ledger.give_back(claim, reason=_REASONS.get(self._want or "", ""))
            case _ if self._is_starved and not cause:
                # The job ended itself, as it must: it had not heard of its lease in time.
                ledger.give_back(
                    claim, reason=mark("The list of jobs could not be reached in time.")
                )
            case _:
                died = self._limits.ran_out_of_memory()
                crash = cause or self._running.cause_of_death(out_of_memory=died)
                state = ledger.give_back(claim, crash=crash)
                _logger.warning("Job %s is %s. %s", claim.job_id, state, crash)

    def _persist(self, action: Callable[[], None]) -> None:
        """Repeat a write until the ledger takes it: an end that is not written never happened."""
        while True:
            try:
                action()
            except SQLAlchemyError:
                _logger.exception("The ledger cannot be reached; trying again.")
                if self._leaving.wait(1.0):
                    raise
            else:
                return
