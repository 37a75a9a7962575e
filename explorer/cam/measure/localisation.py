"""Where the heat lies beside the object's exact mask: one value for each image and metric.

Only the positive part of a map counts. A dead map, with nothing positive, misses: it has no
energy on the object, covers nothing, and orders the pixels at random.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from explorer.cam.measure.grid import enlarged, gathered, touched

if TYPE_CHECKING:
    from numpy.typing import NDArray

    Values = NDArray[np.float64]
    Mask = NDArray[np.bool_]

HALF = 0.5
"""Share of its maximum above which a map counts as covering."""


@dataclass(frozen=True, eq=False)
class Localisation:
    """How maps lie beside objects; every array is (N,), one value for each image.

    Attributes:
        pointing: Whether the hottest cell touches the object, 0 or 1; where several are equally
            hot, the share of them that do (Zhang et al. 2016, on the map's own grid).
        pointing_chance: Share of all cells that touch it.
        energy: Share of the enlarged map's heat on the object (Wang et al. 2020, Score-CAM).
        energy_floor: The same for a uniform map: the object's share of the area.
        energy_ceiling: The same for the best map of this grid; one hot cell attains it.
        energy_skill: (energy - floor) / (ceiling - floor): 0 chance, 1 the best possible; NaN
            where floor and ceiling are equal.
        coverage: Share of the object where the map is at least half of its maximum.
        extent: Area of the map at half of its maximum over the object's area; 1 is ideal.
        pixel_ap: Area under precision over recall of the object's pixels for all thresholds
            (Choe et al. 2020, for one image).
        is_dead: Whether nothing of the map is positive.
    """

    pointing: Values
    pointing_chance: Values
    energy: Values
    energy_floor: Values
    energy_ceiling: Values
    energy_skill: Values
    coverage: Values
    extent: Values
    pixel_ap: Values
    is_dead: Mask


def localisation(
    heat: NDArray[np.floating], masks: Mask, counted: Mask | None = None
) -> Localisation:
    """Measure maps against masks.

    Args:
        heat: Signed maps (N, h, w).
        masks: (N, S, S), True on the object; at least one pixel of each.
        counted: (N, S, S), False on pixels that are neither object nor background, such as a
            trimap's border; None counts all.
    """
    positive = np.maximum(heat.astype(np.float64), 0)
    grid = (heat.shape[1], heat.shape[2])
    is_dead = positive.max((1, 2)) <= 0
    positive = _ratio(positive, positive.max((1, 2), keepdims=True))
    inside = masks if counted is None else masks & counted
    area = np.ones(masks.shape) if counted is None else counted.astype(np.float64)
    on_object, anywhere = gathered(inside.astype(np.float64), grid), gathered(area, grid)
    floor = inside.mean((1, 2)) / area.mean((1, 2))
    ceiling = _ratio(on_object, anywhere).max((1, 2))
    energy = _ratio((positive * on_object).sum((1, 2)), (positive * anywhere).sum((1, 2)))
    hits = touched(inside, grid)
    shown = _relative(positive, masks.shape[1])
    high = (shown >= HALF * shown.max((1, 2), keepdims=True)) & (area > 0) & ~is_dead[:, None, None]
    sizes = inside.sum((1, 2))
    return Localisation(
        pointing=_pointing(positive, hits, is_dead),
        pointing_chance=hits.mean((1, 2)),
        energy=energy,
        energy_floor=floor,
        energy_ceiling=ceiling,
        energy_skill=_skill(energy, floor, ceiling),
        coverage=(high & inside).sum((1, 2)) / sizes,
        extent=high.sum((1, 2)) / sizes,
        pixel_ap=np.array(
            [
                average_precision(values[kept > 0], mask[kept > 0])
                for values, mask, kept in zip(shown, inside, area, strict=True)
            ]
        ),
        is_dead=is_dead,
    )


def average_precision(scores: Values, truth: Mask) -> float:
    """Return the sum over thresholds of precision times the gain in recall; ties share one.

    Args:
        scores: Any shape.
        truth: The same shape; at least one True.
    """
    order = np.argsort(-scores, axis=None, kind="stable")
    ranked, hits = scores.ravel()[order], np.cumsum(truth.ravel()[order])
    last = np.flatnonzero(np.append(ranked[1:] != ranked[:-1], True))
    precision, recall = hits[last] / (last + 1), hits[last] / hits[-1]
    return float((precision * np.diff(recall, prepend=0)).sum())


def pxap(heat: NDArray[np.floating], masks: Mask) -> float:
    """Return PxAP of a set: the pixels of all images under one threshold (Choe et al. 2020).

    Args:
        heat: Signed maps (N, h, w); the positive part of each is scaled to a maximum of 1.
        masks: (N, S, S), True on the object.
    """
    shown = _relative(np.maximum(heat.astype(np.float64), 0), masks.shape[1])
    return average_precision(shown, masks)


def _relative(positive: Values, size: int) -> Values:
    """Return maps enlarged and divided by their own maximum, without the last digits.

    Pixels that tie would otherwise be ranked by how they were rounded.
    """
    shown = enlarged(positive, size)
    return np.round(_ratio(shown, shown.max((1, 2), keepdims=True)), 9)


def _pointing(positive: Values, hits: Mask, is_dead: Mask) -> Values:
    hottest = positive == positive.max((1, 2), keepdims=True)
    return np.where(is_dead, 0.0, (hottest & hits).sum((1, 2)) / hottest.sum((1, 2)))


def _skill(energy: Values, floor: Values, ceiling: Values) -> Values:
    room = ceiling - floor
    return np.where(room > 1e-9, (energy - floor) / np.maximum(room, 1e-9), np.nan)


def _ratio(above: Values, below: Values) -> Values:
    shape = np.broadcast_shapes(above.shape, below.shape)
    return np.divide(above, below, out=np.zeros(shape), where=below > 0)
