"""What a fair comparison of two maps holds, and its numbers. Arrays only, so it can be pickled.

Both maps belong to one image, one class, and grids of one size and stride. To answer "where", each
map is divided by its own sum: the *share* of the heat that lies in a cell, comparable between
networks whose logits have different scales.
"""

from __future__ import annotations

from dataclasses import asdict, dataclass
from typing import TYPE_CHECKING, Any, NamedTuple

import numpy as np

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from explorer.cam.layers import Layer

    Grid = NDArray[np.float64]

TOP_SHARE = 0.2


class Answer(NamedTuple):
    """One line of a network's ranking."""

    class_name: str
    probability: float


@dataclass(frozen=True, eq=False)
class Side:
    """What one network says about the image, and where it looks.

    Attributes:
        title: The run.
        layer: Where the map was read.
        heat: Signed raw map (h, w).
        logit: Of the explained class.
        probability: Of the explained class, 0..1.
        rank: Of the explained class; 1 is the prediction.
        top: The most probable classes, best first.
    """

    title: str
    layer: Layer
    heat: NDArray[np.float32]
    logit: float
    probability: float
    rank: int
    top: tuple[Answer, ...]

    @property
    def positive(self) -> Grid:
        """Evidence for the class (h, w): the map after the papers' ReLU, in raw units."""
        return np.maximum(self.heat.astype(np.float64), 0)

    @property
    def is_dead(self) -> bool:
        """Whether nothing speaks for the class anywhere; such a map is never rescaled."""
        return not bool((self.heat > 0).any())

    @property
    def share(self) -> Grid:
        """Share of the heat in each cell (h, w), 0..1, sum 1; all zero when the map is dead."""
        positive = self.positive
        return positive if self.is_dead else positive / positive.sum()

    @property
    def half_area(self) -> float | None:
        """Smallest share of the cells that holds half of the heat; None when dead."""
        if self.is_dead:
            return None
        held = np.cumsum(np.sort(self.share, axis=None)[::-1])
        return (int(np.searchsorted(held, 0.5)) + 1) / held.size


@dataclass(frozen=True)
class Disagreement:
    """How far two maps of shares are apart.

    Attributes:
        total_variation: Heat that would have to move, 0 equal to 1 disjoint.
        spearman: Rank correlation of the cells, -1..1; None when a map is constant.
        top_iou: Intersection over union of each map's hottest fifth of the cells, 0..1.
        centre_distance: Between the centres of mass [px of the image].
    """

    total_variation: float
    spearman: float | None
    top_iou: float
    centre_distance: float


@dataclass(frozen=True, eq=False)
class Comparison:
    """Two networks' maps of one image for one class.

    Attributes:
        image: The crop that both saw, (S, S, 3) uint8.
        target: The explained class.
        label: The true class where it is known.
        method: Key of the method in ``METHODS``.
        method_title: What it is called.
        a: The first network.
        b: The second network.
        disagreement: None when a map is dead.
    """

    image: NDArray[np.uint8]
    target: str
    label: str | None
    method: str
    method_title: str
    a: Side
    b: Side
    disagreement: Disagreement | None

    @property
    def difference(self) -> Grid:
        """Share of A minus share of B in each cell (h, w): positive where A looks more."""
        return self.a.share - self.b.share

    def as_dict(self) -> dict[str, Any]:
        """Return everything but the image in JSON's types."""
        return {
            "target": self.target,
            "label": self.label,
            "method": self.method,
            "a": _side_as_dict(self.a),
            "b": _side_as_dict(self.b),
            "disagreement": self.disagreement and asdict(self.disagreement),
        }


def disagreement(a: Side, b: Side) -> Disagreement | None:
    """Return the numbers of a comparison; None when a map is dead and there is no "where"."""
    if a.is_dead or b.is_dead:
        return None
    top_a, top_b = _top(a.share), _top(b.share)
    offset = np.subtract(_centre(a.share), _centre(b.share))
    return Disagreement(
        total_variation=float(np.abs(a.share - b.share).sum() / 2),
        spearman=_spearman(a.share, b.share),
        top_iou=float((top_a & top_b).sum() / (top_a | top_b).sum()),
        centre_distance=float(np.hypot(*offset)) * a.layer.stride,
    )


def _top(share: Grid) -> NDArray[np.bool_]:
    """Mark the hottest fifth of the cells, with all that tie with its last; never a cold one."""
    count = max(1, round(TOP_SHARE * share.size))
    return (share >= np.sort(share, axis=None)[-count]) & (share > 0)


def _centre(share: Grid) -> tuple[float, float]:
    """Return row and column of the centre of mass [cells]."""
    rows, columns = np.indices(share.shape)
    return float((share * rows).sum()), float((share * columns).sum())


def _spearman(a: Grid, b: Grid) -> float | None:
    from scipy.stats import rankdata  # noqa: PLC0415 - a second that reading a result need not cost

    if np.ptp(a) == 0 or np.ptp(b) == 0:
        return None
    return float(np.corrcoef(rankdata(a), rankdata(b))[0, 1])


def _side_as_dict(side: Side) -> dict[str, Any]:
    return {
        "title": side.title,
        "layer": side.layer._asdict(),
        "logit": side.logit,
        "probability": side.probability,
        "rank": side.rank,
        "top": [answer._asdict() for answer in side.top],
        "is_dead": side.is_dead,
        "half_area": side.half_area,
        "heat": side.heat.tolist(),
    }
