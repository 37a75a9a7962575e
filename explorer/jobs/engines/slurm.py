"""Slurm, by submitit: a dispatcher asks for a machine for each job that waits.

The dispatcher is the worker process of the app's machine. On the machine that Slurm gives, a
worker takes the jobs whose turn it is, as any other does, and leaves when there are none.
"""

from __future__ import annotations

import logging
import os
import uuid
from typing import TYPE_CHECKING, Any

import submitit
from sqlalchemy.exc import SQLAlchemyError
from submitit.core.utils import FailedJobError

from explorer.errors import JobError
from explorer.words import _

if TYPE_CHECKING:
    from collections.abc import Mapping

    from explorer.jobs.engines import Runner
    from explorer.store.paths import Home

PARAMETERS = "EXPLORER_SLURM"
MOST = "EXPLORER_SLURM_JOBS"
CLUSTER = "EXPLORER_SLURM_CLUSTER"
LOOK = 1.0
"""Seconds between two looks at the ledger."""
_logger = logging.getLogger(__name__)


class Slurm:
    """Asks Slurm for as many machines as jobs wait, up to a number.

    ``EXPLORER_SLURM`` holds what ``sbatch`` is told, such as
    ``slurm_partition=gpu,gpus_per_node=1,timeout_min=240``; ``EXPLORER_SLURM_JOBS`` how many
    machines at once (4); ``EXPLORER_SLURM_CLUSTER`` is ``slurm``, or ``local`` for processes of
    this machine.

    Args:
        place: The data home, on a file system that the machines share.

    Raises:
        JobError: A setting cannot be read.
    """

    def __init__(self, place: Home) -> None:
        """Read the settings."""
        cluster = os.environ.get(CLUSTER, "").strip() or "slurm"
        self._most = _count(os.environ.get(MOST, "").strip() or "4")
        folder = place.log / "slurm"
        folder.mkdir(parents=True, exist_ok=True)
        try:
            self._executor = submitit.AutoExecutor(folder=folder, cluster=cluster)
            self._executor.update_parameters(
                name="residual-explorer", **_parameters(os.environ.get(PARAMETERS, ""))
            )
        except (RuntimeError, TypeError, ValueError, NameError) as error:
            raise JobError(
                _("Slurm cannot be used like this: {error}.").format(error=error),
                _("Check {variable}, and that sbatch runs on this machine.").format(
                    variable=PARAMETERS
                ),
            ) from None
        self._asked: dict[str, submitit.Job[None]] = {}

    def serve(self, runner: Runner) -> None:
        """Dispatch until the dispatcher is leaving; what has begun on machines goes on."""
        while not runner.leaving.wait(LOOK):
            try:
                self._dispatch(runner)
            except (SQLAlchemyError, OSError, RuntimeError, FailedJobError):
                _logger.exception("No machine can be asked for; trying again.")

    def _dispatch(self, runner: Runner) -> None:
        runner.ledger.recover_expired()
        waiting = runner.ledger.startable()
        self._asked = {token: job for token, job in self._asked.items() if not job.done()}
        busy = {owner.rpartition(":")[2] for owner in runner.ledger.owners()}
        coming = len(self._asked.keys() - busy)
        for _job in range(min(waiting - coming, self._most - len(self._asked))):
            token = uuid.uuid4().hex[:12]
            job = self._executor.submit(work, token, runner.ledger.lease, dict(runner.kinds))
            self._asked[token] = job


def work(token: str, lease: float, kinds: Mapping[str, str]) -> None:
    """Be a worker on the machine that Slurm gave, until nothing waits."""
    from explorer.jobs.engines.polling import Draining  # noqa: PLC0415 - runs elsewhere
    from explorer.jobs.worker import run_worker  # noqa: PLC0415

    run_worker(lease=lease, kinds=kinds, engine=Draining(), token=token)


def _parameters(text: str) -> dict[str, Any]:
    """Read ``name=value`` pairs; numbers are numbers."""
    found: dict[str, Any] = {}
    for pair in filter(None, (part.strip() for part in text.split(","))):
        name, is_pair, value = pair.partition("=")
        if not is_pair:
            raise ValueError(_("{pair!r} is not name=value").format(pair=pair[:30]))
        found[name.strip()] = int(value) if value.strip().isdecimal() else value.strip()
    return found


def _count(text: str) -> int:
    if not text.isdecimal() or int(text) < 1:
        raise JobError(
            _("{variable} is {text!r}.").format(variable=MOST, text=text[:20]),
            _("Set it to a whole number from 1."),
        )
    return int(text)
