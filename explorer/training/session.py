"""One sitting of a run: its trainer together with its files."""

from __future__ import annotations

import time
from dataclasses import asdict
from time import monotonic
from typing import TYPE_CHECKING, Any

import torch

from explorer import weights
from explorer.builder import build
from explorer.errors import JobError
from explorer.graph import lower
from explorer.store import runs
from explorer.store.runs import Result
from explorer.training import checkpoint
from explorer.training.events import EpochEvent, StepEvent
from explorer.training.failures import is_out_of_memory
from explorer.training.feed import Feed
from explorer.training.loop import Trainer, diverged, require_images
from explorer.training.metrics import MetricsFile
from explorer.training.plan import Plan, from_record
from explorer.training.recipe import from_data
from explorer.training.snapshots import snapshot_epochs, state_size
from explorer.training.tuning import Subject, decide
from explorer.words import _, mark

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from pathlib import Path

    from explorer.data import Dataset
    from explorer.store.runs import RunRecord

CHECKPOINT_SECONDS = 30.0
"""Least time between two checkpoints, so that large networks do not mostly write."""
_THREADS = mark(
    "Other programs kept this machine busy, so that fewer threads were quicker for a while; the "
    "last digits of the weights depend on their number."
)


class Session:
    """From the folder's checkpoint, or from the beginning, to the end of a run.

    Args:
        record: What is trained.
        dataset: Its data.
        device: Where.
        folder: Of the run; its record is written already.
        on_batch: Called after every batch; may raise to stop.
        on_saved: Called with step and accuracy once a checkpoint is complete.
        command: Returns the command line that makes a run again.

    Attributes:
        record: With how it is carried out.

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
        command: Callable[[RunRecord], str] = lambda _record: "",
    ) -> None:
        """Build the network and go to where the run was interrupted."""
        self._folder, self._on_saved, self._command = folder, on_saved, command
        self._recipe = from_data(record.recipe)
        torch.manual_seed(record.seed)
        self._network = build(record.spec)
        require_images(dataset)
        segments = record.spec.head.kind == "segment"
        feed = Feed(dataset, self._recipe, device, segments=segments)
        state = checkpoint.load(folder)
        plan = self._plan(state["plan"] if state else record.plan, record, feed, device)
        self.record = self._planned(record, plan)
        self._trainer = Trainer(
            self._network,
            dataset,
            self._recipe,
            seed=record.seed,
            device=device,
            plan=plan,
            feed=feed,
            segments=segments,
            on_batch=on_batch,
        )
        num_epochs = self._trainer.length.num_epochs
        self._kept_epochs = snapshot_epochs(num_epochs, state_size(self._network))
        self._num_test = len(dataset.test)
        self._last: EpochEvent | None = None
        self._first_seconds: float | None = None
        metrics_size = self._resume(state)
        self._metrics = MetricsFile(folder, metrics_size)
        self._saved_at = monotonic()

    @property
    def parts(self) -> int:
        """Into how many parts a batch is split."""
        return self._trainer.plan.parts

    def _plan(
        self, begun: dict[str, Any], record: RunRecord, feed: Feed, device: torch.device
    ) -> Plan:
        """Return how the run was begun, or decide how it is carried out."""
        kept, asked = from_record(begun), from_record(record.plan)
        if kept is not None:
            if asked is not None and asked.parts > kept.parts:
                kept = kept.changed(parts=asked.parts)
            # Another number of threads would add in another order.
            torch.set_num_threads(kept.threads)
            return kept
        subject = Subject(
            network=self._network,
            feed=feed,
            recipe=self._recipe,
            device=device,
            digest=record.spec.digest,
            num_nodes=len(lower(record.spec).nodes),
        )
        return decide(subject)

    def _planned(self, record: RunRecord, plan: Plan) -> RunRecord:
        kept = plan.model_dump(mode="json")
        if record.plan == kept:
            return record
        planned = record.model_copy(update={"plan": kept})
        planned = planned.model_copy(update={"command": self._command(planned)})
        runs.write(self._folder, planned)
        return planned

    def _resume(self, state: dict[str, Any] | None) -> int:
        """Go to where the run was interrupted, if it was; return the size of its metrics then."""
        if state is None:
            return 0
        try:
            self._trainer.load_state_dict(state["trainer"])
            if state["last"]:
                last = dict(state["last"])
                class_iou = tuple(last.pop("class_iou"))
                self._last = EpochEvent(**last, class_iou=class_iou)
            self._first_seconds = state["first_seconds"]
            return state["metrics_size"]
        except (LookupError, TypeError, AttributeError, ValueError, RuntimeError) as error:
            if is_out_of_memory(error):
                raise
            raise JobError(
                _("The checkpoint in {folder} does not fit this run.").format(folder=self._folder),
                _("Delete it to train from the beginning."),
            ) from error

    def events(self) -> Iterator[StepEvent | EpochEvent]:
        """Train; every event is in the metrics file before it is yielded.

        Raises:
            JobError: The training diverged.
        """
        for event in self._trainer.events():
            self._metrics.write(event)
            if self._first_seconds is None:
                self._first_seconds = self._since_submitted()
            if isinstance(event, EpochEvent):
                self._last = event
                self._keep(event.epoch)
            if monotonic() - self._saved_at >= CHECKPOINT_SECONDS:
                self.save()
            yield event

    def _since_submitted(self) -> float | None:
        asked = self.record.submitted
        return None if asked is None else max(time.time() - asked, 0.0)

    def _keep(self, epoch: int) -> None:
        """Keep the weights after some epochs; before the checkpoint, so that none gets lost."""
        if epoch in self._kept_epochs:
            path = runs.snapshot(self._folder, epoch)
            path.parent.mkdir(exist_ok=True)
            with self._trainer.averaged():
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
            # Here too: another machine that goes on may have nothing but this file.
            "plan": self.record.plan,
            "last": asdict(self._last) if self._last else None,
            "first_seconds": self._first_seconds,
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
        with self._trainer.averaged():
            weights.save(self._network, self._folder / runs.WEIGHTS)
        notes = [self._trainer.stopped, _(_THREADS) if self._trainer.threads.changed else ""]
        record = self.record.model_copy(
            update={
                "result": self._result(),
                "notes": (*self.record.notes, *filter(None, notes)),
            }
        )
        runs.write(self._folder, record)
        checkpoint.remove(self._folder)
        return record

    def _result(self) -> Result:
        last = self._last
        assert last is not None
        return Result(
            accuracy=last.test_accuracy,
            loss=last.test_loss,
            num_images=self._num_test,
            seconds=last.seconds,
            epochs=last.epoch,
            steps=last.step,
            training_seconds=last.training_seconds,
            first_seconds=self._first_seconds,
            result_seconds=self._since_submitted(),
            mean_iou=last.test_mean_iou,
            class_iou=last.class_iou,
        )

    def close(self) -> None:
        """Close the files."""
        self._metrics.close()
