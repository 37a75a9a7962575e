"""The named scales of a comparison of maps: what is drawn, and what the bar's end stands for."""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

import numpy as np

from explorer.errors import ExplorerError
from explorer.words import _

if TYPE_CHECKING:
    from collections.abc import Callable

    from numpy.typing import NDArray

    from explorer.cam.compare import Comparison, Side


class Scale(NamedTuple):
    """A way to put two maps side by side.

    Attributes:
        title: Its name on a control.
        caption: What the colour bar shows.
        values: Takes what is drawn from a side.
        shared: Whether one end of the bar holds for both.
        in_percent: Whether the values are shares.
    """

    title: str
    caption: str
    values: Callable[[Side], NDArray[np.float64]]
    shared: bool
    in_percent: bool


def _share(side: Side) -> NDArray[np.float64]:
    return side.share


def _positive(side: Side) -> NDArray[np.float64]:
    return side.positive


def _rank(side: Side) -> NDArray[np.float64]:
    """Share of the cells that are no hotter than each one (h, w); 0 where there is no heat."""
    positive = side.positive
    _values, place, counts = np.unique(positive, return_inverse=True, return_counts=True)
    ranks = (counts.cumsum() / positive.size)[place].reshape(positive.shape)
    return np.where(positive > 0, ranks, 0.0)


SCALES = {
    "share": Scale("shared", "share of the heat in one cell", _share, shared=True, in_percent=True),
    "logit": Scale("logit", "evidence in logit units", _positive, shared=True, in_percent=False),
    "rank": Scale("rank", "cells that are no hotter", _rank, shared=True, in_percent=True),
    "own": Scale("own", "each map to its own maximum", _share, shared=False, in_percent=True),
}


def scale_of(name: str) -> Scale:
    """Return a scale by its key in ``SCALES``.

    Raises:
        ExplorerError: There is no such scale.
    """
    if name not in SCALES:
        raise ExplorerError(
            _("There is no scale {name!r}.").format(name=name),
            _("Choose {names}.").format(names=", ".join(SCALES)),
        )
    return SCALES[name]


def limits(comparison: Comparison, scale: Scale) -> tuple[float, float]:
    """Return what the end of the bar stands for in A and in B; 0 for a dead map alone."""
    ends = tuple(float(scale.values(side).max()) for side in (comparison.a, comparison.b))
    return (max(ends), max(ends)) if scale.shared else (ends[0], ends[1])


def written(value: float, scale: Scale) -> str:
    """Return a value of the bar for people: ``13.8 %`` or ``0.42``."""
    return f"{100 * value:.1f} %" if scale.in_percent else f"{value:.3g}"
