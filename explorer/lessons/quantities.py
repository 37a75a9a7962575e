"""The figures that a table or a sentence of a lesson can state about a network."""

from __future__ import annotations

from typing import TYPE_CHECKING, Literal, NamedTuple

from explorer.units import count, large, percent, quantity
from explorer.words import _, mark

if TYPE_CHECKING:
    from collections.abc import Callable

MISSING = "–"
_LARGE = 1000

Form = Literal["count", "large", "short", "share", "loss", "ms", "number"]
_FORMS: dict[Form, Callable[[float], str]] = {
    "count": lambda value: count(round(value)),
    "large": lambda value: large(round(value)),
    "short": quantity,
    "share": percent,
    "loss": lambda value: f"{value:.3f}",
    "ms": lambda value: f"{value:.1f} ms" if value < 100 else f"{value:.0f} ms",
    "number": lambda value: f"{value:.3g}" if abs(value) < _LARGE else count(round(value)),
}


class Quantity(NamedTuple):
    """One figure of a network.

    Attributes:
        title: Head of its column.
        form: How it is written: an exact count, a short figure, a share, a loss, milliseconds,
            or a plain number.
        hint: What it is, in a sentence.
        spec: Whether it follows from the network alone, without a run.
    """

    title: str
    form: Form
    hint: str = ""
    spec: bool = False

    def words(self, value: float | None) -> str:
        """Return a value as it is shown."""
        return MISSING if value is None else _FORMS[self.form](value)

    def gap(self, value: float) -> str:
        """Return a difference of two values as it is shown: shares in points."""
        points = _("{by} points").format(by=f"{100 * value:.1f}")
        return points if self.form == "share" else self.words(value)


QUANTITIES: dict[str, Quantity] = {
    "params": Quantity(
        mark("Parameters"), "count", mark("Every number that training changes."), spec=True
    ),
    "macs": Quantity(mark("MACs"), "short", mark("Multiply-adds for one image."), spec=True),
    "depth": Quantity(mark("Depth"), "count", mark("Weight layers in series."), spec=True),
    "num_paths": Quantity(
        mark("Paths"), "large", mark("Ways through the network, by blocks."), spec=True
    ),
    "mean_length": Quantity(
        mark("Mean length"), "number", mark("Of the paths, in blocks."), spec=True
    ),
    "receptive_field": Quantity(
        mark("Receptive field [px]"),
        "count",
        mark("Side of what one value of the last map sees."),
        spec=True,
    ),
    "relus": Quantity(
        mark("ReLUs on the main line"),
        "count",
        mark(
            "Activations that the signal passes between stem and head on the way of the shortcuts."
        ),
        spec=True,
    ),
    "train_error": Quantity(
        mark("Training error"),
        "share",
        mark(
            "Of the last epoch, on the shifted and mirrored images, while the weights change; with "
            "dropout or left-out blocks where the network has them."
        ),
    ),
    "test_error": Quantity(mark("Held-out error"), "share", mark("After the last epoch.")),
    "best_error": Quantity(mark("Best held-out error"), "share", mark("Of the best epoch.")),
    "train_loss": Quantity(
        mark("Training loss"), "loss", mark("Cross-entropy of the last epoch [nat].")
    ),
    "seconds": Quantity(mark("Seconds an epoch"), "number", mark("Training and evaluation [s].")),
    "latency": Quantity(mark("Latency"), "ms", mark("Of one image, median.")),
    "throughput": Quantity(mark("Images a second"), "number", mark("In batches, forward only.")),
    "whole": Quantity(
        mark("Error, whole"), "share", mark("On the held-out images, nothing deleted.")
    ),
    "median_left": Quantity(
        mark("Error without one block"), "share", mark("Median over all blocks.")
    ),
    "worst_left": Quantity(
        mark("Worst block deleted"), "share", mark("Error without the worst one.")
    ),
    "effective_low": Quantity(
        mark("Effective paths from"),
        "count",
        mark("Shortest of the lengths that carry 95 % of the gradient."),
    ),
    "effective_high": Quantity(
        mark("Effective paths to"),
        "count",
        mark("Longest of the lengths that carry 95 % of the gradient."),
    ),
    "effective_depth": Quantity(
        mark("Effective depth"),
        "count",
        mark("95 % of the first block's gradient came through fewer later blocks than this."),
    ),
    "mean_response": Quantity(
        mark("Mean response"),
        "number",
        mark("Standard deviation of a layer's output, mean of all layers."),
    ),
    "pointing_small": Quantity(
        mark("Pointing, small"), "share", mark("The hottest cell is on the object.")
    ),
    "pointing_medium": Quantity(
        mark("Pointing, medium"), "share", mark("The hottest cell is on the object.")
    ),
    "pointing_large": Quantity(
        mark("Pointing, large"), "share", mark("The hottest cell is on the object.")
    ),
    "coverage_small": Quantity(
        mark("Coverage, small"), "share", mark("Object at half of the maximum.")
    ),
    "coverage_medium": Quantity(
        mark("Coverage, medium"), "share", mark("Object at half of the maximum.")
    ),
    "coverage_large": Quantity(
        mark("Coverage, large"), "share", mark("Object at half of the maximum.")
    ),
}
"""Name in a lesson file -> what it is."""
