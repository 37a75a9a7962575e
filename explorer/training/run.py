"""One training as a run folder: begun, interrupted, gone on with, ended."""

from __future__ import annotations

import gc
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING

import torch

from explorer.data import catalogue, load, segmentation
from explorer.errors import JobError
from explorer.spec.presets import name_of
from explorer.store import runs
from explorer.store.runs import DataRecord, RunRecord
from explorer.training import reproduce
from explorer.training.device import choose_device
from explorer.training.events import LoadEvent
from explorer.training.failures import explained, is_out_of_memory
from explorer.training.fit import fit
from explorer.training.machine import environment
from explorer.training.plan import MAX_PARTS, from_record
from explorer.training.session import Session
from explorer.words import _, mark

if TYPE_CHECKING:
    from collections.abc import Callable

    from explorer.data import Dataset
    from explorer.spec import NetworkSpec
    from explorer.training.events import Event
    from explorer.training.recipe import Recipe


_SPLIT = mark("Memory was too small for whole batches")


class _StoppedError(Exception):
    """Somebody asked to stop."""


@dataclass(frozen=True)
class _Hooks:
    on_event: Callable[[Event], None]
    should_stop: Callable[[], bool]
    on_saved: Callable[[int, float | None], None]

    def check(self) -> None:
        if self.should_stop():
            raise _StoppedError

    def loading(self, text: str, fraction: float) -> None:
        self.on_event(LoadEvent(text, fraction))
        self.check()


def train_run(  # noqa: PLR0913 - what a training consists of
    spec: NetworkSpec,
    data: str,
    recipe: Recipe,
    *,
    seed: int = 0,
    device: str = "auto",
    folder: Path,
    title: str = "",
    submitted: float | None = None,
    resume: bool = False,
    on_event: Callable[[Event], None] = lambda _: None,
    should_stop: Callable[[], bool] = lambda: False,
    on_saved: Callable[[int, float | None], None] = lambda _step, _score: None,
) -> RunRecord:
    """Train a network and write the run folder of ``explorer.store.runs``.

    The network's classes and image size follow the data; the record's notes say what changed.

    Args:
        spec: The network.
        data: A data set's name or a path.
        recipe: How.
        seed: Of initialisation, data order, augmentation and dropout; 0 .. 2**63 - 1. The split
            of the data does not depend on it, so that seeds can be compared.
        device: ``auto``, ``cpu`` or ``cuda``.
        folder: Of the run; made if it is not there.
        title: For people; by default the network's name and the data's.
        submitted: When it was asked for [s since 1970], to tell how long the result took.
        resume: Go on where the folder's run was interrupted, if it was.
        on_event: Called with every event; what it raises ends the training.
        should_stop: Asked after every batch; True saves a checkpoint and returns.
        on_saved: Called with step and accuracy once the folder's checkpoint is complete.

    Returns:
        The record; without a result when it was stopped.

    Raises:
        DataError: The data cannot be used, or does not fit the network.
        SpecError: The network cannot be built for the data.
        JobError: No such device, a folder of another run, too little memory, or divergence; the
            last checkpoint with finite weights is kept.
    """
    place = choose_device(device)
    has_record = (folder / runs.RECORD).exists()
    _require_usable(seed, folder, is_taken=has_record and not resume)
    hooks = _Hooks(on_event, should_stop, on_saved)
    try:
        dataset = load(data, on_progress=hooks.loading)
    except _StoppedError:
        raise JobError(_("Stopped before the training began."), _("Start it again.")) from None
    fitted = fit(spec, recipe, dataset)
    record = RunRecord(
        title=title
        or _("{network} on {data}").format(
            network=name_of(spec) or _("Network"), data=dataset.name
        ),
        spec=fitted.spec,
        data=_data_record(data, dataset, segments=fitted.spec.head.kind == "segment"),
        recipe=fitted.recipe.model_dump(mode="json"),
        seed=seed,
        device=str(place),
        notes=fitted.notes,
        submitted=submitted,
        environment=environment(place),
    )
    if has_record:
        earlier = runs.read(folder)
        _require_same(earlier, record, folder)
        if earlier.result is not None and runs.is_complete(folder):
            return earlier
        record = record.model_copy(update=_begun(earlier, title))
    with explained():
        runs.write(folder, record)
        sitting = partial(
            Session,
            dataset=dataset,
            device=place,
            folder=folder,
            on_batch=hooks.check,
            on_saved=on_saved,
            command=partial(reproduce.command, spec),
        )
        return _train(sitting, place, folder, hooks)


