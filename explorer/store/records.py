"""What the ledger hands out: jobs, claims and metric points."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum
from typing import Any


class State(StrEnum):
    """Where a job is in its life."""

    QUEUED = "queued"
    RUNNING = "running"
    DONE = "done"
    FAILED = "failed"
    CANCELLED = "cancelled"

    @property
    def is_final(self) -> bool:
        """Whether nothing happens to the job any more."""
        return self not in {State.QUEUED, State.RUNNING}


@dataclass(frozen=True)
class Job:
    """One row of the ledger, as it was when it was read.

    ``attempt`` counts how often the job was claimed and serves as the fence; ``crashes`` counts
    how often its own process died, ``losses`` how often its worker did. Times are seconds since
    1970; ``fraction`` is in 0..1; ``is_lost`` means that the worker has not been heard of for
    longer than its lease; ``revision`` grows with every visible change.
    """

    id: str
    kind: str
    title: str
    user: str
    payload: dict[str, Any]
    priority: int
    state: State
    want: str | None
    attempt: int
    crashes: int
    losses: int
    fraction: float | None
    text: str
    last_seq: int
    revision: int
    result: dict[str, Any] | None
    reason: str
    created: float
    started: float | None
    finished: float | None
    is_lost: bool


@dataclass(frozen=True)
class Claim:
    """The right to run a job, and to write about it until someone else claims it.

    Every write names ``owner`` and ``attempt``; it is refused once they are no longer current.
    """

    job_id: str
    attempt: int
    owner: str
    kind: str
    payload: dict[str, Any]


@dataclass(frozen=True)
class Point:
    """Metric values at one step of a job.

    ``seq`` grows by one with each point of a job and is never used twice. A point of a later
    ``attempt`` replaces everything earlier attempts reported at or after its ``step``.
    """

    seq: int
    step: int
    attempt: int
    data: dict[str, float | None]


class LeaseLostError(Exception):
    """The job is no longer the writer's: taken over, finished or deleted."""
