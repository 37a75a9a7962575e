"""The jobs and finished runs that the pages offer."""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

from explorer.jobs import client
from explorer.store.paths import home
from explorer.store.records import State
from explorer.ui import cached
from explorer.units import percent

if TYPE_CHECKING:
    from pathlib import Path

    from explorer.store.records import Job
    from explorer.store.runs import RunRecord

TRAIN = "train"
MAX_LISTED = 50


class Run(NamedTuple):
    """A finished training run.

    Attributes:
        id: Of its job, also in links.
        folder: Where it lies.
        record: What it says about itself.
    """

    id: str
    folder: Path
    record: RunRecord

    @property
    def stamp(self) -> str:
        """Return what changes when the run is trained again."""
        return f"{self.id}-{self.folder.stat().st_mtime_ns}"

    @property
    def label(self) -> str:
        """Return its name in a list: title, data, accuracy or mean IoU."""
        result = self.record.result
        share = f" · {percent(result.accuracy)}" if result else ""
        if result and result.mean_iou is not None:
            share = f" · mIoU {percent(result.mean_iou)}"
        return f"{self.record.title} · {self.record.data.name.rsplit('/', 1)[-1]}{share}"

    @property
    def segments(self) -> bool:
        """Return whether its network says a class of every pixel."""
        return self.record.spec.head.kind == "segment"


def training_jobs() -> list[Job]:
    """Return the newest training jobs first."""
    return [job for job in client.jobs(MAX_LISTED) if job.kind == TRAIN]


def finished_runs() -> dict[str, Run]:
    """Return the finished runs by id, newest first."""
    runs: dict[str, Run] = {}
    for job in training_jobs():
        folder = home().run(job.id)
        record = cached.run_record(folder) if job.state is State.DONE else None
        if record:
            runs[job.id] = Run(job.id, folder, record)
    return runs
