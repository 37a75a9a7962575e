"""An installation of the app: a ledger, an engine, and workers that share nothing else."""

from __future__ import annotations

import contextlib
import os
import signal
import subprocess
import sys
import time
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, Any

import psutil
from sqlalchemy.exc import SQLAlchemyError

from explorer.jobs import process
from explorer.store.desk import Desk
from explorer.store.ledger import Ledger

if TYPE_CHECKING:
    from collections.abc import Callable

    from explorer.store.records import Job

HERE = Path(__file__).parent
LEASE = 4.0
ENGINES = {
    "sqlite-embedded": "polling",
    "postgresql-polling": "polling",
    "postgresql-procrastinate": "procrastinate",
    "submitit-local": "slurm",
}


def wait_until(condition: Callable[[], Any], seconds: float = 30.0, what: str = "") -> Any:
    """Return the first truthy value of a condition; fail when none comes in time."""
    until = time.monotonic() + seconds
    while time.monotonic() < until:
        with contextlib.suppress(SQLAlchemyError):
            if value := condition():
                return value
        time.sleep(0.03)
    raise AssertionError(f"This did not come true within {seconds} s: {what or condition}")


def busyness() -> float:
    """Return by how much more is to do here than there are processors; 1 on a quiet machine."""
    return max(1.0, max(os.getloadavg()[:2]) / (os.cpu_count() or 1))


def is_gone(pid: int) -> bool:
    try:
        return psutil.Process(pid).status() == psutil.STATUS_ZOMBIE
    except psutil.NoSuchProcess:
        return True


@dataclass
class Site:
    """One installation.

    Args:
        name: Of ``ENGINES``.
        folder: For everything of it.
        url: Of the ledger.
    """

    name: str
    folder: Path
    url: str
    lease: float = LEASE
    workers: list[subprocess.Popen[bytes]] = field(default_factory=list)

    def __post_init__(self) -> None:
        self.oracle = self.folder / "oracle"
        self.oracle.mkdir(parents=True)
        self.ledger = Ledger(self.url, lease=self.lease)
        self.desk = Desk(self.ledger)

    def environment(self, number: int) -> dict[str, str]:
        """Return what a worker sees: a data folder of its own, the ledger, the checkpoints."""
        return {
            **process.environment(),
            "PYTHONPATH": os.pathsep.join([str(process.ROOT), str(HERE)]),
            "EXPLORER_HOME": str(self.folder / f"home{number}"),
            "EXPLORER_LEDGER": self.url,
            "EXPLORER_CHECKPOINTS": f"file://{self.folder / 'checkpoints'}",
            "EXPLORER_ENGINE": ENGINES[self.name],
            "EXPLORER_SLURM_CLUSTER": "local",
            "EXPLORER_SLURM": "timeout_min=10",
        }

    def hire(self, slots: int = 1) -> subprocess.Popen[bytes]:
        number = len(self.workers)
        with (self.folder / f"worker{number}.log").open("wb") as log:
            worker = subprocess.Popen(
                [sys.executable, HERE / "engine_worker.py", str(self.lease), str(slots)],
                env=self.environment(number),
                stdout=log,
                stderr=log,
                start_new_session=True,
            )
        self.workers.append(worker)
        return worker

    def submit(self, kind: str, user: str = "me", **payload: Any) -> str:
        told = {"oracle": str(self.oracle), **payload}
        job_id = self.ledger.submit(kind, told, title=kind, user=user)
        self.ring()
        return job_id

    def ring(self) -> None:
        """Say that a job waits, as the app does."""
        if ENGINES[self.name] == "procrastinate":
            from explorer.jobs.engines import procrastination

            procrastination._bell(self.url).configure_task(
                procrastination.TASK, queue=procrastination.QUEUE, allow_unknown=True
            ).defer()

    def account(self, job_id: str) -> list[list[str]]:
        """Return what a job's processes have noted, line by line."""
        path = self.oracle / f"{job_id}.txt"
        return [line.split() for line in path.read_text().splitlines()] if path.exists() else []

    def pids(self, job_id: str) -> list[int]:
        return [int(line[1]) for line in self.account(job_id) if line[0] == "start"]

    def holder(self, job_id: str) -> psutil.Process:
        """Return the process that watches the running job."""
        return psutil.Process(psutil.Process(self.pids(job_id)[-1]).ppid())

    def steps(self, job_id: str) -> list[int]:
        return [point.step for point in self.ledger.metrics(job_id)]

    def ended(self, job_id: str, seconds: float = 30.0) -> Job:
        wait_until(lambda: self.ledger.job(job_id).state.is_final, seconds)
        return self.ledger.job(job_id)

    def close(self) -> None:
        """End all workers and what Slurm's stand-in has started for them."""
        family: list[psutil.Process] = []
        for worker in self.workers:
            with contextlib.suppress(psutil.Error):
                family += psutil.Process(worker.pid).children(recursive=True)
            with contextlib.suppress(ProcessLookupError):
                os.killpg(worker.pid, signal.SIGKILL)
            worker.wait()
        for each in family:
            with contextlib.suppress(psutil.Error):
                each.kill()
        self.ledger.close()
