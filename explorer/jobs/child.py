"""A job's own process: ``python -m explorer.jobs.child``, started and watched by the worker.

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

from explorer.errors import ExplorerError
from explorer.jobs import protocol
from explorer.jobs.context import Context, Stopped

if TYPE_CHECKING:
    from collections.abc import Callable

NICENESS = 10
LEASE_SHARE = 0.9
"""The share of the lease after which a job that hears nothing ends itself."""
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
        while (left := self._heard + LEASE_SHARE * self._lease - time.monotonic()) > 0:
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

    Anything but a result, a stop and an ``ExplorerError`` is a crash, and passes through.
    """
    try:
        result = resolve(start.target)(context)
    except Stopped:
        return protocol.Stopped()
    except ExplorerError as error:
        traceback.print_exc()
        return protocol.Failed(reason=str(error))
    return protocol.Done(result=result)


def main() -> None:
    """Run the one job described on the first line of standard input."""
    if hasattr(os, "nice"):
        os.nice(NICENESS)
    out = _take_stdout()
    source = io.FileIO(sys.stdin.fileno(), closefd=False)
    first = source.readline()
    if not first:
        return
    start = protocol.Start.model_validate_json(first)
    mutex = threading.Lock()

    def send(message: protocol.Message) -> None:
        with mutex:
            out.write(message.line())
            out.flush()

    context = Context(start.payload, Path(start.directory), send)
    Leash(source, start.lease, context.stop).start()
    send(run(start, context))


def _take_stdout() -> TextIO:
    """Keep standard output for messages; what the job prints goes to its log instead."""
    out = os.fdopen(os.dup(sys.stdout.fileno()), "w", encoding="utf-8")
    os.dup2(sys.stderr.fileno(), sys.stdout.fileno())
    sys.stdout = sys.stderr
    return out


if __name__ == "__main__":
    main()
