"""Ending a training before its time, on a condition that the recipe states."""

from __future__ import annotations

from types import MappingProxyType
from typing import TYPE_CHECKING, Any

from explorer.units import percent
from explorer.words import _, mark

if TYPE_CHECKING:
    from collections.abc import Mapping

    from explorer.training.events import EpochEvent
    from explorer.training.recipe import Metric, Stop

NAMES: Mapping[Metric, str] = MappingProxyType(
    {
        "test_accuracy": mark("held-out accuracy"),
        "test_loss": mark("held-out loss"),
        "test_mean_iou": mark("held-out mean IoU"),
        "train_accuracy": mark("training accuracy"),
        "train_loss": mark("training loss"),
    }
)
"""What a condition may look at, for people."""


class Watch:
    """Looks at every epoch's report and remembers the best.

    Args:
        stop: When to end; None: never.
    """

    def __init__(self, stop: Stop | None) -> None:
        """Have seen nothing."""
        self._stop = stop
        self._best: float | None = None
        self._best_epoch = 0

    def reason(self, event: EpochEvent) -> str:
        """Return why the training ends after this epoch, in a sentence; empty: it goes on."""
        stop = self._stop
        if stop is None:
            return ""
        value: float | None = getattr(event, stop.metric)
        if value is None:
            return ""
        smaller_is_better = stop.metric.endswith("loss")
        worth = -value if smaller_is_better else value
        if self._best is None or worth > self._best + stop.min_change:
            self._best, self._best_epoch = worth, event.epoch
        if stop.threshold is not None:
            wanted = -stop.threshold if smaller_is_better else stop.threshold
            if worth >= wanted:
                return self._sentence(event, _("reached {value}").format(value=self._shown(value)))
        waited = event.epoch - self._best_epoch
        if stop.patience and waited >= stop.patience:
            best = abs(self._best)
            what = _("was no better than {best} for {n} epochs").format(
                best=self._shown(best), n=waited
            )
            return self._sentence(event, what)
        return ""

    def _sentence(self, event: EpochEvent, what: str) -> str:
        assert self._stop is not None
        return _("Ended after epoch {epoch}: the {figure} {what}.").format(
            epoch=event.epoch, figure=_(NAMES[self._stop.metric]), what=what
        )

    def _shown(self, value: float) -> str:
        assert self._stop is not None
        is_loss = self._stop.metric.endswith("loss")
        return f"{value:.4f}" if is_loss else percent(value, 2)

    def state(self) -> dict[str, Any]:
        """Return what ``load`` takes."""
        return {"best": self._best, "best_epoch": self._best_epoch}

    def load(self, state: dict[str, Any]) -> None:
        """Go on from a state."""
        self._best, self._best_epoch = state["best"], state["best_epoch"]
