"""The path lengths as they are counted, beside the same paths weighted."""

# pyright: standard
from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
import plotly.graph_objects as go

from explorer.figures.charts import HEIGHT, NEUTRAL, Chart
from explorer.words import _, told

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

INK = "#1F83C4"
"""Readable on both grounds; the lines also differ in dash and name."""
_DASHES = ("solid", "dash")
_LEAST = 5e-4
"""Share below which a length is not worth room at the ends of the axis."""


def weighted_lengths(
    counted: Sequence[float], weighted: Mapping[str, Sequence[float]], x_title: str
) -> Chart:
    """Return bars for the count and, over them, a line for each weighting.

    Args:
        counted: Share of all paths at length 0, 1, 2, ...
        weighted: Shares by the name that stands at the line's peak; two at most.
        x_title: What one step of length is.
    """
    series = [counted, *weighted.values()]
    size = max(len(shares) for shares in series)
    table = np.array([np.pad(np.asarray(shares), (0, size - len(shares))) for shares in series])
    shown = np.flatnonzero(table.max(axis=0) >= _LEAST)
    x = np.arange(size)
    figure = go.Figure(
        go.Bar(
            x=x,
            y=100 * table[0],
            marker_color=NEUTRAL,
            opacity=0.55,
            hovertemplate=f"{x_title} %{{x}}<br>%{{y:.3g}} %<extra></extra>",
        )
    )
    for name, shares, dash in zip(weighted, table[1:], _DASHES, strict=False):
        figure.add_scatter(
            x=x,
            # A line between nothing and something would say that half a block is a length.
            y=np.where(shares >= _LEAST, 100 * shares, np.nan),
            mode="lines+markers" if len(shown) <= 40 else "lines",
            line={"color": INK, "dash": dash, "width": 2},
            marker={"size": 6},
            hovertemplate=f"{name}<br>%{{x}}: %{{y:.3g}} %<extra></extra>",
        )
        peak = int(shares.argmax())
        figure.add_annotation(
            x=peak, y=100 * shares[peak], text=name, showarrow=False, yshift=12, font={"size": 12}
        )
    figure.update_layout(
        height=HEIGHT + 40,
        margin={"l": 8, "r": 8, "t": 24, "b": 40},
        showlegend=False,
        dragmode=False,
        bargap=0.18,
    )
    ends = [shown[0] - 0.6, shown[-1] + 0.6]
    figure.update_xaxes(title=x_title, range=ends, showgrid=False, zeroline=False, fixedrange=True)
    figure.update_yaxes(ticksuffix=" %", nticks=4, zeroline=False, fixedrange=True)
    said = [_("The commonest length is {length} by count").format(length=int(table[0].argmax()))]
    said += [
        _("{name} at {length}").format(name=name, length=int(shares.argmax()))
        for name, shares in zip(weighted, table[1:], strict=True)
    ]
    return Chart(figure, told(said))
