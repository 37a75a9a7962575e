"""What the tests of the worker share: toy jobs, a data home, and patience."""

from __future__ import annotations

import time
from typing import TYPE_CHECKING, Any

import psutil

from explorer.jobs.supervisor import Timing
from explorer.store.ledger import Ledger

if TYPE_CHECKING:
    from collections.abc import Callable

    from explorer.store.paths import Home
    from explorer.store.records import Job

TOYS = (
    "count", "spin", "silent", "clutch", "refuse", "stumble", "talk", "surroundings",
    "hoard", "chatter", "litter", "starve", "tensor",
)  # fmt: skip
KINDS = {name: f"toy_jobs:{name}" for name in TOYS}
FAST = Timing(sync=0.1, grace=1.0, silence=30.0, idle=0.05)


def wait_until(condition: Callable[[], Any], seconds: float = 30.0) -> Any:
    """Return the first truthy value of a condition; fail when none comes in time."""
    until = time.monotonic() + seconds
    while time.monotonic() < until:
        if value := condition():
            return value
        time.sleep(0.05)
    raise AssertionError(f"This did not come true within {seconds} s: {condition}")


def is_gone(pid: int) -> bool:
    try:
        return psutil.Process(pid).status() == psutil.STATUS_ZOMBIE
    except psutil.NoSuchProcess:
        return True


class Lab:
    """A data home with a ledger, and what the tests ask of them."""

    def __init__(self, place: Home) -> None:
        self.home = place
        self.ledger = Ledger(place.ledger_url, lease=20)

    def submit(self, kind: str, **payload: Any) -> str:
        return self.ledger.submit(kind, payload, title=kind, user="me")

    def pids(self, job_id: str) -> list[int]:
        path = self.home.run(job_id) / "pids"
        return [int(pid) for pid in path.read_text().split()] if path.exists() else []

    def ended(self, job_id: str, seconds: float = 30.0) -> Job:
        wait_until(lambda: self.ledger.job(job_id).state.is_final, seconds)
        return self.ledger.job(job_id)

    def steps(self, job_id: str) -> list[int]:
        return [point.step for point in self.ledger.metrics(job_id)]
