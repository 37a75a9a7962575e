"""The jobs and finished runs that the pages offer."""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

from explorer.jobs import client
from explorer.store.imported import imported
from explorer.store.paths import home
from explorer.store.pretrained import fetched
from explorer.store.records import State
from explorer.store.runs import WEIGHTS
from explorer.store.zoo import PREFIX, bundled
from explorer.ui import cached
from explorer.ui.i18n import _
from explorer.units import percent

if TYPE_CHECKING:
    from pathlib import Path

    from explorer.store.runs import RunRecord
    from explorer.store.zoo import Card

TRAIN = "train"
MAX_FINISHED = 500


class Run(NamedTuple):
    """A finished training run.

    Attributes:
        id: Of its job, also in links.
        folder: Where it lies.
        record: What it says about itself.
        card: What a bundled run says beside; None for one of this person's own.
    """

    id: str
    folder: Path
    record: RunRecord
    card: Card | None = None

    @property
    def stamp(self) -> str:
        """Return what changes when the run is trained again."""
        # Of the weights, not of the folder: tags and notes are no training.
        return f"{self.id}-{(self.folder / WEIGHTS).stat().st_mtime_ns}"

    @property
    def label(self) -> str:
        """Return its name in a list: title, data, accuracy or mean IoU."""
        result = self.record.result
        share = f" · {percent(result.accuracy)}" if result else ""
        if result and result.mean_iou is not None:
            share = f" · mIoU {percent(result.mean_iou)}"
        origin = f" · {_('bundled')}" if self.card else ""
        if self.record.seed:
            origin = f" · {_('seed {n}').format(n=self.record.seed)}{origin}"
        data = self.record.data.name.rsplit("/", 1)[-1]
        return f"{self.record.title} · {data}{share}{origin}"

    @property
    def segments(self) -> bool:
        """Return whether its network says a class of every pixel."""
        return self.record.spec.head.kind == "segment"


def finished_runs() -> dict[str, Run]:
    """Return the finished runs by id, newest first, then those taken in, bundled and fetched."""
    runs: dict[str, Run] = {}
    for job in client.jobs(MAX_FINISHED, kind=TRAIN, state=State.DONE):
        folder = home().run(job.id)
        record = cached.run_record(folder)
        if record:
            runs[job.id] = Run(job.id, folder, record)
    runs.update((one.id, Run(one.id, one.folder, one.record)) for one in imported())
    runs.update((one.id, Run(one.id, one.folder, one.record, one.card)) for one in bundled())
    runs.update((one.id, Run(one.id, one.folder, one.record)) for one in fetched())
    return runs


def twin_of(run: Run, runs: dict[str, Run]) -> Run | None:
    """Return the run that differs from another in its shortcuts alone, or None.

    That is what a card says, or else the newest run on the same data with stages of equal depth,
    width and stride, of which just one has shortcuts.
    """
    if run.card:
        return runs.get(PREFIX + run.card.twin)

    def outline(of: Run) -> tuple[object, ...]:
        stages = tuple((s.depth, s.width, s.stride, s.overrides) for s in of.record.spec.stages)
        return of.record.data.name, of.record.data.classes, of.record.data.image_size, stages

    def is_plain(of: Run) -> bool:
        return all(stage.block.kind == "plain" for stage in of.record.spec.stages)

    alike = (one for one in runs.values() if outline(one) == outline(run) and not one.segments)
    return next((one for one in alike if is_plain(one) != is_plain(run)), None)
