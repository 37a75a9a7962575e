"""What can be counted in a data set: images by class, and its colours."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from explorer.data.progress import into
from explorer.data.registry import load

if TYPE_CHECKING:
    from pathlib import Path

    from explorer.data.dataset import Colour, Dataset


@dataclass(frozen=True, slots=True)
class ClassCount:
    """Images of one class.

    Attributes:
        name: Of the class.
        train: To train on.
        test: Held out.
    """

    name: str
    train: int
    test: int


@dataclass(frozen=True, slots=True)
class Statistics:
    """A data set in figures.

    Attributes:
        counts: By class, in the order of the labels.
        image_size: Height and width [px].
        mean: Of the training pixels by channel, 0..1.
        std: Standard deviation of the same, 0..1.
        has_masks: Whether every image has a mask of its object.
    """

    counts: tuple[ClassCount, ...]
    image_size: int
    mean: Colour
    std: Colour
    has_masks: bool

    @property
    def num_train(self) -> int:
        """Images to train on."""
        return sum(count.train for count in self.counts)

    @property
    def num_test(self) -> int:
        """Images that are held out."""
        return sum(count.test for count in self.counts)


def statistics(dataset: Dataset) -> Statistics:
    """Count what a data set has."""
    train, test = (
        np.bincount(split.labels, minlength=dataset.num_classes)
        for split in (dataset.train, dataset.test)
    )
    counts = zip(dataset.classes, train.tolist(), test.tolist(), strict=True)
    return Statistics(
        tuple(ClassCount(*count) for count in counts),
        dataset.image_size,
        dataset.mean,
        dataset.std,
        dataset.train.masks is not None,
    )


def of(name: str, progress: Path | None = None) -> Statistics:
    """Read a set as a training would, and count what it has.

    Args:
        name: As for ``load``.
        progress: A file for the share that is done, 0..1.

    Raises:
        DataError: What ``load`` raises.
    """
    return statistics(load(name, on_progress=into(progress)))
