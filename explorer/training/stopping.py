"""Ending a training before its time, on a condition that the recipe states."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from explorer.units import percent

if TYPE_CHECKING:
    from explorer.training.events import EpochEvent
    from explorer.training.recipe import Stop


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
                return self._sentence(event, f"reached {self._shown(value)}")
        waited = event.epoch - self._best_epoch
        if stop.patience and waited >= stop.patience:
            best = abs(self._best)
            what = f"was no better than {self._shown(best)} for {waited} epochs"
            return self._sentence(event, what)
        return ""

    def _sentence(self, event: EpochEvent, what: str) -> str:
        assert self._stop is not None
        name = self._stop.metric.replace("_", " ").replace("iou", "IoU")
        name = name.replace("test", "held-out").replace("train ", "training ")
        return f"Ended after epoch {event.epoch}: the {name} {what}."

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
