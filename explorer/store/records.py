"""What the ledger hands out: jobs, claims and metric points."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum
from typing import Any, Final, Literal

DEVICES: Final = ("auto", "cpu", "cuda")
"""What a job may ask to run on."""
Want = Literal["cancel", "pause", "yield"]
"""What a running job is asked: to end, to wait until it is resumed, or to wait for its turn."""
CANCEL: Final = "cancel"
PAUSE: Final = "pause"
YIELD: Final = "yield"


class State(StrEnum):
    """Where a job is in its life."""

    QUEUED = "queued"
    RUNNING = "running"
    PAUSED = "paused"
    DONE = "done"
    FAILED = "failed"
    CANCELLED = "cancelled"

    @property
    def is_final(self) -> bool:
        """Whether nothing happens to the job any more."""
        return self not in {State.QUEUED, State.RUNNING, State.PAUSED}


@dataclass(frozen=True)
class Job:
    """One row of the ledger, as it was when it was read.

    ``attempt`` counts how often the job was claimed and serves as the fence; ``crashes`` counts
    how often its own process died, ``losses`` how often its worker did. Times are seconds since
    1970; ``fraction`` is in 0..1; ``is_lost`` means that the worker has not been heard of for
    two fifths of its lease; ``revision`` grows with every visible change.

    ``position`` orders the waiting jobs of one user; ``batch`` names the submission that a job
    belongs to, ``parent`` the job it was cloned from. ``busy`` is the time of all ended attempts
    [s]; ``began`` and ``began_fraction`` are when and where the running attempt first said how
    far it is. ``failure`` says in a word why a job has failed (``explorer.errors.JobError.kind``).
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
    position: float = 0.0
    device: str = "auto"
    batch: str | None = None
    parent: str | None = None
    busy: float = 0.0
    began: float | None = None
    began_fraction: float | None = None
    failure: str = ""


@dataclass(frozen=True)
class Claim:
    """The right to run a job, and to write about it until someone else claims it.

    Every write names ``owner`` and ``attempt``; it is refused once they are no longer current.
    ``gpu_share`` is the part of a GPU that it occupies, 0..1; ``busy`` the time that earlier
    attempts ran [s]; ``created`` when the job was asked for [s since 1970].
    """

    job_id: str
    attempt: int
    owner: str
    kind: str
    payload: dict[str, Any]
    user: str = ""
    gpu_share: float = 0.0
    busy: float = 0.0
    created: float | None = None


@dataclass(frozen=True)
class Saved:
    """A checkpoint that is complete: where it lies, and what it must be.

    Attributes:
        attempt: Which wrote it.
        step: At which it was written.
        url: Of the file, as fsspec reads it.
        digest: SHA-256 of the file.
        score: How good it is; higher is better. None where nobody has measured.
    """

    attempt: int
    step: int
    url: str
    digest: str
    score: float | None = None


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
