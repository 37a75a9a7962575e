"""The process-wide compute pool behind ``run`` and ``submit``."""

from __future__ import annotations

import atexit
import functools
from concurrent.futures import CancelledError
from typing import Any

from explorer.compute.pool import DEADLINE, Call, Pool
from explorer.errors import JobError
from explorer.words import _

__all__ = ["Call", "run", "shutdown", "submit", "warm"]


def run(task: str, *, deadline: float = DEADLINE, **arguments: object) -> Any:  # noqa: ANN401 - the task's
    """Run ``module:function`` in a compute process and return what it returns.

    Raises:
        ExplorerError: What the task raised, with its message, hint and attributes.
        JobError: The server is busy, the deadline passed, or the process died.
    """
    call = submit(task, deadline=deadline, **arguments)
    try:
        return call.result()
    except CancelledError:
        raise JobError(_("The computation was given up."), _("Try again.")) from None


def submit(task: str, *, deadline: float = DEADLINE, **arguments: object) -> Call:
    """Start ``module:function`` in a compute process and return its future.

    Raises:
        JobError: The server is busy.
    """
    return _pool().submit(task, arguments, deadline=deadline)


def warm() -> None:
    """Start the compute processes ahead of the first call; returns at once."""
    _pool().warm()


def shutdown() -> None:
    """End the compute processes; a later call starts new ones."""
    _pool().shutdown()


@functools.cache
def _pool() -> Pool:
    pool = Pool()
    atexit.register(pool.shutdown)
    return pool
