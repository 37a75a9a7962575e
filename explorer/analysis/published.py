"""Our exact counts beside the figures that the papers print."""

from __future__ import annotations

from dataclasses import dataclass
from decimal import ROUND_HALF_UP, Decimal
from typing import TYPE_CHECKING

from explorer.spec.presets import name_of
from explorer.spec.published import PUBLISHED

if TYPE_CHECKING:
    from explorer.analysis.cost import Cost
    from explorer.spec import NetworkSpec
    from explorer.spec.published import Published, Quantity


@dataclass(frozen=True, slots=True)
class Comparison:
    """A printed figure and ours.

    Attributes:
        quantity: ``params`` or ``macs``.
        printed: As the paper prints it, such as ``25.70 M``.
        ours: The exact count.
        agrees: Whether ours, rounded to the printed digits, is the printed figure.
        difference: Ours minus the printed figure.
        source: Paper and table.
        note: Why they differ, where that is known; may be empty.
    """

    quantity: Quantity
    printed: str
    ours: int
    agrees: bool
    difference: int
    source: str
    note: str


def compare(spec: NetworkSpec, cost: Cost) -> tuple[Comparison, ...]:
    """Return what the papers print about a network beside its cost.

    Args:
        spec: The network; only a preset has printed figures.
        cost: Its cost. MACs are compared at the network's own image size only.
    """
    at_own_size = cost.image_size == spec.image_size
    return tuple(
        _compared(figure, cost)
        for figure in PUBLISHED.get(name_of(spec) or "", ())
        if figure.quantity == "params" or at_own_size
    )


def _compared(figure: Published, cost: Cost) -> Comparison:
    ours: int = getattr(cost, figure.quantity)
    rounded = (Decimal(ours) / figure.scale).quantize(figure.figure, ROUND_HALF_UP)
    return Comparison(
        quantity=figure.quantity,
        printed=figure.printed,
        ours=ours,
        agrees=rounded == figure.figure,
        difference=ours - int(figure.figure * figure.scale),
        source=figure.source,
        note=figure.note,
    )
