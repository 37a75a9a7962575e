"""What a training says while it runs.

``metrics()`` gives the names under which a report stands in ``metrics.jsonl`` and in the job's
ledger; all values are finite numbers.
"""

from __future__ import annotations

from dataclasses import asdict, dataclass, field
from typing import Any

GRADIENT = "gradient_norm_"
"""Begins the name of a stage's gradient norm among the metrics."""


@dataclass(frozen=True, slots=True)
class LoadEvent:
    """Data is being made ready.

    Attributes:
        text: What is being done.
        fraction: How much of it is done, 0..1.
    """

    text: str
    fraction: float


@dataclass(frozen=True, slots=True)
class StepEvent:
    """A report about four times a second.

    Attributes:
        step: Steps done.
        epoch: Epochs done, with the part of the running one.
        loss: Mean training loss since the last report [nat].
        lr: Learning rate of the last step.
        images_per_second: Since the last report.
        fraction: Share of the whole training, 0..1.
        seconds_left: Estimate for the whole training [s].
        gradient_norms: Of the last step by stage: ``stem``, ``layer1`` .. and ``head``.
        threads: Of the processor.
    """

    step: int
    epoch: float
    loss: float
    lr: float
    images_per_second: float
    fraction: float
    seconds_left: float
    gradient_norms: dict[str, float] = field(default_factory=dict[str, float])
    threads: int = 1

    def metrics(self) -> dict[str, float]:
        """Return everything but the step, each gradient norm by a name of its own."""
        found = _metrics(self)
        norms = found.pop("gradient_norms")
        return {**found, **{f"{GRADIENT}{stage}": norm for stage, norm in norms.items()}}


@dataclass(frozen=True, slots=True)
class EpochEvent:
    """The end of an epoch, evaluated on the held-out images.

    Attributes:
        step: Steps done.
        epoch: Epochs done.
        train_loss: Mean over the epoch's images, augmented, while the weights changed [nat].
        train_accuracy: Top-1 over the same images, of their pixels in segmentation, 0..1.
        test_loss: Mean cross-entropy on the held-out images, without smoothing [nat].
        test_accuracy: Top-1 on the held-out images, of their pixels in segmentation, 0..1.
        seconds: Spent training and evaluating so far, interruptions left out [s].
        training_seconds: Spent in steps alone [s].
        test_mean_iou: Of the classes on the held-out images, 0..1; None in classification.
        class_iou: Of each class, 0..1; None for a class that no pixel has or is given.
    """

    step: int
    epoch: int
    train_loss: float
    train_accuracy: float
    test_loss: float
    test_accuracy: float
    seconds: float
    training_seconds: float = 0.0
    test_mean_iou: float | None = None
    class_iou: tuple[float | None, ...] = ()

    def metrics(self) -> dict[str, float]:
        """Return the figures; the accuracies of pixels are called ``pixel_accuracy``."""
        found = _metrics(self)
        del found["class_iou"]
        if found["test_mean_iou"] is None:
            del found["test_mean_iou"]
            return found
        return {name.replace("accuracy", "pixel_accuracy"): found[name] for name in found}


Event = LoadEvent | StepEvent | EpochEvent


def _metrics(event: StepEvent | EpochEvent) -> dict[str, Any]:
    return {name: value for name, value in asdict(event).items() if name != "step"}
