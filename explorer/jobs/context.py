"""What a job's function is given: its task, a folder, and ways to report and to be stopped."""

from __future__ import annotations

import threading
import time
from dataclasses import asdict
from typing import TYPE_CHECKING, Any, SupportsFloat

from explorer.jobs.journal import Journal
from explorer.jobs.protocol import Beat, Checkpoint, Message, Pointer, Progress, Report
from explorer.store.thinning import thinned
from explorer.words import Phrase

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

BEAT = 1.0
"""Seconds between two signs of life."""
JOURNAL_NAME = "points.jsonl"
CHECKPOINT_NAME = "checkpoint.safetensors"
"""The file of a run folder that a job resumes from."""


class Stopped(BaseException):
    """A person or the worker wants the job to end.

    Save and leave. Derived from ``BaseException`` so that no ``except Exception`` swallows it.
    """


class Context:
    """The job's side of the connection to its worker.

    Args:
        payload: What the job was submitted with.
        directory: The run folder. It outlives the process: a job that is started again after a
            crash finds its checkpoints there, and must look for them.
        send: Hands one message to the worker.
        attempt: The number of the claim.
        submitted: When the job was asked for [s since 1970]; None where that is not known.
        checkpoints: The URL of the folder for checkpoints; by default one in the run folder.
        retells: Whether to report again what an earlier attempt in this folder did before the
            first step of this one. Where the ledger named the checkpoint it has those points,
            and this folder may know less: later attempts may have run elsewhere.
    """

    def __init__(
        self,
        payload: dict[str, Any],
        directory: Path,
        send: Callable[[Message], None],
        *,
        attempt: int = 1,
        submitted: float | None = None,
        checkpoints: str = "",
        retells: bool = True,
    ) -> None:
        """Start unstopped."""
        self.attempt = attempt
        self.submitted = submitted
        self._retells = retells
        self._checkpoints = checkpoints or str(directory / "checkpoints")
        self.payload = payload
        self.directory = directory
        self._send = send
        self._journal = Journal(directory / JOURNAL_NAME)
        self._has_reported = False
        self._stop = threading.Event()
        self._spoken = time.monotonic()

    def report(self, step: int, **metrics: SupportsFloat) -> None:
        """Add one point to the run's curves; raises ``Stopped`` like ``check``.

        Args:
            step: Where on the horizontal axis. A run that resumes reports again from the step
                after its checkpoint; what it had reported from there on is then replaced.
            metrics: Values by name; NaN and infinity become gaps.
        """
        values: dict[str, float | None] = {name: float(value) for name, value in metrics.items()}
        report = Report(step=int(step), metrics=values)
        if not self._has_reported:
            self._has_reported = True
            earlier = self._journal.resume(report.step)
            for told in thinned(earlier) if self._retells else ():
                self._say(told)
        self._journal.append(report)
        self._say(report)
        self.check()

    def progress(self, fraction: float | None, text: str | Phrase = "") -> None:
        """Say how much is done, in 0..1 or None, and what is going on; raises ``Stopped``.

        Whoever reads a phrase reads it in their language (``explorer.words.retold``).
        """
        said = text.packed() if isinstance(text, Phrase) else text
        self._say(Progress(fraction=fraction, text=said))
        self.check()

    def keep(self, step: int, *, score: float | None = None) -> None:
        """Make ``checkpoint.safetensors`` in the run folder what a later attempt resumes from.

        It is copied to where checkpoints are kept and named in the ledger; the last two and the
        one with the highest score stay. A later attempt, wherever it runs, finds it in its run
        folder. The job must replace the file, and never change it in place.

        Args:
            step: At which it was written.
            score: How good it is, such as an accuracy.

        Raises:
            OSError: It cannot be written where checkpoints are kept.
        """
        from explorer.store import checkpoint_files  # noqa: PLC0415 - most jobs save nothing

        source = self.directory / CHECKPOINT_NAME
        saved = checkpoint_files.put(source, self._checkpoints, self.attempt, step, score)
        self._say(Checkpoint(saved=Pointer(**asdict(saved))))

    def check(self) -> None:
        """Give a sign of life; call it at least once in a few seconds.

        Raises:
            Stopped: The job must save and leave, within three seconds.
        """
        if time.monotonic() - self._spoken >= BEAT:
            self._say(Beat())
        if self._stop.is_set():
            raise Stopped

    def stop(self) -> None:
        """Make the next ``check`` raise; called from another thread."""
        self._stop.set()

    def _say(self, message: Message) -> None:
        self._spoken = time.monotonic()
        self._send(message)
