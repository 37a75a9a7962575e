"""One sitting of a run: its trainer together with its files."""

from __future__ import annotations

from dataclasses import asdict
from time import monotonic
from typing import TYPE_CHECKING

import torch

from explorer import weights
from explorer.builder import build
from explorer.store import runs
from explorer.store.runs import Result
from explorer.training import checkpoint
from explorer.training.events import EpochEvent, StepEvent
from explorer.training.loop import Trainer, diverged
from explorer.training.metrics import MetricsFile
from explorer.training.recipe import from_data
from explorer.training.snapshots import snapshot_epochs, state_size

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from pathlib import Path

    from explorer.data import Dataset
    from explorer.store.runs import RunRecord

CHECKPOINT_SECONDS = 30.0
"""Least time between two checkpoints, so that large networks do not mostly write."""


class Session:
    """From the folder's checkpoint, or from the beginning, to the end of a run.

    Args:
        record: What is trained.
        dataset: Its data.
        device: Where.
        folder: Of the run; its record is written already.
        on_batch: Called after every batch; may raise to stop.
        on_saved: Called with step and accuracy once a checkpoint is complete.

    Raises:
        DataError: There are too few images.
        JobError: The checkpoint cannot be read.
    """

    def __init__(
        self,
        record: RunRecord,
        dataset: Dataset,
        device: torch.device,
        folder: Path,
        on_batch: Callable[[], None],
        on_saved: Callable[[int, float | None], None] = lambda _step, _score: None,
    ) -> None:
        """Build the network and go to where the run was interrupted."""
        self._record, self._folder, self._on_saved = record, folder, on_saved
        self._recipe = from_data(record.recipe)
        torch.manual_seed(record.seed)
        self._network = build(record.spec)
        self._trainer = Trainer(
            self._network,
            dataset,
            self._recipe,
            seed=record.seed,
            device=device,
            segments=record.spec.head.kind == "segment",
            on_batch=on_batch,
        )
        self._kept_epochs = snapshot_epochs(self._recipe.epochs, state_size(self._network))
        self._num_test = len(dataset.test)
        self._last: EpochEvent | None = None
        metrics_size = 0
        state = checkpoint.load(folder)
        if state is not None:
            self._trainer.load_state_dict(state["trainer"])
            self._last = EpochEvent(**state["last"]) if state["last"] else None
            metrics_size = state["metrics_size"]
        self._metrics = MetricsFile(folder, metrics_size)
        self._saved_at = monotonic()

    def events(self) -> Iterator[StepEvent | EpochEvent]:
        """Train; every event is in the metrics file before it is yielded.

        Raises:
            JobError: The training diverged.
        """
        for event in self._trainer.events():
            self._metrics.write(event)
            if isinstance(event, EpochEvent):
                self._last = event
                self._keep(event.epoch)
            if monotonic() - self._saved_at >= CHECKPOINT_SECONDS:
                self.save()
            yield event

    def _keep(self, epoch: int) -> None:
        """Keep the weights after some epochs; before the checkpoint, so that none gets lost."""
        if epoch in self._kept_epochs:
            path = runs.snapshot(self._folder, epoch)
            path.parent.mkdir(exist_ok=True)
            weights.save(self._network, path)

    def save(self) -> None:
        """Write the checkpoint.

        Raises:
            JobError: A weight is no longer a number; the checkpoint before is kept.
        """
        if not self._trainer.is_finite():
            raise diverged(self._recipe, self._trainer.epoch)
        state = {
            "trainer": self._trainer.state_dict(),
            "last": asdict(self._last) if self._last else None,
            "metrics_size": self._metrics.size(),
        }
        checkpoint.save(self._folder, state)
        score = self._last.test_accuracy if self._last else None
        self._on_saved(self._trainer.step, score)
        self._saved_at = monotonic()

    def finish(self) -> RunRecord:
        """Write weights and result, remove the checkpoint, and return the record.

        Raises:
            JobError: A weight is no longer a number.
        """
        if not self._trainer.is_finite():
            raise diverged(self._recipe, self._trainer.epoch - 1)
        last = self._last
        assert last is not None
        result = Result(
            accuracy=last.test_accuracy,
            loss=last.test_loss,
            num_images=self._num_test,
            seconds=last.seconds,
            epochs=last.epoch,
            mean_iou=last.test_mean_iou,
            class_iou=last.class_iou,
        )
        record = self._record.model_copy(update={"result": result})
        weights.save(self._network, self._folder / runs.WEIGHTS)
        runs.write(self._folder, record)
        checkpoint.remove(self._folder)
        return record

    def close(self) -> None:
        """Close the files."""
        self._metrics.close()
