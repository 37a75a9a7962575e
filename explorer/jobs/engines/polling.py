"""No engine at all: every place of every worker looks for jobs by itself."""

from __future__ import annotations

import logging
import threading
import time
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from explorer.jobs.engines import Runner
    from explorer.store.paths import Home

_logger = logging.getLogger(__name__)


class Polling:
    """Looks for jobs in the ledger, in one thread for each place of the worker.

    Args:
        _place: The data home; not needed.
    """

    def __init__(self, _place: Home | None = None) -> None:
        """Need nothing."""

    def serve(self, runner: Runner) -> None:
        """Look and work until the worker is leaving."""
        threads = [
            threading.Thread(target=_work, args=(runner,), name=f"place-{number}")
            for number in range(runner.places)
        ]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()


class Draining:
    """Like ``Polling`` in one place, but the worker leaves when nothing has come for a while.

    Args:
        linger: How long it waits [s]: a machine that was given is worth keeping for a moment.
    """

    def __init__(self, linger: float = 10.0) -> None:
        """Work for nobody yet."""
        self._linger = linger

    def serve(self, runner: Runner) -> None:
        """Work until there is nothing to do."""
        worked = time.monotonic()
        while not runner.leaving.is_set() and time.monotonic() - worked < self._linger:
            if try_to_run(runner):
                worked = time.monotonic()
            else:
                runner.leaving.wait(runner.idle)
        runner.leaving.set()


def try_to_run(runner: Runner) -> bool:
    """Run one job, if there is one; whatever goes wrong, the next one gets its turn."""
    try:
        return runner.run_any()
    except Exception:
        _logger.exception("A place of the worker stumbled; it goes on.")
        return False


def _work(runner: Runner) -> None:
    while not runner.leaving.is_set():
        if not try_to_run(runner):
            runner.leaving.wait(runner.idle)
