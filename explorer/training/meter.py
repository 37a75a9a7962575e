"""Running sums and times of a training."""

from __future__ import annotations

from time import perf_counter
from typing import TYPE_CHECKING, Any, NamedTuple

import torch

if TYPE_CHECKING:
    from torch import Tensor


class Window(NamedTuple):
    """What happened since the last report.

    Attributes:
        loss: Mean over the images [nat].
        images_per_second: Trained on.
        more: Values that were asked for beside.
    """

    loss: float
    images_per_second: float
    more: tuple[float, ...]


class Meter:
    """Sums of loss and hits that stay on the device until somebody asks.

    Args:
        sums: Of loss [nat] and hits, that the steps add to.
    """

    def __init__(self, sums: Tensor) -> None:
        """Start at zero."""
        self._sums = sums
        self._count = 0
        self._at_epoch = (0.0, 0.0, 0)
        self._at_report = (0.0, 0)
        self._reported_at = self._started_at = perf_counter()
        self._earlier_seconds = self._earlier_training = 0.0
        self._evaluating = 0.0
        self._steps_at_start = 0

    def start(self, steps_left: int) -> None:
        """Begin to measure time."""
        self._reported_at = self._started_at = perf_counter()
        self._steps_at_start = steps_left

    def count(self, images: int) -> None:
        """Note that a step has added so many images to the sums."""
        self._count += images

    def since_report(self) -> float:
        """Return the time since the last report, evaluation left out [s]."""
        return perf_counter() - self._reported_at

    def report(self, more: Tensor) -> Window:
        """Return the mean since the last report; waits for the device, once.

        Args:
            more: Other values on the device that are wanted, float64.
        """
        loss_sum, *others = torch.cat((self._sums[:1], more)).tolist()
        seconds = max(self.since_report(), 1e-9)
        earlier_sum, earlier_count = self._at_report
        count = self._count - earlier_count
        self._at_report, self._reported_at = (loss_sum, self._count), perf_counter()
        return Window((loss_sum - earlier_sum) / max(count, 1), count / seconds, tuple(others))

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
        self._evaluating += evaluation

    def seconds(self) -> float:
        """Return the time spent so far, interruptions left out [s]."""
        return self._earlier_seconds + perf_counter() - self._started_at

    def training_seconds(self) -> float:
        """Return the time spent in steps, without evaluation and interruptions [s]."""
        return self._earlier_training + perf_counter() - self._started_at - self._evaluating

    def seconds_left(self, steps_left: int) -> float:
        """Return how long the remaining steps take at the pace since the start [s]."""
        done = max(self._steps_at_start - steps_left, 1)
        return (perf_counter() - self._started_at) / done * steps_left

    def state_dict(self) -> dict[str, Any]:
        """Return the sums, where the running epoch began, and the time spent."""
        return {
            "sums": self._sums,
            "count": self._count,
            "at_epoch": list(self._at_epoch),
            "seconds": self.seconds(),
            "training_seconds": self.training_seconds(),
        }

    def load_state_dict(self, state: dict[str, Any]) -> None:
        """Go on from what ``state_dict`` returned."""
        self._sums.copy_(state["sums"])
        self._count, self._earlier_seconds = state["count"], state["seconds"]
        self._earlier_training = state["training_seconds"]
        loss_sum, hits, count = state["at_epoch"]
        self._at_epoch = (loss_sum, hits, count)
        self._at_report = (float(self._sums[0]), self._count)
