"""The progress bar of a training, on a terminal only."""

from __future__ import annotations

import sys
from typing import TYPE_CHECKING, Self

from tqdm import tqdm

from explorer.training.events import EpochEvent, LoadEvent, StepEvent
from explorer.units import percent

if TYPE_CHECKING:
    from explorer.training.events import Event

_FORMAT = "{desc} {percentage:3.0f} % |{bar}| {elapsed} {postfix}"


class Bar:
    """One line that is drawn over on standard error.

    Args:
        shown: Whether there is a terminal to draw on.
    """

    def __init__(self, *, shown: bool) -> None:
        """Draw an empty bar."""
        self._bar = tqdm(
            total=1.0, disable=not shown, bar_format=_FORMAT, dynamic_ncols=True, leave=False
        )

    def __enter__(self) -> Self:
        """Return the bar."""
        return self

    def __exit__(self, *_: object) -> None:
        """Wipe the line."""
        self._bar.close()

    def show(self, event: Event) -> None:
        """Draw an event; the end of an epoch stays as a line above the bar."""
        match event:
            case LoadEvent(text, fraction):
                self._draw(fraction, text, "")
            case StepEvent():
                rate = f"{event.images_per_second:.0f} img/s, loss {event.loss:.3f}"
                left = tqdm.format_interval(event.seconds_left)
                self._draw(event.fraction, "Training", f"{rate}, {left} left")
            case EpochEvent():
                share = (
                    f"accuracy {percent(event.test_accuracy)}"
                    if event.test_mean_iou is None
                    else f"mean IoU {percent(event.test_mean_iou)}"
                )
                if not self._bar.disable:
                    self._bar.write(
                        f"Epoch {event.epoch}: loss {event.train_loss:.3f}, "
                        f"held out: loss {event.test_loss:.3f}, {share}",
                        file=sys.stderr,
                    )

    def _draw(self, fraction: float, text: str, postfix: str) -> None:
        if self._bar.disable:
            return
        self._bar.set_description_str(text, refresh=False)
        self._bar.set_postfix_str(postfix, refresh=False)
        self._bar.n = fraction
        self._bar.refresh()
