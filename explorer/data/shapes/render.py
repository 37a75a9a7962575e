"""Drawing a scene: two-fold supersampling, each object only within its bounding box."""

from __future__ import annotations

import functools
import math
from typing import TYPE_CHECKING

import numpy as np

from explorer.data.shapes.config import TEXTURES
from explorer.data.shapes.geometry import SUPERSAMPLING, Box, per_pixel, sample_points
from explorer.data.shapes.scene import sample

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from explorer.data.shapes.colour import Colour
    from explorer.data.shapes.config import ShapesConfig
    from explorer.data.shapes.scene import Background, Ellipse, Fill, Scene, Target


_SUBPIXELS = SUPERSAMPLING**2


def render(
    config: ShapesConfig, seed: int, split: str, index: int
) -> tuple[NDArray[np.uint8], int, NDArray[np.bool_], int]:
    """Return one image of a set: ``(image, label, mask, stratum)``.

    The same arguments give the same pixels on every machine, in any order. See ``sample``
    for their ranges and ``draw`` for the arrays.

    Raises:
        DataError: No such split, or a seed or index out of range.
    """
    scene = sample(config, seed, split, index)
    image, mask = draw(scene)
    return image, scene.label, mask, scene.stratum


def draw(scene: Scene) -> tuple[NDArray[np.uint8], NDArray[np.bool_]]:
    """Return a scene as ``(H, W, 3)`` uint8 RGB, and the mask of its targets.

    The mask ``(H, W)`` holds the pixels whose centre lies inside a target's outline.
    Targets are drawn last, so nothing hides them.
    """
    size = scene.image_size
    canvas = _paint_background(scene.background, size)
    mask = np.zeros((size, size), dtype=bool)
    for ellipse in scene.clutter:
        _paint_ellipse(canvas, ellipse)
    if scene.marker is not None:
        left, top, side = scene.marker.left, scene.marker.top, scene.marker.side
        canvas[top : top + side, left : left + side] = scene.marker.colour
    for target in scene.targets:
        _paint_target(canvas, mask, target)
    return np.rint(canvas.clip(0, 1) * 255).astype(np.uint8), mask


def _paint_background(background: Background, size: int) -> NDArray[np.float64]:
    """Return ramp and noise around the tint, ``(size, size, 3)``."""
    offsets = (np.arange(size) + 0.5) * (2 / size) - 1
    cosine, sine = background.heading
    field = (background.ramp / 2) * (offsets * cosine + (offsets * sine)[:, None])
    if background.noise:
        smooth = _interpolation(size, background.grid.shape[0])
        field += background.noise * ((smooth @ background.grid @ smooth.T) * (2 / 255) - 1)
    return field[..., None] + np.array(background.colour)


@functools.lru_cache(maxsize=16)
def _interpolation(size: int, knots: int) -> NDArray[np.float64]:
    """Return the linear interpolation from ``knots`` even places to ``size`` pixel centres.

    The weights are whole multiples of 1/256, so that products with whole numbers are exact in
    whatever order a linear algebra library adds them.
    """
    places = np.rint((np.arange(size) + 0.5) * ((knots - 1) / size) * 256) / 256
    return np.maximum(0, 1 - np.abs(places[:, None] - np.arange(knots)))


def _paint_ellipse(canvas: NDArray[np.float64], ellipse: Ellipse) -> None:
    """Blend a thin ellipse into the canvas, clipped at the edges."""
    (x, y), (a, b), (cosine, sine) = ellipse.centre, ellipse.semi_axes, ellipse.heading
    reach_x = math.sqrt((a * cosine) ** 2 + (b * sine) ** 2)
    reach_y = math.sqrt((a * sine) ** 2 + (b * cosine) ** 2)
    box = _clipped((x - reach_x, y - reach_y, x + reach_x, y + reach_y), len(canvas))
    xs, ys = sample_points(box)
    right, down = xs - x, (ys - y)[:, None]
    along = (right * cosine + down * sine) / a
    across = (down * cosine - right * sine) / b
    _blend(canvas, box, [(per_pixel(along**2 + across**2 <= 1), ellipse.colour)])


def _paint_target(canvas: NDArray[np.float64], mask: NDArray[np.bool_], target: Target) -> None:
    """Blend a textured object into the canvas and mark its pixels in the mask."""
    box = _clipped(target.outline.bounds(), len(canvas))
    xs, ys = sample_points(box)
    inside = target.outline.inside(xs, ys)
    covered = per_pixel(inside)
    far = per_pixel(inside & _far_tone(target.fill, xs, ys))
    _blend(canvas, box, [(covered - far, target.fill.near), (far, target.fill.far)])
    left, top, right, bottom = box
    # Centres, not majorities: ties among four sub-pixels would make every mask too large.
    mask[top:bottom, left:right] |= target.outline.inside(*sample_points(box, per_side=1))


def _far_tone(fill: Fill, xs: NDArray[np.float64], ys: NDArray[np.float64]) -> NDArray[np.bool_]:
    """Return where the texture has its second tone."""
    name = TEXTURES[fill.texture]
    if name == "flat":
        return np.zeros((len(ys), len(xs)), dtype=bool)
    cosine, sine = fill.heading
    scale = 1 / fill.period
    down = (ys * scale)[:, None]
    across = xs * (scale * cosine) + down * sine + fill.phase[0]
    if name == "stripes":
        return (across - np.floor(across)) < 0.5
    along = down * cosine - xs * (scale * sine) + fill.phase[1]
    u, v = across - np.floor(across), along - np.floor(along)
    if name == "checks":
        return (u < 0.5) != (v < 0.5)
    return (u - 0.5) ** 2 + (v - 0.5) ** 2 < 0.1


def _blend(
    canvas: NDArray[np.float64], box: Box, layers: list[tuple[NDArray[np.uint8], Colour]]
) -> None:
    """Mix colours into a box of the canvas by the sub-pixels each covers."""
    left, top, right, bottom = box
    part = canvas[top:bottom, left:right]
    rest = np.full(part.shape[:2], _SUBPIXELS, dtype=np.int64)
    mixed = np.zeros_like(part)
    for counts, colour in layers:
        rest -= counts
        mixed += (counts[..., None] / _SUBPIXELS) * np.array(colour)
    part *= rest[..., None] / _SUBPIXELS
    part += mixed


def _clipped(bounds: tuple[float, float, float, float], size: int) -> Box:
    """Return the whole pixels that bounds touch, within the image."""
    left, top, right, bottom = bounds
    return (
        max(math.floor(left), 0),
        max(math.floor(top), 0),
        min(math.ceil(right), size),
        min(math.ceil(bottom), size),
    )
