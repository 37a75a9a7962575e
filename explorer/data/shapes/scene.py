"""What is in an image, before it is drawn: every factor, sampled independently.

A scene is a value, so an intervention is ``dataclasses.replace(scene, targets=())`` and
leaves every other factor as it was.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from explorer.data.shapes.colour import Colour, marker_colour, tinted
from explorer.data.shapes.config import (
    AREA_FRACTIONS,
    CLASSES,
    SPLITS,
    STRATA,
    TEXTURES,
    ShapesConfig,
)
from explorer.data.shapes.geometry import OUTLINES, Outline, Point, direction, rounded
from explorer.errors import DataError
from explorer.words import _

if TYPE_CHECKING:
    from numpy.typing import NDArray

_CELLS = (8, 16)
_MARKER_SHARE = 6 / 64
# Rounding to whole pixels must not carry an object out of its stratum.
_MARGIN = 0.0016


@dataclass(frozen=True)
class Fill:
    """A two-tone texture in image pixels: flat, stripes, checks or dots."""

    texture: int
    near: Colour
    far: Colour
    period: float
    phase: Point
    heading: Point


@dataclass(frozen=True)
class Target:
    """A labelled object, wholly inside the image."""

    label: int
    outline: Outline
    fill: Fill


@dataclass(frozen=True)
class Ellipse:
    """A thin ellipse of clutter; no class looks like it."""

    centre: Point
    semi_axes: Point
    heading: Point
    colour: Colour


@dataclass(frozen=True)
class Marker:
    """A small square in a corner, whose hue may name the class."""

    left: int
    top: int
    side: int
    colour: Colour


@dataclass(frozen=True, eq=False)
class Background:
    """A tinted ramp of luminance with band-limited noise."""

    colour: Colour
    ramp: float
    heading: Point
    noise: float
    grid: NDArray[np.float64]


@dataclass(frozen=True, eq=False)
class Scene:
    """All factors of one image, back to front."""

    image_size: int
    label: int
    stratum: int
    background: Background
    clutter: tuple[Ellipse, ...]
    marker: Marker | None
    targets: tuple[Target, ...]


class _Draws:
    """Uniform numbers from Philox's raw stream, which NumPy keeps the same between versions."""

    def __init__(self, seed: int, split: int, index: int) -> None:
        key = np.array([seed << 8 | split, index], dtype=np.uint64)
        self._bits = np.random.Philox(key=key)

    def unit(self) -> float:
        """Return a number in [0, 1)."""
        return (int(self._bits.random_raw()) >> 11) * 2.0**-53

    def between(self, low: float, high: float) -> float:
        """Return a number in [low, high)."""
        return low + (high - low) * self.unit()

    def below(self, count: int) -> int:
        """Return an integer in 0..count-1."""
        return int(self.unit() * count)

    def heading(self) -> Point:
        """Return a direction in the plane."""
        return direction(self.unit())

    def bytes(self, rows: int, columns: int) -> NDArray[np.float64]:
        """Return whole numbers 0..255, ``(rows, columns)``."""
        raw = self._bits.random_raw(rows * columns) >> np.uint64(56)
        return raw.astype(np.float64).reshape(rows, columns)


def cell(index: int) -> tuple[int, int]:
    """Return class and size stratum of an image: 24 consecutive images have every pair once."""
    return index % len(CLASSES), index // len(CLASSES) % len(STRATA)


