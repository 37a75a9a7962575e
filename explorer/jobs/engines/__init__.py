"""Who tells workers that jobs wait. Which job is next, and what becomes of it, says the ledger.

    polling         every worker looks twice a second; SQLite or PostgreSQL
    procrastinate   PostgreSQL tells the workers; they look now and then all the same
    slurm           a dispatcher asks Slurm for a machine for each job that waits

``EXPLORER_ENGINE`` chooses one; nothing else differs. What an engine hands out is a token: it
names no job, so that lost and doubled tokens do no harm.
"""

from __future__ import annotations

import functools
import logging
import os
from importlib import import_module
from typing import TYPE_CHECKING, Protocol, cast

from explorer.errors import JobError
from explorer.words import _

if TYPE_CHECKING:
    import threading
    from collections.abc import Mapping

    from explorer.jobs.engines.procrastination import Procrastination
    from explorer.store.ledger import Ledger
    from explorer.store.paths import Home

VARIABLE = "EXPLORER_ENGINE"
ENGINES = {
    "polling": "explorer.jobs.engines.polling:Polling",
    "procrastinate": "explorer.jobs.engines.procrastination:Procrastination",
    "slurm": "explorer.jobs.engines.slurm:Slurm",
}


_logger = logging.getLogger(__name__)


class Runner(Protocol):
    """What an engine sees of a worker."""

    @property
    def ledger(self) -> Ledger:
        """Where the jobs are."""
        ...

    @property
    def kinds(self) -> Mapping[str, str]:
        """Kind of job -> ``module:function``."""
        ...

    @property
    def places(self) -> int:
        """How many jobs it runs at once."""
        ...

    @property
    def idle(self) -> float:
        """Seconds between two looks for waiting jobs."""
        ...

    @property
    def leaving(self) -> threading.Event:
        """Set when it must end."""
        ...

    def run_any(self) -> bool:
        """Run the job whose turn it is to its end, in a free place; return whether one ran."""
        ...


class Engine(Protocol):
    """Brings jobs and workers together."""

    def serve(self, runner: Runner) -> None:
        """Let a worker run jobs until it is leaving."""
        ...


def ring(place: Home, times: int = 1) -> None:
    """Say that jobs wait, where the engine listens; they are found without it, only later."""
    if _chosen() == "procrastinate":
        try:
            for _ in range(times):
                _bell(place, place.ledger_url).ring()
        except JobError as error:
            _logger.warning("No token can be sent. %s", error)


def engine(place: Home, name: str | None = None) -> Engine:
    """Return the engine of this installation: ``EXPLORER_ENGINE``, or polling.

    Args:
        place: The data home.
        name: Instead of what the variable says.

    Raises:
        JobError: There is no such engine, or its package is not installed.
    """
    chosen = name or _chosen()
    if chosen not in ENGINES:
        known = ", ".join(ENGINES)
        raise JobError(
            _("There is no job engine {name!r}.").format(name=chosen[:30]),
            _("Set {variable} to one of {known}.").format(variable=VARIABLE, known=known),
        )
    module, _colon, made = ENGINES[chosen].partition(":")
    try:
        return getattr(import_module(module), made)(place)
    except ModuleNotFoundError as error:
        raise JobError(
            _(
                "The job engine {chosen} needs the package {package}, which is not installed."
            ).format(chosen=chosen, package=error.name),
            _("Run `pip install -r requirements-cluster.txt`."),
        ) from None


def _chosen() -> str:
    return os.environ.get(VARIABLE, "").strip() or "polling"


@functools.lru_cache(maxsize=4)
def _bell(place: Home, _url: str) -> Procrastination:
    return cast("Procrastination", engine(place))
