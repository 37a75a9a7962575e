"""Training as a background job: the worker calls ``run`` with what it knows of the job."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Protocol

from pydantic import BaseModel, ValidationError

from explorer.errors import JobError
from explorer.spec.codec import from_data
from explorer.training import process, recipes
from explorer.training.events import LoadEvent, StepEvent
from explorer.training.run import train_run
from explorer.units import duration, percent
from explorer.words import Phrase, _

if TYPE_CHECKING:
    from pathlib import Path

    from explorer.training.events import Event


class Context(Protocol):
    """What a job sees of the worker that runs it."""

    @property
    def payload(self) -> dict[str, Any]:
        """What was asked for: ``spec, data, recipe, seed, device, title``."""
        ...

    @property
    def submitted(self) -> float | None:
        """When it was asked for [s since 1970]; None where that is not known."""
        ...

    @property
    def directory(self) -> Path:
        """The run folder."""
        ...

    def report(self, step: int, **metrics: float) -> None:
        """Record figures of a step; may raise to stop."""
        ...

    def progress(self, fraction: float, text: str | Phrase) -> None:
        """Say how far the job is, 0..1; may raise to stop."""
        ...

    def keep(self, step: int, *, score: float | None = None) -> None:
        """Make the run folder's checkpoint what a later attempt resumes from."""
        ...

    def check(self) -> None:
        """Raise if the job is to stop."""
        ...


class _Payload(BaseModel):
    spec: dict[str, Any]
    data: str
    recipe: str | dict[str, Any] = recipes.DEFAULT
    seed: int = 0
    device: str = "auto"
    title: str = ""


def run(context: Context) -> dict[str, Any]:
    """Train what the payload describes, from the checkpoint in the folder if there is one.

    The payload's ``spec`` is a specification as JSON, ``recipe`` a recipe's name or its fields;
    ``recipe``, ``seed``, ``device`` and ``title`` may be left out.

    Returns:
        The figures of ``explorer.store.runs.Result``.

    Raises:
        ExplorerError: What ``train_run`` raises, or a payload that cannot be used.
        BaseException: What the context raised to stop the job, after a checkpoint was written.
    """
    process.prepare()
    asked = _read(context.payload)
    worker = _Worker(context)
    try:
        record = train_run(
            from_data(asked.spec),
            asked.data,
            recipes.resolve(asked.recipe),
            seed=asked.seed,
            device=asked.device,
            folder=context.directory,
            title=asked.title,
            submitted=context.submitted,
            resume=True,
            on_event=worker.tell,
            should_stop=worker.wants_to_stop,
            on_saved=lambda step, score: context.keep(step, score=score),
        )
    except JobError:
        if worker.reason is not None:
            raise worker.reason from None
        raise
    if record.result is None:
        assert worker.reason is not None
        raise worker.reason
    return record.result.figures()


def _read(payload: dict[str, Any]) -> _Payload:
    try:
        return _Payload.model_validate(payload)
    except ValidationError as error:
        fields = ", ".join(str(found["loc"][0]) for found in error.errors())
        raise JobError(
            _("This job does not say what to train: {fields}.").format(fields=fields),
            _("Start it again."),
        ) from None


class _Worker:
    """Talks to the worker, and keeps what it raises until the checkpoint is written."""

    def __init__(self, context: Context) -> None:
        self._context = context
        self.reason: BaseException | None = None

    def tell(self, event: Event) -> None:
        try:
            _tell(self._context, event)
        except BaseException as reason:
            self.reason = reason

    def wants_to_stop(self) -> bool:
        if self.reason is None:
            try:
                self._context.check()
            except BaseException as reason:
                self.reason = reason
        return self.reason is not None


def _tell(context: Context, event: Event) -> None:
    """Pass an event on to the worker."""
    match event:
        case LoadEvent(text, fraction):
            what = Phrase("{what}, {share}", what=Phrase(text), share=percent(fraction, 0))
            context.progress(0.0, what)
        case StepEvent():
            context.report(event.step, **event.metrics())
            time = duration(event.seconds_left)
            text = Phrase("Epoch {n}, {time} left", n=int(event.epoch) + 1, time=time)
            context.progress(event.fraction, text)
        case _:
            context.report(event.step, **event.metrics())
