"""The eight outlines, all of unit area, and which points of a grid lie inside them.

Constants that come out of the platform's own sine and arc cosine are rounded to multiples of
2**-20, so that a last digit that differs between C libraries cannot move a pixel. Everything
after that is IEEE arithmetic in a fixed order.
"""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

if TYPE_CHECKING:
    from numpy.typing import NDArray

Point = tuple[float, float]
Box = tuple[int, int, int, int]
SUPERSAMPLING = 2
_GRAIN = 2**20


def rounded(value: float) -> float:
    """Return the nearest multiple of 2**-20."""
    return round(value * _GRAIN) / _GRAIN


def direction(turn: float) -> Point:
    """Return cosine and sine of a share of a full turn, rounded."""
    angle = 2 * math.pi * turn
    return rounded(math.cos(angle)), rounded(math.sin(angle))


@dataclass(frozen=True)
class Outline:
    """A shape of area 1 around the origin: a polygon, or discs of which the second is cut out.

    Attributes:
        vertices: The corners of a polygon in order; empty for a round shape.
        discs: ``(x, y, radius)``; the first is the shape, a second one is cut out of it.
    """

    vertices: tuple[Point, ...] = ()
    discs: tuple[tuple[float, float, float], ...] = ()

    def placed(self, centre: Point, side: float, heading: Point) -> Outline:
        """Return the outline with area ``side**2``, turned and moved to ``centre``."""

        def move(x: float, y: float) -> Point:
            cosine, sine = heading
            return (
                centre[0] + side * (cosine * x - sine * y),
                centre[1] + side * (sine * x + cosine * y),
            )

        return Outline(
            tuple(move(x, y) for x, y in self.vertices),
            tuple((*move(x, y), side * radius) for x, y, radius in self.discs),
        )

    def bounds(self) -> tuple[float, float, float, float]:
        """Return left, top, right and bottom."""
        if self.discs:
            x, y, radius = self.discs[0]
            return x - radius, y - radius, x + radius, y + radius
        xs, ys = zip(*self.vertices, strict=True)
        return min(xs), min(ys), max(xs), max(ys)

    def inside(self, xs: NDArray[np.float64], ys: NDArray[np.float64]) -> NDArray[np.bool_]:
        """Return which points of the grid ``ys`` x ``xs`` lie inside; ``xs`` evenly spaced."""
        if not self.discs:
            return _inside_polygon(self.vertices, xs, ys)
        outer, *cut = (_inside_disc(disc, xs, ys) for disc in self.discs)
        return outer & ~cut[0] if cut else outer


def sample_points(
    box: Box, per_side: int = SUPERSAMPLING
) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
    """Return x and y of the sub-pixel centres in a box of pixels (left, top, right, bottom).

    Args:
        box: Whole pixels.
        per_side: Sub-pixels by side of a pixel; 1 gives the centres of the pixels.
    """
    left, top, right, bottom = box
    xs = left + (np.arange((right - left) * per_side) + 0.5) / per_side
    ys = top + (np.arange((bottom - top) * per_side) + 0.5) / per_side
    return xs, ys


def per_pixel(points: NDArray[np.bool_]) -> NDArray[np.uint8]:
    """Return how many of a pixel's four sub-pixels are set, 0..4."""
    counts = points.view(np.uint8)
    rows = counts[::2] + counts[1::2]
    return rows[:, ::2] + rows[:, 1::2]


def _inside_polygon(
    vertices: tuple[Point, ...], xs: NDArray[np.float64], ys: NDArray[np.float64]
) -> NDArray[np.bool_]:
    """Return the even-odd interior: each edge toggles everything to its right."""
    corners = np.array(vertices)
    x1, y1 = corners.T
    x2, y2 = np.roll(corners, -1, axis=0).T
    rows, edges = np.nonzero((y1 <= ys[:, None]) != (y2 <= ys[:, None]))
    along = (ys[rows] - y1[edges]) / (y2[edges] - y1[edges])
    crossings = x1[edges] + along * (x2[edges] - x1[edges])
    columns = np.searchsorted(xs, crossings)
    width = len(xs) + 1
    toggles = np.bincount(rows * width + columns, minlength=len(ys) * width)
    return (toggles.reshape(len(ys), width)[:, :-1].cumsum(axis=1) & 1).astype(bool)


def _inside_disc(
    disc: tuple[float, float, float], xs: NDArray[np.float64], ys: NDArray[np.float64]
) -> NDArray[np.bool_]:
    """Return the points within a disc."""
    x, y, radius = disc
    return (xs - x) ** 2 + ((ys - y) ** 2)[:, None] <= radius * radius


def _polygon(vertices: list[Point]) -> Outline:
    """Return a polygon scaled to area 1 (shoelace formula)."""
    following = vertices[1:] + vertices[:1]
    pairs = zip(vertices, following, strict=True)
    area = abs(sum(x1 * y2 - x2 * y1 for (x1, y1), (x2, y2) in pairs)) / 2
    scale = 1 / math.sqrt(area)
    return Outline(vertices=tuple((rounded(x * scale), rounded(y * scale)) for x, y in vertices))


def _ring(hole: float) -> Outline:
    """Return a ring of area 1 whose hole has ``hole`` of its radius."""
    radius = 1 / math.sqrt(math.pi * (1 - hole**2))
    return Outline(discs=((0.0, 0.0, rounded(radius)), (0.0, 0.0, rounded(hole * radius))))


def _crescent(cut: float, offset: float) -> Outline:
    """Return a unit disc without a disc of radius ``cut`` at ``offset``, scaled to area 1."""
    near = (offset**2 + cut**2 - 1) / (2 * offset * cut)
    far = (offset**2 + 1 - cut**2) / (2 * offset)
    kite = math.sqrt(
        (1 + cut - offset) * (offset + cut - 1) * (offset - cut + 1) * (offset + cut + 1)
    )
    overlap = cut**2 * math.acos(near) + math.acos(far) - kite / 2
    scale = 1 / math.sqrt(math.pi - overlap)
    return Outline(
        discs=((0.0, 0.0, rounded(scale)), (rounded(offset * scale), 0.0, rounded(cut * scale)))
    )


def _star(points: int, waist: float) -> Outline:
    """Return a star whose inner corners have ``waist`` of its radius."""
    radii = (1.0, waist)
    turns = [index / (2 * points) for index in range(2 * points)]
    headings = [direction(turn) for turn in turns]
    return _polygon([(radii[i % 2] * x, radii[i % 2] * y) for i, (x, y) in enumerate(headings)])


_THIRD = 1 / 3
_PLUS = [(1, _THIRD), (_THIRD, _THIRD), (_THIRD, 1)]
_TEE = [(-1, -1), (1, -1), (1, -_THIRD), (_THIRD, -_THIRD), (_THIRD, 1)]
OUTLINES: dict[str, Outline] = {
    "disc": Outline(discs=((0.0, 0.0, rounded(1 / math.sqrt(math.pi))),)),
    "ring": _ring(0.55),
    "square": _polygon([(-1, -1), (1, -1), (1, 1), (-1, 1)]),
    "triangle": _polygon([direction(0), direction(1 / 3), direction(2 / 3)]),
    "plus": _polygon(
        _PLUS
        + [(-x, y) for x, y in reversed(_PLUS)]
        + [(-x, -y) for x, y in _PLUS]
        + [(x, -y) for x, y in reversed(_PLUS)]
    ),
    "star": _star(5, 0.5),
    "crescent": _crescent(0.8, 0.5),
    "tee": _polygon([*_TEE, (-_THIRD, 1), (-_THIRD, -_THIRD), (-1, -_THIRD)]),
}
