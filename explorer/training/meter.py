"""Running sums and times of a training."""

from __future__ import annotations

from time import perf_counter
from typing import Any, NamedTuple

import torch
from torch import Tensor


class Window(NamedTuple):
    """What happened since the last report.

    Attributes:
        loss: Mean over the images [nat].
        images_per_second: Trained on.
    """

    loss: float
    images_per_second: float


class Meter:
    """Sums of loss and hits that stay on the device until somebody asks.

    Args:
        device: Of the losses.
    """

    def __init__(self, device: torch.device) -> None:
        """Start at zero."""
        self._sums = torch.zeros(2, dtype=torch.float64, device=device)
        self._count = 0
        self._at_epoch = (0.0, 0.0, 0)
        self._at_report = (0.0, 0)
        self._reported_at = self._started_at = perf_counter()
        self._earlier_seconds = 0.0
        self._steps_at_start = 0

    def start(self, steps_left: int) -> None:
        """Begin to measure time."""
        self._reported_at = self._started_at = perf_counter()
        self._steps_at_start = steps_left

    def add(self, loss: Tensor, logits: Tensor, labels: Tensor) -> None:
        """Count one batch.

        Args:
            loss: Mean over the batch, a scalar.
            logits: (B, classes), or (B, classes, H, W).
            labels: (B,), or (B, H, W) with values below 0 where a pixel does not count; then
                each image counts by the share of its batch's pixels that are right.
        """
        hits = (logits.argmax(1) == labels).sum()
        if labels.dim() > 1:
            hits = hits * len(labels) / (labels >= 0).sum().clamp(min=1)
        self._sums += torch.stack((loss.double() * len(labels), hits))
        self._count += len(labels)

    def since_report(self) -> float:
        """Return the time since the last report, evaluation left out [s]."""
        return perf_counter() - self._reported_at

    def report(self) -> Window:
        """Return the mean since the last report; waits for the device."""
        loss_sum = float(self._sums[0])
        seconds = max(self.since_report(), 1e-9)
        earlier_sum, earlier_count = self._at_report
        count = self._count - earlier_count
        self._at_report, self._reported_at = (loss_sum, self._count), perf_counter()
        return Window((loss_sum - earlier_sum) / max(count, 1), count / seconds)

    def epoch(self) -> tuple[float, float]:
        """Return mean loss [nat] and accuracy (0..1) of the epoch so far."""
        loss_sum, hits = self._sums.tolist()
        earlier_sum, earlier_hits, earlier_count = self._at_epoch
        count = max(self._count - earlier_count, 1)
        return (loss_sum - earlier_sum) / count, (hits - earlier_hits) / count

    def end_epoch(self, evaluation: float) -> None:
        """Begin the next epoch.

        Args:
            evaluation: Time since the last batch, which no rate shall count [s].
        """
        loss_sum, hits = self._sums.tolist()
        self._at_epoch = (loss_sum, hits, self._count)
        self._reported_at += evaluation

    def seconds(self) -> float:
        """Return the time spent so far, interruptions left out [s]."""
        return self._earlier_seconds + perf_counter() - self._started_at

    def seconds_left(self, steps_left: int) -> float:
        """Return how long the remaining steps take at the pace since the start [s]."""
        done = max(self._steps_at_start - steps_left, 1)
        return (perf_counter() - self._started_at) / done * steps_left

    def state_dict(self) -> dict[str, Any]:
        """Return the sums, where the running epoch began, and the time spent."""
        return {
            "sums": self._sums,
            "count": self._count,
            "at_epoch": self._at_epoch,
            "seconds": self.seconds(),
        }

    def load_state_dict(self, state: dict[str, Any]) -> None:
        """Go on from what ``state_dict`` returned."""
        self._sums.copy_(state["sums"])
        self._count, self._earlier_seconds = state["count"], state["seconds"]
        self._at_epoch = tuple(state["at_epoch"])
        self._at_report = (float(self._sums[0]), self._count)
