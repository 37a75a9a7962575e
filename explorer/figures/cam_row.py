"""Maps of two to four networks on one scale, and the differences of the others from the first."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING, NamedTuple

import numpy as np

from explorer.figures.cam_scale import scale_of
from explorer.figures.heatmap import Look, difference, overlay, underlay

if TYPE_CHECKING:
    from collections.abc import Sequence

    from numpy.typing import NDArray

    from explorer.cam.compare import Comparison, Side

    Pixels = NDArray[np.uint8]


class CamRow(NamedTuple):
    """Pictures of one size, (size, size, 3) uint8, and what the ends of their scales stand for.

    Attributes:
        image: The crop, in colour.
        maps: Of each network.
        ends: End of each map's scale; one for all unless each has its own.
        differences: First network minus each other one, in shares.
        limit: Both ends of the differences' scale, -limit..limit; 0: none to show.
    """

    image: Pixels
    maps: tuple[Pixels, ...]
    ends: tuple[float, ...]
    differences: tuple[Pixels, ...]
    limit: float


def sides_of(comparisons: Sequence[Comparison]) -> tuple[Side, ...]:
    """Return the networks of comparisons that share their first one."""
    return (comparisons[0].a, *(one.b for one in comparisons))


def cam_row(
    comparisons: Sequence[Comparison], scale: str = "share", look: Look | None = None
) -> CamRow:
    """Draw comparisons of one network with others.

    Args:
        comparisons: At least one; all have the same first network, image and class.
        scale: A key of ``SCALES``; differences are always of shares.
        look: How maps are drawn.

    Raises:
        ExplorerError: There is no such scale.
    """
    look, chosen = look or Look(), scale_of(scale)
    sides, image = sides_of(comparisons), comparisons[0].image
    values = [chosen.values(side) for side in sides]
    ends = [float(one.max()) for one in values]
    if chosen.shared:
        ends = [max(ends)] * len(ends)
    # Without a map on both sides a difference would only repeat the one that is there.
    gaps = [one.difference if one.disagreement else np.zeros((1, 1)) for one in comparisons]
    limit = max(float(np.abs(gap).max()) for gap in gaps)
    return CamRow(
        image=underlay(image, replace(look, grey=False)).clip(0, 255).astype(np.uint8),
        maps=tuple(overlay(image, one, end, look) for one, end in zip(values, ends, strict=True)),
        ends=tuple(ends),
        differences=tuple(difference(image, gap, limit, look) for gap in gaps),
        limit=limit,
    )
