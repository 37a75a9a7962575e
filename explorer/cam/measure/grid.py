"""From the cells of a map to the pixels of an image, exactly as maps are drawn."""

from __future__ import annotations

from functools import lru_cache
from typing import TYPE_CHECKING

import numpy as np

if TYPE_CHECKING:
    from numpy.typing import NDArray

    Values = NDArray[np.float64]


@lru_cache(maxsize=64)
def bilinear(count: int, size: int) -> Values:
    """Return (size, count): how much each cell of a line gives to each pixel.

    Bilinear with ``align_corners=False``: a hot cell stays where it is, and a uniform map stays
    uniform.
    """
    position = np.clip((np.arange(size) + 0.5) * count / size - 0.5, 0, count - 1)
    weights = np.maximum(0, 1 - np.abs(position[:, None] - np.arange(count)))
    weights.setflags(write=False)
    return weights


def enlarged(maps: Values, size: int) -> Values:
    """Return maps (N, h, w) at (N, size, size)."""
    rows, columns = bilinear(maps.shape[1], size), bilinear(maps.shape[2], size)
    return rows @ maps @ columns.T


def gathered(pixels: Values, shape: tuple[int, int]) -> Values:
    """Return how much of pixels (N, S, S) each cell reaches, (N, h, w).

    The transpose of ``enlarged``: the sum of ``enlarged(maps) * pixels`` is the sum of
    ``maps * gathered(pixels)``.
    """
    size = pixels.shape[1]
    return bilinear(shape[0], size).T @ pixels @ bilinear(shape[1], size)


def touched(masks: NDArray[np.bool_], shape: tuple[int, int]) -> NDArray[np.bool_]:
    """Return which cells an object covers part of, (N, h, w), for masks (N, S, S)."""
    rows, columns = (_members(count, masks.shape[1]) for count in shape)
    return (rows @ masks.astype(np.float64) @ columns.T) > 0


@lru_cache(maxsize=64)
def _members(count: int, size: int) -> Values:
    """Return (count, size): which pixels lie in a cell, wholly or in part."""
    edges = np.arange(count + 1) * size / count
    pixels = np.arange(size)
    return ((pixels < edges[1:, None]) & (pixels + 1 > edges[:-1, None])).astype(np.float64)
