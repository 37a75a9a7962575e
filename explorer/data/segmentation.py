"""A data set seen as classes of pixels: what a network that segments is trained on."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from explorer.errors import DataError
from explorer.words import _

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from explorer.data.dataset import Dataset, Split

BACKGROUND = "background"
IGNORED = 255
"""The value of a pixel that counts neither in the loss nor in a score."""


@dataclass(frozen=True, eq=False)
class Segmentation:
    """The class of every pixel of a data set.

    Attributes:
        classes: Their names, the background first.
        train: ``(N, H, W)`` uint8, indices into ``classes``, or ``IGNORED``.
        test: The same of the held-out images.
    """

    classes: tuple[str, ...]
    train: NDArray[np.uint8]
    test: NDArray[np.uint8]


@dataclass(frozen=True, eq=False)
class MaskedImage:
    """An image with its true mask and one that a network predicts.

    Attributes:
        image: ``(H, W, 3)`` uint8, RGB.
        wanted: ``(H, W)`` uint8, classes or ``IGNORED``.
        predicted: ``(H, W)`` uint8, classes.
    """

    image: NDArray[np.uint8]
    wanted: NDArray[np.uint8]
    predicted: NDArray[np.uint8]


def segmentation(dataset: Dataset) -> Segmentation:
    """Return the class masks of a data set.

    A set that states a class for every pixel gives that; one with a mask of the object in each
    image gives 0 for the background and ``label + 1`` on the object.

    Raises:
        DataError: The set has neither, or too many classes for a byte.
    """
    if dataset.pixel_classes:
        return Segmentation(dataset.pixel_classes, _stated(dataset.train), _stated(dataset.test))
    if dataset.train.masks is None or dataset.test.masks is None:
        raise DataError(
            _("The data set {name} has no masks, so no network can learn to segment it.").format(
                name=dataset.name
            ),
            _("Choose one with masks, such as shapes, or set the network's head to classify."),
        )
    if dataset.num_classes >= IGNORED:
        raise DataError(
            _("The data set {name} has {num_classes} classes, too many for masks.").format(
                name=dataset.name, num_classes=dataset.num_classes
            ),
            _("Masks have at most {value} classes.").format(value=IGNORED - 1),
        )
    return Segmentation(
        (BACKGROUND, *dataset.classes), _of_objects(dataset.train), _of_objects(dataset.test)
    )


def _stated(split: Split) -> NDArray[np.uint8]:
    assert split.pixels is not None
    return split.pixels


def _of_objects(split: Split) -> NDArray[np.uint8]:
    assert split.masks is not None
    return split.masks * (split.labels + 1).astype(np.uint8)[:, None, None]
