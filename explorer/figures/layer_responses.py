"""How strongly layers respond (He et al. 2015, Fig. 7): by place and by size."""

# pyright: standard
from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
import plotly.graph_objects as go

from explorer.figures.charts import Chart
from explorer.figures.theme import COMPARED, COMPARED_DASHES, COMPARED_MARKS, Theme
from explorer.words import _, told

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from explorer.analysis.layer_responses import Response

HEIGHT = 300
MOST = 4
_FEW = 40


def responses(
    found: Mapping[str, Sequence[Response]], x_title: str, theme: Theme, *, by_size: bool = False
) -> Chart:
    """Return one curve for each network; four at most.

    Args:
        found: Responses in the order of layers by the name of the network.
        x_title: What stands on the axis.
        theme: Of the page.
        by_size: Whether the strongest stands first.
    """
    figure = go.Figure()
    for look, (name, layers) in enumerate(list(found.items())[:MOST]):
        ordered = sorted(layers, key=lambda one: -one.std) if by_size else list(layers)
        figure.add_scatter(
            x=np.arange(1, len(ordered) + 1),
            y=[one.std for one in ordered],
            mode="lines+markers" if len(ordered) <= _FEW else "lines",
            line={"color": COMPARED[theme][look], "dash": COMPARED_DASHES[look], "width": 1.75},
            marker={"size": 5, "symbol": COMPARED_MARKS[look]},
            customdata=[[one.layer] for one in ordered],
            hovertemplate=f"{name}, %{{customdata[0]}}: %{{y:.3f}}<extra></extra>",
        )
    figure.update_layout(
        height=HEIGHT,
        margin={"l": 8, "r": 8, "t": 14, "b": 40},
        showlegend=False,
        dragmode=False,
        font={"size": 12},
    )
    figure.update_xaxes(title=x_title, showgrid=False, zeroline=False, fixedrange=True)
    figure.update_yaxes(nticks=4, zeroline=False, fixedrange=True, rangemode="tozero")
    said = [
        _("{name}: {value} on the mean of {n} layers").format(
            name=name, value=f"{np.mean([one.std for one in layers]):.2g}", n=len(layers)
        )
        for name, layers in found.items()
    ]
    return Chart(figure, told(said))
