"""The figures that a table or a sentence of a lesson can state about a network."""

from __future__ import annotations

from typing import TYPE_CHECKING, Literal, NamedTuple

from explorer.units import count, large, percent, quantity

if TYPE_CHECKING:
    from collections.abc import Callable

MISSING = "–"


Form = Literal["count", "large", "short", "share", "loss", "ms", "number"]
_FORMS: dict[Form, Callable[[float], str]] = {
    "count": lambda value: count(round(value)),
    "large": lambda value: large(round(value)),
    "short": quantity,
    "share": percent,
    "loss": lambda value: f"{value:.3f}",
    "ms": lambda value: f"{value:.1f} ms" if value < 100 else f"{value:.0f} ms",
    "number": lambda value: f"{value:.3g}",
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
        return f"{100 * value:.1f} points" if self.form == "share" else self.words(value)


QUANTITIES: dict[str, Quantity] = {
    "params": Quantity("Parameters", "count", "Every number that training changes.", spec=True),
    "macs": Quantity("MACs", "short", "Multiply-adds for one image.", spec=True),
    "depth": Quantity("Depth", "count", "Weight layers in series.", spec=True),
    "num_paths": Quantity("Paths", "large", "Ways through the network, by blocks.", spec=True),
    "mean_length": Quantity("Mean length", "number", "Of the paths, in blocks.", spec=True),
    "receptive_field": Quantity(
        "Receptive field [px]", "count", "Side of what one value of the last map sees.", spec=True
    ),
    "relus": Quantity(
        "ReLUs on the main line",
        "count",
        "Activations that the signal passes between stem and head on the way of the shortcuts.",
        spec=True,
    ),
    "train_error": Quantity(
        "Training error", "share", "Of the last epoch, on the shifted and mirrored images."
    ),
    "test_error": Quantity("Held-out error", "share", "After the last epoch."),
    "best_error": Quantity("Best held-out error", "share", "Of the best epoch."),
    "train_loss": Quantity("Training loss", "loss", "Cross-entropy of the last epoch [nat]."),
    "seconds": Quantity("Seconds an epoch", "number", "Training and evaluation [s]."),
    "latency": Quantity("Latency", "ms", "Of one image, median."),
    "throughput": Quantity("Images a second", "number", "In batches, forward only."),
    "whole": Quantity("Error, whole", "share", "On the held-out images, nothing deleted."),
    "median_left": Quantity("Error without one block", "share", "Median over all blocks."),
    "worst_left": Quantity("Worst block deleted", "share", "Error without the worst one."),
    "effective_low": Quantity(
        "Effective paths from", "count", "Shortest of the lengths that carry 95 % of the gradient."
    ),
    "effective_high": Quantity(
        "Effective paths to", "count", "Longest of the lengths that carry 95 % of the gradient."
    ),
    "effective_depth": Quantity(
        "Effective depth", "count", "Blocks in series that the first block's gradient passes."
    ),
    "mean_response": Quantity(
        "Mean response", "number", "Standard deviation of a layer's output, mean of all layers."
    ),
    "pointing_small": Quantity("Pointing, small", "share", "The hottest cell is on the object."),
    "pointing_medium": Quantity("Pointing, medium", "share", "The hottest cell is on the object."),
    "pointing_large": Quantity("Pointing, large", "share", "The hottest cell is on the object."),
    "coverage_small": Quantity("Coverage, small", "share", "Object at half of the maximum."),
    "coverage_medium": Quantity("Coverage, medium", "share", "Object at half of the maximum."),
    "coverage_large": Quantity("Coverage, large", "share", "Object at half of the maximum."),
}
"""Name in a lesson file -> what it is."""
