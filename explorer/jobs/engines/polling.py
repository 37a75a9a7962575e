"""No engine at all: every place of every worker looks for jobs by itself."""

from __future__ import annotations

import logging
import threading
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


class Draining(Polling):
    """Like ``Polling``, but the worker leaves as soon as nothing waits that it may run."""

    def serve(self, runner: Runner) -> None:
        """Work until there is nothing to do."""
        while not runner.leaving.is_set() and try_to_run(runner):
            pass
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
