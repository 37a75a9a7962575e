"""What the worker and a job's process say to each other: one JSON object a line, each way."""

from __future__ import annotations

from typing import Annotated, Any, Literal

from pydantic import BaseModel, ConfigDict, Field, TypeAdapter

LEASE_SHARE = 0.9
"""The share of the lease after which a job that hears nothing ends itself."""


class Message(BaseModel):
    """One line. Numbers that JSON does not have (NaN, infinity) are written as null."""

    model_config = ConfigDict(frozen=True, extra="forbid", ser_json_inf_nan="null")

    def line(self) -> str:
        """Return the message as it is sent, line end included."""
        return self.model_dump_json() + "\n"


class Pointer(BaseModel):
    """Where a complete checkpoint lies, as ``explorer.store.records.Saved``."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    attempt: int
    step: int
    url: str
    digest: str
    score: float | None = None


class Start(Message):
    """To the job: the first line.

    Attributes:
        target: ``module:function``.
        payload: What the job was submitted with.
        directory: The run folder.
        lease: How long a renewal lasts [s].
        attempt: The number of the claim.
        submitted: When the job was asked for [s since 1970]; None where that is not known.
        log: Where what it prints belongs; empty to leave it where it goes.
        checkpoints: The URL of the folder for checkpoints; empty for one in the run folder.
        saved: What to resume from, the newest first.
    """

    type: Literal["start"] = "start"
    target: str
    payload: dict[str, Any]
    directory: str
    lease: float
    attempt: int = 1
    submitted: float | None = None
    log: str = ""
    checkpoints: str = ""
    saved: tuple[Pointer, ...] = ()


class Lease(Message):
    """To the job: the lease was renewed; without one of these in time the job must end."""

    type: Literal["lease"] = "lease"


class Stop(Message):
    """To the job: save what is worth saving and leave."""

    type: Literal["stop"] = "stop"


class Report(Message):
    """From the job: metric values at a step."""

    type: Literal["report"] = "report"
    step: int
    metrics: dict[str, float | None]

    @property
    def data(self) -> dict[str, float | None]:
        """The values, by the name that a point has for them."""
        return self.metrics


class Progress(Message):
    """From the job: how much is done, in 0..1 or unknown, and what it is doing."""

    type: Literal["progress"] = "progress"
    fraction: float | None
    text: str


class Checkpoint(Message):
    """From the job: a checkpoint is complete."""

    type: Literal["checkpoint"] = "checkpoint"
    saved: Pointer


class Beat(Message):
    """From the job: its own loop still turns."""

    type: Literal["beat"] = "beat"


class Done(Message):
    """From the job: the end, with what came out."""

    type: Literal["done"] = "done"
    result: dict[str, Any]


class Failed(Message):
    """From the job: the end, for a reason a person can do something about.

    ``kind`` says it in a word: ``explorer.errors.JobError.kind``.
    """

    type: Literal["failed"] = "failed"
    reason: str
    kind: str = "error"


class Stopped(Message):
    """From the job: the end, because it was asked to."""

    type: Literal["stopped"] = "stopped"


ToJob = Start | Lease | Stop
FromJob = Report | Progress | Checkpoint | Beat | Done | Failed | Stopped
_TO_JOB: TypeAdapter[ToJob] = TypeAdapter(Annotated[ToJob, Field(discriminator="type")])
_FROM_JOB: TypeAdapter[FromJob] = TypeAdapter(Annotated[FromJob, Field(discriminator="type")])


def to_job(line: str | bytes) -> ToJob:
    """Read a line sent to a job; raises ``ValueError`` for anything else."""
    return _TO_JOB.validate_json(line)


def from_job(line: str | bytes) -> FromJob:
    """Read a line sent by a job; raises ``ValueError`` for anything else."""
    return _FROM_JOB.validate_json(line)
