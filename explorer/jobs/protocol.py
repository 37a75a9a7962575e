"""What the worker and a job's process say to each other: one JSON object a line, each way."""

from __future__ import annotations

from typing import Annotated, Any, Literal

from pydantic import BaseModel, ConfigDict, Field, TypeAdapter


class Message(BaseModel):
    """One line. Numbers that JSON does not have (NaN, infinity) are written as null."""

    model_config = ConfigDict(frozen=True, extra="forbid", ser_json_inf_nan="null")

    def line(self) -> str:
        """Return the message as it is sent, line end included."""
        return self.model_dump_json() + "\n"


class Start(Message):
    """To the job: the first line. ``target`` is ``module:function``, ``lease`` in seconds."""

    type: Literal["start"] = "start"
    target: str
    payload: dict[str, Any]
    directory: str
    lease: float


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


class Progress(Message):
    """From the job: how much is done, in 0..1 or unknown, and what it is doing."""

    type: Literal["progress"] = "progress"
    fraction: float | None
    text: str


class Beat(Message):
    """From the job: its own loop still turns."""

    type: Literal["beat"] = "beat"


class Done(Message):
    """From the job: the end, with what came out."""

    type: Literal["done"] = "done"
    result: dict[str, Any]


class Failed(Message):
    """From the job: the end, for a reason a person can do something about."""

    type: Literal["failed"] = "failed"
    reason: str


class Stopped(Message):
    """From the job: the end, because it was asked to."""

    type: Literal["stopped"] = "stopped"


ToJob = Start | Lease | Stop
FromJob = Report | Progress | Beat | Done | Failed | Stopped
_TO_JOB: TypeAdapter[ToJob] = TypeAdapter(Annotated[ToJob, Field(discriminator="type")])
_FROM_JOB: TypeAdapter[FromJob] = TypeAdapter(Annotated[FromJob, Field(discriminator="type")])


def to_job(line: str | bytes) -> ToJob:
    """Read a line sent to a job; raises ``ValueError`` for anything else."""
    return _TO_JOB.validate_json(line)


def from_job(line: str | bytes) -> FromJob:
    """Read a line sent by a job; raises ``ValueError`` for anything else."""
    return _FROM_JOB.validate_json(line)
