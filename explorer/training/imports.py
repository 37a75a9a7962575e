"""Taking in a run that another installation has packed: only what fits its own record."""

from __future__ import annotations

import math
import os
import shutil
from typing import TYPE_CHECKING

from explorer.analysis.budget import admit
from explorer.builder import build
from explorer.data.progress import into
from explorer.errors import DataError, JobError
from explorer.store import bundles, runs
from explorer.store.imported import folder_of
from explorer.training import checkpoint, metrics, reproduce
from explorer.training.plan import from_record
from explorer.training.recipe import from_data
from explorer.weights import load_run
from explorer.words import _

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    from torch import Tensor

    from explorer.store.runs import RunRecord


def import_bundle(bundle: Path, folder: Path | None = None, progress: Path | None = None) -> Path:
    """Put the run of a bundle among the app's runs, and return its folder.

    A bundle that is there already is left as it is.

    Args:
        bundle: The file that ``pack`` wrote.
        folder: Its place there, ``folder_of`` the bundle, for a process with another data home.
        progress: A file for the share that is done, for whoever waits.

    Raises:
        ExplorerError: What ``import_run`` raises.
    """
    folder = folder or folder_of(bundle)
    if not (folder / runs.RECORD).is_file():
        tell = into(progress)
        import_run(bundle, folder, lambda share: tell("", share))
    return folder


def import_run(
    bundle: Path, folder: Path, on_progress: Callable[[float], None] = lambda _share: None
) -> RunRecord:
    """Put the run of a bundle into a folder, and return its record.

    Its network must be within the limits here, its recipe be known, and its weights fit and be
    finite, or the checkpoint be whole; only then does the folder appear.

    Args:
        bundle: The file that ``pack`` wrote.
        folder: Must not be there yet.
        on_progress: As for ``bundles.unpack``.

    Raises:
        DataError: No bundle, damaged, or the folder is taken.
        BudgetError: The network is larger than the limits here.
        JobError: Its recipe is of a newer version, or its checkpoint damaged.
        WeightsError: The weights do not fit the network.
    """
    if folder.exists():
        raise DataError(
            _("There is something in {folder} already.").format(folder=folder),
            _("Name another folder."),
        )
    draft = folder.with_name(f".{folder.name}.{os.getpid()}.draft")
    shutil.rmtree(draft, ignore_errors=True)
    try:
        record = _with_safe_command(bundles.unpack(bundle, draft, on_progress), draft)
        _require_sound(record, draft)
        draft.replace(folder)
    except OSError as error:
        raise DataError(
            _("The run cannot be written to {folder}: {reason}.").format(
                folder=folder, reason=error.strerror or error
            ),
            _("Check the folder and the free space of the disk."),
        ) from error
    finally:
        shutil.rmtree(draft, ignore_errors=True)
    return record


def _with_safe_command(record: RunRecord, folder: Path) -> RunRecord:
    """Make the command anew where it could do anything else than train: people will paste it."""
    if reproduce.is_command(record.command):
        return record
    safe = record.model_copy(update={"command": reproduce.command(record.spec, record)})
    runs.write(folder, safe)
    return safe


def _require_sound(record: RunRecord, folder: Path) -> None:
    admit(record.spec)
    from_data(record.recipe)
    from_record(record.plan)
    _require_numbers(record, folder)
    if (folder / runs.WEIGHTS).is_file():
        network, _record = load_run(folder)
        _require_finite(record, network.state_dict())
        for epoch in runs.snapshots(folder):
            network, _record = load_run(folder, epoch)
            _require_finite(record, network.state_dict())
    if record.result is None or not (folder / runs.WEIGHTS).is_file():
        _require_checkpoint(record, folder)


def _require_numbers(record: RunRecord, folder: Path) -> None:
    for line in metrics.lines(folder):
        if "step" not in line or not all(math.isfinite(value) for value in line.values()):
            raise DataError(
                _("The curves of {run} are no numbers.").format(run=record.title),
                _("Ask for it again."),
            )


def _require_finite(record: RunRecord, state: dict[str, Tensor]) -> None:
    if not all(bool(value.isfinite().all()) for value in state.values()):
        raise DataError(
            _("The weights of {run} are no numbers.").format(run=record.title),
            _("Ask for it again."),
        )


def _require_checkpoint(record: RunRecord, folder: Path) -> None:
    state = checkpoint.load(folder)
    if state is None:
        raise DataError(
            _("The bundle of {run} has neither weights nor a checkpoint.").format(run=record.title),
            _("Pack it again once it has begun."),
        )
    try:
        network = build(record.spec)
        network.load_state_dict(state["trainer"]["network"])
    except (LookupError, TypeError, AttributeError, RuntimeError):
        raise JobError(
            _("The checkpoint of {run} does not fit its network.").format(run=record.title),
            _("Ask for it again."),
        ) from None
    _require_finite(record, network.state_dict())
