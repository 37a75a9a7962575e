"""The four pictures of a comparison: image, both maps on one scale, their difference."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING, NamedTuple

import numpy as np

from explorer.figures.cam_scale import limits, scale_of
from explorer.figures.heatmap import Look, difference, overlay, underlay

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from explorer.cam.compare import Comparison


class Panels(NamedTuple):
    """Pictures of one size, (size, size, 3) uint8, and what the ends of their scales stand for.

    Attributes:
        image: The crop, in colour.
        a: The map of the first network.
        b: The map of the second network.
        difference: A - B in shares.
        end_a: End of A's scale.
        end_b: End of B's scale; that of A unless each map has its own.
        limit: Both ends of the difference's scale, -limit..limit; 0: no difference to show.
    """

    image: NDArray[np.uint8]
    a: NDArray[np.uint8]
    b: NDArray[np.uint8]
    difference: NDArray[np.uint8]
    end_a: float
    end_b: float
    limit: float


def panels(comparison: Comparison, scale: str = "share", look: Look | None = None) -> Panels:
    """Draw a comparison.

    Args:
        comparison: What to draw.
        scale: A key of ``SCALES``; the difference is always one of shares.
        look: How maps are drawn.

    Raises:
        ExplorerError: There is no such scale.
    """
    look = look or Look()
    chosen = scale_of(scale)
    end_a, end_b = limits(comparison, chosen)
    image = comparison.image
    # Without a map on both sides a difference would only repeat the one that is there.
    gap = comparison.difference if comparison.disagreement else np.zeros((1, 1))
    limit = float(np.abs(gap).max())
    return Panels(
        image=underlay(image, replace(look, grey=False)).clip(0, 255).astype(np.uint8),
        a=overlay(image, chosen.values(comparison.a), end_a, look),
        b=overlay(image, chosen.values(comparison.b), end_b, look),
        difference=difference(image, gap, limit, look),
        end_a=end_a,
        end_b=end_b,
        limit=limit,
    )
