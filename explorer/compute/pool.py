"""The compute pool: deadlines, cancellation and a bounded queue around pebble's process pool."""

from __future__ import annotations

import logging
import os
import threading
from concurrent.futures import CancelledError, Future
from concurrent.futures import TimeoutError as DeadlineError
from concurrent.futures.process import BrokenProcessPool
from typing import TYPE_CHECKING, Any

from pebble import ProcessExpired, ProcessPool

from explorer import units, words
from explorer.compute import child
from explorer.compute.context import CleanContext
from explorer.errors import JobError
from explorer.words import _

if TYPE_CHECKING:
    from collections.abc import Mapping

DEADLINE = 60.0
"""Seconds a task may take from when it starts."""
_logger = logging.getLogger(__name__)


class Call(Future[Any]):
    """A task on its way. ``result()`` raises what the task raised, or a ``JobError``.

    ``cancel()`` also works while the task runs; it then ends the process that runs it.
    """

    def __init__(self, inner: Future[Any], deadline: float, language: str) -> None:
        """Follow the pool's own future; what goes wrong is told in a language."""
        super().__init__()
        self._inner = inner
        self._deadline = deadline
        self._language = language
        inner.add_done_callback(self._settle)

    def cancel(self) -> bool:
        """Give the task up; return whether that came in time."""
        return self._inner.cancel()

    def _settle(self, inner: Future[Any]) -> None:
        if inner.cancelled():
            super().cancel()
            self.set_running_or_notify_cancel()
            return
        error = inner.exception()
        if isinstance(error, CancelledError):
            super().cancel()
            self.set_running_or_notify_cancel()
        elif error is not None:
            # Another thread than the reader's settles it.
            with words.speaking(self._language):
                self.set_exception(_explained(error, self._deadline))
        elif isinstance(result := inner.result(), child.Raised):
            self.set_exception(result.error())
        else:
            self.set_result(result)


class Pool:
    """A few processes that run named functions; started by the first call or by ``warm``.

    Args:
        workers: How many processes; each with torch takes some hundred MB.
        waiting: How many calls may wait for a free one.
        preload: Modules that every process imports before its first task.
    """

    def __init__(
        self, workers: int = 1, *, waiting: int = 8, preload: tuple[str, ...] = ("torch",)
    ) -> None:
        """Start nothing yet."""
        self._workers = workers
        self._places = workers + waiting
        self._preload = preload
        self._open: set[Future[Any]] = set()
        self._mutex = threading.RLock()
        self._processes: ProcessPool | None = None

    def submit(
        self, task: str, arguments: Mapping[str, Any], *, deadline: float = DEADLINE
    ) -> Call:
        """Start a task, or let it wait for its turn; it speaks the language of the caller.

        Args:
            task: ``module:function``, imported by the compute process.
            arguments: Its keyword arguments; they and the result must be picklable.
            deadline: Seconds it may take from when it starts; then its process is ended.

        Raises:
            JobError: Too many calls are waiting.
        """
        language = words.language()
        with self._mutex:
            if len(self._open) >= self._places:
                raise JobError(
                    _("The server is busy: too many computations are waiting."),
                    _("Try again in a few seconds."),
                )
            asked = (task, dict(arguments), language)
            inner = self._alive().schedule(child.call, args=asked, timeout=deadline)
            self._open.add(inner)
        inner.add_done_callback(self._leave)
        return Call(inner, deadline, language)

    def warm(self) -> None:
        """Start the processes, which then import what they need, and return at once."""
        with self._mutex:
            self._alive()

    def shutdown(self) -> None:
        """End all processes and forget what waits; a later call starts afresh."""
        with self._mutex:
            processes, self._processes = self._processes, None
            self._give_up()
        if processes is not None:
            processes.stop()
            processes.join()

    def _alive(self) -> ProcessPool:
        """Return a pool that works: pebble's gives up for good when an idle process dies."""
        if self._processes is None or not self._processes.active:
            self._give_up()
            self._processes = ProcessPool(
                max_workers=self._workers,
                initializer=child.begin,
                initargs=(os.cpu_count() or 1, self._preload),
                context=CleanContext(),
            )
            bool(self._processes.active)  # asking is what starts it
        return self._processes

    def _give_up(self) -> None:
        """Cancel what is left: a pool that ends leaves its futures pending for ever."""
        for inner in list(self._open):
            inner.cancel()

    def _leave(self, inner: Future[Any]) -> None:
        with self._mutex:
            self._open.discard(inner)


def _explained(error: BaseException, deadline: float) -> JobError:
    """Return the error for people; the log has the rest."""
    _logger.error("A computation failed.", exc_info=error)
    if isinstance(error, DeadlineError):
        return JobError(
            _("The computation took longer than {time} and was stopped.").format(
                time=units.seconds(deadline)
            ),
            _("Try a smaller network or a smaller image."),
        )
    if isinstance(error, ProcessExpired | BrokenProcessPool):
        return JobError(
            _("The computation's process died, most often because memory ran out."),
            _("Try a smaller network or a smaller image."),
        )
    if isinstance(error, MemoryError) or type(error).__name__ == "OutOfMemoryError":
        return JobError(
            _("The computation needs more memory than there is."),
            _("Try a smaller network or a smaller image."),
        )
    return JobError(
        _("The computation failed: {kind}: {error}.").format(
            kind=type(error).__name__, error=error
        ),
        _("This is a mistake in the program; its log has the details."),
    )
