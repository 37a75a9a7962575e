"""What every data set is once it is in memory: labelled images in a training and a test split."""

from __future__ import annotations

import hashlib
import json
import math
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np

if TYPE_CHECKING:
    from collections.abc import Mapping

    from numpy.typing import NDArray

Colour = tuple[float, float, float]
_CHUNK = 256
_SMALLEST_STD = 1e-3


@dataclass(frozen=True, eq=False)
class Split:
    """Labelled images; the arrays may be read-only memory maps.

    Attributes:
        images: ``(N, H, W, 3)`` uint8, RGB.
        labels: ``(N,)`` int64, indices into ``Dataset.classes``.
        masks: ``(N, H, W)`` bool, True on the object; None when the set has none.
        strata: ``(N,)`` uint8, object size 0 small, 1 medium, 2 large; None without masks.
        pixels: ``(N, H, W)`` uint8, a class for every pixel, where the set states it itself;
            see ``explorer.data.segmentation``.
    """

    images: NDArray[np.uint8]
    labels: NDArray[np.int64]
    masks: NDArray[np.bool_] | None = None
    strata: NDArray[np.uint8] | None = None
    pixels: NDArray[np.uint8] | None = None

    def __len__(self) -> int:
        """Return the number of images."""
        return len(self.labels)


@dataclass(frozen=True, eq=False)
class Dataset:
    """A training and a test split with what a network needs to know about them.

    Attributes:
        name: The catalogue's name, or the stem of the folder or archive.
        classes: The class names; a label is an index into them.
        train: What is trained on.
        test: What is held out.
        mean: Mean of the training images by channel, 0..1.
        std: Standard deviation of the training pixels by channel, 0..1, never 0.
        fingerprint: SHA-256 (hex) of everything the arrays depend on.
        pixel_classes: What the values of ``Split.pixels`` mean; empty without them.
    """

    name: str
    classes: tuple[str, ...]
    train: Split
    test: Split
    mean: Colour
    std: Colour
    fingerprint: str
    pixel_classes: tuple[str, ...] = ()

    @property
    def image_size(self) -> int:
        """Height and width of the images [px]."""
        return int(self.train.images.shape[1])

    @property
    def num_classes(self) -> int:
        """Number of classes."""
        return len(self.classes)


def moments(images: NDArray[np.uint8]) -> NDArray[np.int64]:
    """Return sum and sum of squares by image and channel, ``(N, 2, 3)``; exact integers.

    Kept beside the cached images, so that mean and std of any split cost nothing.
    """
    result = np.empty((len(images), 2, 3), dtype=np.int64)
    for start in range(0, len(images), _CHUNK):
        chunk = np.moveaxis(images[start : start + _CHUNK], -1, 1)
        flat = chunk.reshape(*chunk.shape[:2], -1).astype(np.uint16)
        result[start : start + _CHUNK, 0] = flat.sum(axis=2, dtype=np.int64)
        result[start : start + _CHUNK, 1] = (flat * flat).sum(axis=2, dtype=np.int64)
    return result


def mean_and_std(sums: NDArray[np.int64], pixels_per_image: int) -> tuple[Colour, Colour]:
    """Return mean and standard deviation by channel in 0..1.

    Args:
        sums: ``(N, 2, 3)`` as ``moments`` gives them, N >= 1.
        pixels_per_image: ``H * W``.
    """
    count = len(sums) * pixels_per_image
    totals: list[list[int]] = sums.sum(axis=0).tolist()
    mean = [total / count for total in totals[0]]
    variance = [
        (square * count - total * total) / count**2
        for total, square in zip(totals[0], totals[1], strict=True)
    ]
    std = [max(math.sqrt(value) / 255, _SMALLEST_STD) for value in variance]
    return (mean[0] / 255, mean[1] / 255, mean[2] / 255), (std[0], std[1], std[2])


def fingerprint(facts: Mapping[str, Any]) -> str:
    """Return the SHA-256 (hex) of JSON-able facts; the order of the keys does not matter."""
    text = json.dumps(facts, sort_keys=True, separators=(",", ":"))
    return hashlib.sha256(text.encode()).hexdigest()