def _train(
    sitting: Callable[[RunRecord], Session], device: torch.device, folder: Path, hooks: _Hooks
) -> RunRecord:
    """Train to the end; where memory is too small, begin again with batches in smaller parts."""
    while True:
        with torch.random.fork_rng([device] if device.type == "cuda" else []):
            found = _sit(sitting(runs.read(folder)), hooks)
        if found is not None:
            return found
        # Here, outside of the handler, nothing holds on to the tensors of the step that failed.
        gc.collect()
        if device.type == "cuda":
            torch.cuda.empty_cache()
        _split_batches(folder)


def _sit(session: Session, hooks: _Hooks) -> RunRecord | None:
    """Train from the folder's checkpoint, or from the beginning; None when memory was too small."""
    try:
        for event in session.events():
            hooks.on_event(event)
        return session.finish()
    except _StoppedError:
        session.save()
        return session.record
    except Exception as error:
        if not is_out_of_memory(error) or session.parts == MAX_PARTS:
            raise
        return None
    finally:
        session.close()


def _split_batches(folder: Path) -> None:
    """Note in the record that each batch is to be split into twice as many parts."""
    record = runs.read(folder)
    plan = from_record(record.plan)
    assert plan is not None
    plan = plan.changed(parts=2 * plan.parts)
    notes = tuple(note for note in record.notes if not note.startswith(_(_SPLIT)))
    what = _("each is worked through in {n} parts, as batch norm sees them.").format(n=plan.parts)
    note = _("{title}: {line}").format(title=_(_SPLIT), line=what)
    changes = {"plan": plan.model_dump(mode="json"), "notes": (*notes, note)}
    runs.write(folder, record.model_copy(update=changes))


def _begun(earlier: RunRecord, title: str) -> dict[str, object]:
    """Return what a run that goes on keeps of how it was begun."""
    kept = ("recipe", "plan", "command", "notes", "environment", "submitted")
    return {"title": title or earlier.title, **{name: getattr(earlier, name) for name in kept}}


def _require_usable(seed: int, folder: Path, *, is_taken: bool) -> None:
    """Refuse a seed out of range, and to write over a run."""
    if not 0 <= seed < 2**63:
        raise JobError(
            _("The seed {seed} is out of range.").format(seed=seed), _("Use a whole number from 0.")
        )
    if is_taken:
        raise JobError(
            _("The folder {folder} already holds a run.").format(folder=folder),
            _("Resume it, or name another folder."),
        )


def _data_record(asked: str, dataset: Dataset, *, segments: bool) -> DataRecord:
    """Return what a run keeps of its data; a path is made absolute, to be found again later."""
    named = any(info.name == asked for info in catalogue())
    return DataRecord(
        name=asked if named else str(Path(asked).expanduser().resolve()),
        classes=segmentation(dataset).classes if segments else dataset.classes,
        image_size=dataset.image_size,
        mean=dataset.mean,
        std=dataset.std,
        fingerprint=dataset.fingerprint,
    )


def _require_same(earlier: RunRecord, record: RunRecord, folder: Path) -> None:
    """Refuse to go on with a run that was begun with other settings."""
    settings = {
        _("network"): earlier.spec == record.spec,
        _("recipe"): record.recipe in (earlier.recipe, reproduce.pinned(earlier)),
        _("seed"): earlier.seed == record.seed,
        _("data"): earlier.data.fingerprint == record.data.fingerprint,
    }
    others = [name for name, is_same in settings.items() if not is_same]
    if others:
        raise JobError(
            _("The run in {folder} was begun with another {others}.").format(
                folder=folder, others=_(" and another ").join(others)
            ),
            _("Resume it with the same settings, or name another folder."),
        )
