"""The held-out images that maps are measured on, with the exact masks of their objects."""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

import numpy as np

from explorer.data import load, samples
from explorer.data.registry import shapes_config
from explorer.data.segmentation import IGNORED
from explorer.data.shapes import PRESETS
from explorer.data.shapes.config import CLASSES
from explorer.errors import DataError
from explorer.words import _

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from explorer.store.runs import DataRecord

SMALL, LARGE = 0.04, 0.14
"""Shares of the area up to which an object is small, and from which it is large: between the
ranges that the drawn shapes have."""


MOST_SEED = 2**32


class MaskedImages(NamedTuple):
    """Images with masks.

    Attributes:
        images: (N, S, S, 3) uint8.
        labels: (N,).
        masks: (N, S, S), True on the object.
        counted: (N, S, S), False where the set does not say what a pixel is.
        sizes: (N,), 0 small, 1 medium, 2 large.
    """

    images: NDArray[np.uint8]
    labels: NDArray[np.int64]
    masks: NDArray[np.bool_]
    counted: NDArray[np.bool_]
    sizes: NDArray[np.uint8]


def masked_images(name: str, trained: DataRecord, num_images: int, seed: int) -> MaskedImages:
    """Return some held-out images of a data set, at the size and split of a run.

    Args:
        name: A data set's name.
        trained: Of the run.
        num_images: How many; fewer where there are fewer.
        seed: Decides which.

    Raises:
        DataError: No such data, no masks, classes that are not the run's, or a number out of range.
    """
    if num_images < 1:
        raise DataError(
            _("There is nothing to measure on no image."), _("Ask for 200 images or more.")
        )
    if not 0 <= seed < MOST_SEED:
        raise DataError(
            _("The seed {seed} is out of range.").format(seed=seed),
            _("Use a whole number from 0 to 4,294,967,295."),
        )
    count, classes = _facts(name, trained)
    if classes != trained.classes:
        raise DataError(
            _("The data set {name} has other classes than the runs were trained on.").format(
                name=name
            ),
            _("Measure on {name}.").format(name=trained.name),
        )
    random = np.random.Generator(np.random.Philox(seed))
    places = np.sort(random.permutation(count)[:num_images]).tolist()
    found = samples(name, places, seed=trained.seed, image_size=trained.image_size)
    pixels = [sample.pixels for sample in found if sample.pixels is not None]
    if len(pixels) < len(found):
        raise DataError(
            _("The data set {name} has no masks, so nothing says where its objects are.").format(
                name=name
            ),
            _("Measure on one with masks, such as shapes."),
        )
    stated = np.array(pixels)
    counted = stated != IGNORED
    masks = (stated > 0) & counted
    seen = masks.any((1, 2))
    share = masks.mean((1, 2))
    sizes = np.array(
        [
            _size(area) if sample.stratum is None else sample.stratum
            for sample, area in zip(found, share, strict=True)
        ],
        np.uint8,
    )
    images = np.array([sample.image for sample in found])
    labels = np.array([sample.label for sample in found], np.int64)
    return MaskedImages(images[seen], labels[seen], masks[seen], counted[seen], sizes[seen])


def _facts(name: str, trained: DataRecord) -> tuple[int, tuple[str, ...]]:
    """Return how many images are held out, and the classes; shapes need not be drawn for it."""
    if name in PRESETS:
        return shapes_config(name, trained.image_size).num_test, CLASSES
    dataset = load(name, seed=trained.seed, image_size=trained.image_size)
    return len(dataset.test), dataset.classes


def _size(share: float) -> int:
    return int(share > SMALL) + int(share > LARGE)
