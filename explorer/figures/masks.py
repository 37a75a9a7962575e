"""Class masks in colour: an image, its true mask and a predicted one side by side."""

from __future__ import annotations

from colorsys import hls_to_rgb
from typing import TYPE_CHECKING

import numpy as np

from explorer.data.segmentation import IGNORED
from explorer.figures.theme import MASK_BACKGROUND, MASK_CLASSES, MASK_IGNORED, Rgb, rgb

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from explorer.data.segmentation import MaskedImage

_GOLDEN = 0.618034
_GAP = 1 / 24
"""Between pictures, in sides of a picture."""


def class_colour(index: int) -> str:
    """Return the colour of a class of pixels; 0 is the background."""
    if index == IGNORED:
        return MASK_IGNORED
    if index == 0:
        return MASK_BACKGROUND
    if index <= len(MASK_CLASSES):
        return MASK_CLASSES[index - 1]
    # Steps of the golden ratio never come near an earlier hue soon.
    channels = hls_to_rgb(index * _GOLDEN % 1, 0.4 + 0.15 * (index % 3), 0.6)
    return "#" + "".join(f"{round(255 * channel):02X}" for channel in channels)


def coloured_mask(mask: NDArray[np.uint8]) -> NDArray[np.uint8]:
    """Return a mask (H, W) in colours, (H, W, 3)."""
    table = np.array([_rgb(index) for index in range(256)], dtype=np.uint8)
    return table[mask]


def row_of(found: MaskedImage, side: int = 192) -> NDArray[np.uint8]:
    """Return image, true mask and predicted mask in a row, with transparent gaps.

    Args:
        found: What to draw.
        side: Least side of each picture [px]; pixels are enlarged a whole number of times.

    Returns:
        (S, 3 S + 2 gaps, 4) uint8, RGBA.
    """
    times = -(-side // len(found.image))
    parts = (found.image, coloured_mask(found.wanted), coloured_mask(found.predicted))
    large = [np.repeat(np.repeat(part, times, axis=0), times, axis=1) for part in parts]
    height = len(large[0])
    gap = np.zeros((height, max(1, round(height * _GAP)), 4), dtype=np.uint8)
    opaque = [np.dstack((part, np.full(part.shape[:2], 255, np.uint8))) for part in large]
    return np.concatenate((opaque[0], gap, opaque[1], gap, opaque[2]), axis=1)


def _rgb(index: int) -> Rgb:
    return rgb(class_colour(index))
