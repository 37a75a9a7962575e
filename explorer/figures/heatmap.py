"""A map over its image: up-sampling, blending, contour, colour bar.

A map (h, w) of cells becomes a square picture by bilinear interpolation between the centres of
the cells (``align_corners=False``), which keeps a hot cell where it is, or by plain cells.
"""

from __future__ import annotations

import io
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
from PIL import Image

from explorer.figures.colormaps import DIVERGING, NEUTRAL, VIRIDIS, coloured, rgb

if TYPE_CHECKING:
    from numpy.typing import NDArray

    Pixels = NDArray[np.uint8]
    Values = NDArray[np.float64]
    Colours = NDArray[np.floating]

_LUMA = np.array([0.299, 0.587, 0.114], dtype=np.float32)  # ITU-R BT.601
_HATCH = 12
_FADE = 0.45
_COMPRESSION = 4  # less than half the time of the default, few more bytes


@dataclass(frozen=True)
class Look:
    """How maps are drawn over an image.

    Attributes:
        size: Side of a picture [px].
        opacity: Of the heat, 0..1.
        grey: Whether the image under the heat is grey.
        cells: Whether the cells are shown as they are, not interpolated.
        contour: Whether a line is drawn around the region that holds half of the heat.
    """

    size: int = 448
    opacity: float = 0.6
    grey: bool = True
    cells: bool = False
    contour: bool = False


def upsample(values: Values, size: int, *, cells: bool = False) -> Values:
    """Return a map (h, w) at (size, size), interpolated, or as cells."""
    height, width = values.shape
    return _weights(height, size, cells=cells) @ values @ _weights(width, size, cells=cells).T


def overlay(image: Pixels, heat: Values, vmax: float, look: Look) -> Pixels:
    """Return heat over an image, (size, size, 3).

    Args:
        image: (S, S, 3) uint8.
        heat: Map (h, w), zero or more.
        vmax: What the end of the scale stands for.
        look: How it is drawn.

    A map that is zero everywhere has no scale: it is hatched.
    """
    under = underlay(image, look)
    if not heat.any():
        return _rounded(np.where(_hatch(look.size)[..., None], under * 0.6, under))
    shown = upsample(heat, look.size, cells=look.cells)
    mixed = _mix(under, coloured(shown / vmax, VIRIDIS), look.opacity)
    if look.contour:
        mixed[_outline(half_of_heat(shown))] = 255
    return _rounded(mixed)


def difference(image: Pixels, values: Values, limit: float, look: Look) -> Pixels:
    """Return a difference A - B over an image, (size, size, 3); where it is zero, only the image.

    Args:
        image: (S, S, 3) uint8.
        values: Difference (h, w), -limit..limit.
        limit: What both ends of the scale stand for; 0 when there is no difference.
        look: How it is drawn; the opacity is that of the strongest difference.
    """
    under = _mix(underlay(image, look), np.array(rgb(NEUTRAL), dtype=np.float32), _FADE)
    if limit == 0:
        return _rounded(under)
    shown = upsample(values, look.size, cells=look.cells) / limit
    # The root keeps a weak difference readable at the opacity that suits the maps.
    strength = np.abs(shown)[..., None] * look.opacity**0.5
    return _rounded(_mix(under, coloured((np.sign(shown) + 1) / 2, DIVERGING), strength))


def underlay(image: Pixels, look: Look) -> Colours:
    """Return the image at the size of the picture, grey if wanted, as (size, size, 3) floats."""
    how = Image.Resampling.NEAREST if image.shape[0] * 8 <= look.size else Image.Resampling.BICUBIC
    shown = Image.fromarray(image).resize((look.size, look.size), how)
    pixels = np.asarray(shown, dtype=np.float32)
    return np.repeat((pixels @ _LUMA)[..., None], 3, axis=2) if look.grey else pixels


def half_of_heat(heat: Values) -> NDArray[np.bool_]:
    """Mark the smallest region that holds half of the heat."""
    ordered = np.sort(heat, axis=None)[::-1]
    held = np.cumsum(ordered)
    return heat >= ordered[np.searchsorted(held, held[-1] / 2)]


def colour_bar(table: Colours, width: int, height: int) -> Pixels:
    """Return a colour scale from left to right, (height, width, 3)."""
    line = coloured(np.linspace(0, 1, width), table)
    return _rounded(np.repeat(line[None], height, axis=0))


def to_png(pixels: Pixels) -> bytes:
    """Return pixels (H, W, 3) as a PNG file."""
    file = io.BytesIO()
    Image.fromarray(pixels).save(file, format="PNG", compress_level=_COMPRESSION)
    return file.getvalue()


def _weights(count: int, size: int, *, cells: bool) -> Values:
    """Return (size, count): how much each cell of a line gives to each pixel."""
    position = (np.arange(size) + 0.5) * count / size - 0.5
    if cells:
        return np.eye(count)[np.floor(position + 0.5).astype(int)]
    position = np.clip(position, 0, count - 1)
    return np.maximum(0, 1 - np.abs(position[:, None] - np.arange(count)))


def _mix(under: Colours, over: Colours, opacity: float | Values) -> Colours:
    weight = np.asarray(opacity, dtype=np.float32)
    return under + (over - under) * weight


def _rounded(values: Colours) -> Pixels:
    return np.clip(np.rint(values), 0, 255).astype(np.uint8)


def _hatch(size: int) -> NDArray[np.bool_]:
    rows, columns = np.indices((size, size))
    return (rows + columns) % _HATCH < 2


def _outline(region: NDArray[np.bool_]) -> NDArray[np.bool_]:
    """Mark the pixels of a region that touch its outside, two pixels wide."""
    inner = region
    for _ in range(2):
        padded = np.pad(inner, 1, mode="edge")
        inner = inner & padded[:-2, 1:-1] & padded[2:, 1:-1] & padded[1:-1, :-2] & padded[1:-1, 2:]
    return region & ~inner
