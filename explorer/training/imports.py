"""Taking in a run that another installation has packed: only what fits its own record."""

from __future__ import annotations

import hashlib
import shutil
from typing import TYPE_CHECKING

from explorer.analysis.cost import cost_of_graph
from explorer.errors import DataError
from explorer.graph import lower
from explorer.spec.limits import Limits
from explorer.store import bundles, runs
from explorer.training import checkpoint
from explorer.training.recipe import from_data
from explorer.weights import load_run

if TYPE_CHECKING:
    from pathlib import Path

    from explorer.store.runs import RunRecord

PREFIX = "imported-"
"""Begins the name of a run that was taken in, so that it is never that of a job."""


def folder_name(bundle: Path) -> str:
    """Return the name of the folder of a bundle: the same bundle has the same.

    Raises:
        DataError: There is no such file.
    """
    try:
        with bundle.open("rb") as data:
            return PREFIX + hashlib.file_digest(data, "sha256").hexdigest()[:16]
    except OSError:
        raise DataError(f"The file {bundle} cannot be read.", "Check its name.") from None


def import_run(bundle: Path, folder: Path) -> RunRecord:
    """Put the run of a bundle into a folder, and return its record.

    Its network must be within the limits here, its recipe be known, and its weights fit and be
    finite, or the checkpoint be whole; only then does the folder appear.

    Args:
        bundle: The file that ``pack`` wrote.
        folder: Must not be there yet.

    Raises:
        DataError: No bundle, damaged, or the folder is taken.
        BudgetError: The network is larger than the limits here.
        JobError: Its recipe is of a newer version, or its checkpoint damaged.
        WeightsError: The weights do not fit the network.
    """
    if folder.exists():
        raise DataError(f"There is a run in {folder} already.", "Name another folder.")
    draft = folder.with_name(f".{folder.name}.draft")
    shutil.rmtree(draft, ignore_errors=True)
    try:
        record = bundles.unpack(bundle, draft)
        _require_sound(record, draft)
        draft.replace(folder)
    except OSError as error:
        raise DataError(
            f"The run cannot be written to {folder}: {error.strerror or error}.",
            "Check the folder and the free space of the disk.",
        ) from error
    finally:
        shutil.rmtree(draft, ignore_errors=True)
    return record


def _require_sound(record: RunRecord, folder: Path) -> None:
    graph = lower(record.spec)
    found, limits = cost_of_graph(graph), Limits.from_environment()
    limits.check("params", found.params)
    limits.check("macs", found.macs)
    limits.check("activation_bytes", found.activation_bytes)
    limits.check("nodes", len(graph.nodes))
    from_data(record.recipe)
    if runs.is_complete(folder):
        network, _ = load_run(folder)
        if not all(bool(value.isfinite().all()) for value in network.state_dict().values()):
            raise DataError(f"The weights of {record.title} are no numbers.", "Ask for it again.")
        for epoch in runs.snapshots(folder):
            load_run(folder, epoch)
    elif checkpoint.load(folder) is None:
        raise DataError(
            f"The bundle of {record.title} has neither weights nor a checkpoint.",
            "Pack it again once it has begun.",
        )
