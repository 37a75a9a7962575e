"""The effective depth of the gradient that reaches each unit."""

# pyright: standard
from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
import plotly.graph_objects as go

from explorer.figures.charts import HEIGHT, NEUTRAL, Chart
from explorer.figures.theme import COMPARED, Theme
from explorer.words import _

if TYPE_CHECKING:
    from collections.abc import Sequence

_LABELLED = 20


def unit_reach(depths: Sequence[int], labels: Sequence[str], x_title: str, theme: Theme) -> Chart:
    """Return bars for the effective depths, and as a dotted line all there could be.

    Args:
        depths: From ``explorer.analysis.effective_depth.effective_depths``.
        labels: Of the units.
        x_title: What stands on the axis.
        theme: Of the page.
    """
    num = len(depths)
    few = num <= _LABELLED
    x = np.arange(1, num + 1)
    figure = go.Figure(
        go.Bar(
            x=x,
            y=list(depths),
            marker_color=COMPARED[theme][0],
            text=[str(depth) for depth in depths] if few else None,
            textposition="inside",
            insidetextanchor="end",
            textangle=0,
            customdata=list(labels),
            hovertemplate="%{customdata}: %{y}<extra></extra>",
        )
    )
    figure.add_scatter(
        x=x,
        y=num + 1 - x,
        mode="lines",
        line={"color": NEUTRAL, "width": 2, "dash": "dot", "shape": "hvh" if few else "linear"},
        hovertemplate=_("{n} to the end").format(n="%{y}") + "<extra></extra>",
    )
    figure.update_layout(
        height=HEIGHT,
        margin={"l": 8, "r": 8, "t": 18, "b": 40},
        showlegend=False,
        bargap=0.18,
        dragmode=False,
        font={"size": 12},
    )
    figure.update_xaxes(title=x_title, showgrid=False, zeroline=False, fixedrange=True)
    if few:
        figure.update_xaxes(tickvals=x, ticktext=list(labels))
    figure.update_yaxes(nticks=4, zeroline=False, fixedrange=True, rangemode="tozero")
    alt = _(
        "The gradient of the first of {n} units has effective depth {depth}, the deepest {deepest}."
    ).format(n=num, depth=depths[0], deepest=max(depths))
    return Chart(figure, alt)
