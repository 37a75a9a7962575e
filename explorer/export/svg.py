"""The network as a picture: one SVG file with its legend."""

from __future__ import annotations

from typing import TYPE_CHECKING

from explorer.analysis.measures import measure
from explorer.figures import static
from explorer.figures.architecture import scene

if TYPE_CHECKING:
    from explorer.ir.graph import Graph


def to_svg(graph: Graph, coloured_by: str = "macs") -> str:
    """Return the picture of a network, coloured by a measure.

    Raises:
        SpecError: There is no such measure.
    """
    chosen = measure(coloured_by)
    return static.svg(scene(graph, chosen.values(graph), chosen)) + "\n"
