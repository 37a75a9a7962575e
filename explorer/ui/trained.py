"""Finished runs with their curves and labels, as they are compared."""

from __future__ import annotations

from typing import TYPE_CHECKING

from explorer.compare.runs import Trained
from explorer.store import labels
from explorer.ui import cached

if TYPE_CHECKING:
    from explorer.ui.finished import Run


def trained_of(run: Run) -> Trained:
    """Return a run with everything that it is compared by."""
    return Trained(
        id=run.id,
        title=run.record.title,
        record=run.record,
        curves=cached.run_curves(run.stamp, run.folder),
        macs=cached.network(run.record.spec)[1].macs,
        tags=labels_of(run).tags,
    )


def labels_of(run: Run) -> labels.Labels:
    """Return the tags and notes of a run."""
    return labels.read(labels.place_of(run.id, run.folder))
