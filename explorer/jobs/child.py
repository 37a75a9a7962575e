"""A job's own process: ``python -m explorer.jobs.child``, started and watched by the worker.

With ``--warm`` it first loads what is slow, says that it is ready, and waits for its job.

It lives no longer than its right to run: it ends, with everything it started, when the worker's
end of standard input closes or when the lease is not renewed in time.
"""

from __future__ import annotations

import contextlib
import faulthandler
import importlib
import io
import os
import signal
import sys
import threading
import time
import traceback
from pathlib import Path
from typing import TYPE_CHECKING, Any, TextIO, cast

from explorer.errors import ExplorerError, GpuMemoryError, JobError, MachineMemoryError
from explorer.jobs import protocol
from explorer.jobs.context import CHECKPOINT_NAME, Context, Stopped
from explorer.store.records import Saved
from explorer.words import _

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

NICENESS = 10
_NO_GPU_MEMORY = ("CUDA out of memory", "CUDA error: out of memory", "_STATUS_ALLOC_FAILED")
_NO_MEMORY = ("can't allocate memory", "not enough memory")
LAST_SHARE = 0.95
"""The share after which it ends even if its code never lets another thread run."""


class Leash:
    """Ends the process group once the worker is gone or has lost the lease.

    Args:
        source: The stream of the worker's messages, unbuffered: a thread that waits in a buffered
            one holds a lock that the interpreter needs when it ends.
        lease: Seconds a renewal lasts.
        on_stop: Called when the worker asks the job to stop.
    """

    def __init__(self, source: io.FileIO, lease: float, on_stop: Callable[[], None]) -> None:
        """Watch nothing yet."""
        self._source = source
        self._lease = lease
        self._on_stop = on_stop
        self._heard = time.monotonic()

    def start(self) -> None:
        """Listen and watch the time from now, each in a thread of its own."""
        self._renew()
        for work in (self._listen, self._watch):
            threading.Thread(target=work, daemon=True).start()

    def _renew(self) -> None:
        self._heard = time.monotonic()
        # Its watchdog is not a Python thread: it ends a process that holds the interpreter's lock.
        faulthandler.dump_traceback_later(LAST_SHARE * self._lease, exit=True)

    def _listen(self) -> None:
        with contextlib.suppress(OSError, ValueError):
            for line in self._source:
                message = protocol.to_job(line)
                if isinstance(message, protocol.Lease):
                    self._renew()
                elif isinstance(message, protocol.Stop):
                    self._on_stop()
        end_group()

    def _watch(self) -> None:
        while (left := self._heard + protocol.LEASE_SHARE * self._lease - time.monotonic()) > 0:
            time.sleep(min(left, 1.0))
        end_group()


def end_group() -> None:
    """Kill this process and everything it started, without any clean-up that could hang."""
    if hasattr(os, "killpg") and os.getpgrp() == os.getpid():
        os.killpg(os.getpid(), signal.SIGKILL)
    os._exit(1)


def resolve(target: str) -> Callable[[Context], dict[str, Any]]:
    """Import ``module:function``."""
    module, _, name = target.partition(":")
    function = getattr(importlib.import_module(module), name)
    return cast("Callable[[Context], dict[str, Any]]", function)


def run(start: protocol.Start, context: Context) -> protocol.FromJob:
    """Run the job's function to its end and return the last message.

    Anything but a result, a stop, an ``ExplorerError`` and a lack of memory is a crash, and
    passes through.
    """
    try:
        result = resolve(start.target)(context)
    except Stopped:
        return protocol.Stopped()
    except Exception as error:
        known = in_words(error)
        if known is None:
            raise
        traceback.print_exc()
        kind = known.kind if isinstance(known, JobError) else "error"
        return protocol.Failed(reason=str(known), kind=kind)
    return protocol.Done(result=result)


def in_words(error: Exception) -> ExplorerError | None:
    """Return an error as a sentence for people; None for one that is a fault of ours.

    Told by name and words, so that torch need not be loaded.
    """
    hint = _("Lower the batch size, the width or the image size.")
    text = str(error)
    is_torch = type(error).__module__.startswith("torch")
    if isinstance(error, ExplorerError):
        return error
    if (is_torch and type(error).__name__ == "OutOfMemoryError") or (
        isinstance(error, RuntimeError) and any(words in text for words in _NO_GPU_MEMORY)
    ):
        return GpuMemoryError(_("The GPU has too little memory for this job."), hint)
    if isinstance(error, MemoryError) or (
        isinstance(error, RuntimeError) and any(words in text for words in _NO_MEMORY)
    ):
        return MachineMemoryError(_("This machine has too little memory for this job."), hint)
    return None


def main() -> None:
    """Run the one job described on the first line of standard input."""
    _be_humble()
    out = _take_stdout()
    source = io.FileIO(sys.stdin.fileno(), closefd=False)
    if "--warm" in sys.argv:
        importlib.import_module("explorer.jobs.warm").warm()
    first = source.readline()
    if not first:
        return
    start = protocol.Start.model_validate_json(first)
    if start.log:
        _log_to(start.log)
    mutex = threading.Lock()

    def send(message: protocol.Message) -> None:
        with mutex:
            out.write(message.line())
            out.flush()

    context = Context(
        start.payload,
        Path(start.directory),
        send,
        attempt=start.attempt,
        submitted=start.submitted,
        checkpoints=start.checkpoints,
        retells=not start.saved,
    )
    Leash(source, start.lease, context.stop).start()
    if start.saved:
        _place(start.saved, context.directory)
    send(run(start, context))


def _be_humble() -> None:
    """Let others have the processor first, and be the first to go when memory runs out."""
    if hasattr(os, "nice"):
        os.nice(NICENESS)
    with contextlib.suppress(OSError):
        Path("/proc/self/oom_score_adj").write_text("700")


def _place(saved: Sequence[protocol.Pointer], directory: Path) -> None:
    """Put the checkpoint that the ledger names where the job looks for it."""
    from explorer.store import checkpoint_files  # noqa: PLC0415 - only jobs that resume need it

    known = [Saved(**pointer.model_dump()) for pointer in saved]
    found = checkpoint_files.fetch(known, directory / CHECKPOINT_NAME)
    print(f"Resuming from step {found.step}." if found else "No checkpoint can be read.")


def _log_to(path: str) -> None:
    """Let everything that is printed from now on go to the run's log."""
    handle = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_APPEND, 0o644)
    for stream in (1, 2):
        os.dup2(handle, stream)
    os.close(handle)


def _take_stdout() -> TextIO:
    """Keep standard output for messages; what the job prints goes to its log instead."""
    out = os.fdopen(os.dup(sys.stdout.fileno()), "w", encoding="utf-8")
    os.dup2(sys.stderr.fileno(), sys.stdout.fileno())
    sys.stdout = sys.stderr
    return out


if __name__ == "__main__":
    main()