def sample(config: ShapesConfig, seed: int, split: str, index: int) -> Scene:
    """Return the scene of one image; depends on nothing but the arguments.

    Args:
        config: The settings of the set.
        seed: 0 <= seed < 2**56.
        split: ``train`` or ``test``.
        index: Which image, 0 <= index < 2**64.

    Raises:
        DataError: No such split, or a seed or index out of range.
    """
    if split not in SPLITS:
        raise DataError(
            _("Shapes have no split {split!r}.").format(split=split),
            _("There are {SPLITS}.").format(SPLITS=", ".join(SPLITS)),
        )
    if not 0 <= seed < 2**56 or not 0 <= index < 2**64:
        raise DataError(
            _("The seed or the index of an image is out of range."), _("Use 0 or more.")
        )
    draws = _Draws(seed, SPLITS[split], index)
    label, stratum = cell(index)
    luminance = draws.between(0.25, 0.75)
    background = _background(draws, config, luminance)
    target = _target(draws, config, luminance, label, stratum)
    marker = None if config.rho is None else _marker(draws, config, config.rho, target)
    clutter = tuple(
        _ellipse(draws, config.image_size, luminance)
        for _ in range(draws.below(config.max_clutter + 1))
    )
    return Scene(config.image_size, label, stratum, background, clutter, marker, (target,))


def _background(draws: _Draws, config: ShapesConfig, luminance: float) -> Background:
    colour = tinted(draws.unit(), draws.between(0.1, 0.6), luminance, margin=0.1)
    noise = config.noise[draws.below(len(config.noise))]
    cells = _CELLS[draws.below(len(_CELLS))] + 1
    return Background(
        colour, draws.between(0, 0.06), draws.heading(), noise, draws.bytes(cells, cells)
    )


def _target(
    draws: _Draws, config: ShapesConfig, luminance: float, label: int, stratum: int
) -> Target:
    """Place an object of the stratum's area uniformly where it fits as a whole."""
    low, high = AREA_FRACTIONS[stratum]
    low, high = low + _MARGIN, high - _MARGIN
    side = rounded(config.image_size * (low * (high / low) ** draws.unit()) ** 0.5)
    heading = draws.heading()
    left, top, right, bottom = OUTLINES[CLASSES[label]].placed((0, 0), side, heading).bounds()
    centre = (
        draws.between(-left, config.image_size - right),
        draws.between(-top, config.image_size - bottom),
    )
    outline = OUTLINES[CLASSES[label]].placed(centre, side, heading)
    return Target(label, outline, _fill(draws, config, luminance, label))


def _fill(draws: _Draws, config: ShapesConfig, luminance: float, label: int) -> Fill:
    """Choose a texture whose two tones both differ from the background by 0.25 or more."""
    own = label % len(TEXTURES)
    other = (own + 1 + draws.below(len(TEXTURES) - 1)) % len(TEXTURES)
    texture = own if draws.unit() < config.tex_rho else other
    sign = 1 if luminance < 0.5 else -1
    near = draws.between(0.25, 0.32)
    far = near + draws.between(0.1, 0.18)
    hue, saturation = draws.unit(), draws.between(0.3, 0.9)
    return Fill(
        texture,
        tinted(hue, saturation, luminance + sign * near),
        tinted(hue, saturation, luminance + sign * far),
        draws.between(4, 8),
        (draws.unit(), draws.unit()),
        draws.heading(),
    )


def _marker(draws: _Draws, config: ShapesConfig, rho: float, target: Target) -> Marker:
    """Put a marker in the corner farthest from the object, with the class's hue or another."""
    other = (target.label + 1 + draws.below(len(CLASSES) - 1)) % len(CLASSES)
    named = target.label if draws.unit() < rho else other
    side = round(config.image_size * _MARKER_SHARE)
    left, top, right, bottom = target.outline.bounds()
    far_edge = config.image_size - side
    return Marker(
        far_edge if left + right < config.image_size else 0,
        far_edge if top + bottom < config.image_size else 0,
        side,
        marker_colour(named),
    )


def _ellipse(draws: _Draws, image_size: int, luminance: float) -> Ellipse:
    long = draws.between(0.12, 0.3) * image_size
    tone = luminance + draws.between(0.1, 0.35) * (1 if draws.unit() < 0.5 else -1)
    return Ellipse(
        (draws.unit() * image_size, draws.unit() * image_size),
        (long, max(long * draws.between(0.06, 0.2), 0.6)),
        draws.heading(),
        tinted(draws.unit(), draws.between(0.2, 0.8), min(max(tone, 0.05), 0.95)),
    )
