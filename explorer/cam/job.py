"""Measured localisation as a background job: the worker calls ``run``."""

from __future__ import annotations

import json
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any, Protocol

from pydantic import BaseModel, Field, ValidationError

from explorer.cam.measure.localise import NUM_IMAGES, Plan, localise
from explorer.cam.measure.stored import RESULT, TABLE
from explorer.errors import JobError
from explorer.store.runs import write_atomic
from explorer.words import Phrase, _

if TYPE_CHECKING:
    from explorer.cam.measure.report import Report


class Context(Protocol):
    """What a job sees of the worker that runs it."""

    @property
    def payload(self) -> dict[str, Any]:
        """What was asked for: ``runs, data, methods, images, seed, layer``."""
        ...

    @property
    def directory(self) -> Path:
        """The job's folder."""
        ...

    def progress(self, fraction: float, text: str | Phrase) -> None:
        """Say how far the job is, 0..1; may raise to stop."""
        ...


class _Payload(BaseModel):
    runs: Annotated[list[str], Field(min_length=1)]
    data: str = "shapes"
    methods: Annotated[list[str], Field(min_length=1)] = ["gradcam"]
    images: Annotated[int, Field(ge=1, le=5000)] = NUM_IMAGES
    seed: Annotated[int, Field(ge=0)] = 0
    layer: str | None = None


def run(context: Context) -> dict[str, Any]:
    """Measure what the payload names; write ``localisation.json`` and ``.csv`` to the folder.

    The payload's ``runs`` are folders; everything else may be left out.

    Returns:
        ``file``, ``data``, ``num_images``, and ``architectures`` with titles and accuracies.

    Raises:
        ExplorerError: What ``localise`` raises, or a payload that cannot be used.
    """
    asked = _read(context.payload)
    plan = Plan(asked.data, tuple(asked.methods), asked.images, asked.seed, asked.layer)
    report = localise([Path(run) for run in asked.runs], plan, context.progress)
    save(report, context.directory)
    data = report.as_dict()
    kept = ("data", "num_images", "architectures")
    return {"file": RESULT, **{name: data[name] for name in kept}}


def save(report: Report, folder: Path) -> None:
    """Write a report as JSON and CSV into a folder; a crash leaves the old files or the new."""
    folder.mkdir(parents=True, exist_ok=True)
    text = json.dumps(report.as_dict(), indent=1, allow_nan=False, ensure_ascii=False)
    write_atomic(folder / RESULT, text.encode())
    write_atomic(folder / TABLE, report.csv().encode())


def _read(payload: dict[str, Any]) -> _Payload:
    try:
        return _Payload.model_validate(payload)
    except ValidationError as error:
        fields = ", ".join(sorted({str(found["loc"][0]) for found in error.errors()}))
        raise JobError(
            _("This job does not say what to measure: {fields}.").format(fields=fields),
            _("Start it again."),
        ) from None
