"""Charts that do not move: plotly figures with direct labels and a sentence that says them."""

# pyright: standard
from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

import numpy as np
import plotly.graph_objects as go

from explorer.units import large, percent

if TYPE_CHECKING:
    from explorer.analysis.paths import PathLengths

HEIGHT = 240
NEUTRAL = "#7C8696"
MAX_LABELLED_BARS = 10


class Chart(NamedTuple):
    """A figure and its message for those who do not see it.

    Attributes:
        figure: The plotly figure.
        alt: Its message in one sentence.
    """

    figure: go.Figure
    alt: str


def _base(figure: go.Figure, x_title: str, height: int = HEIGHT) -> go.Figure:
    figure.update_layout(
        height=height,
        margin={"l": 8, "r": 8, "t": 18, "b": 40},
        showlegend=False,
        bargap=0.18,
        dragmode=False,
        font={"size": 12},
    )
    figure.update_xaxes(title=x_title, showgrid=False, zeroline=False, fixedrange=True)
    figure.update_yaxes(nticks=4, zeroline=False, fixedrange=True)
    return figure


def path_lengths(lengths: PathLengths, x_title: str) -> Chart:
    """Return bars: how many paths of each length there are.

    Few paths are counted on the bars; of many the share is drawn and the count is in the hint.

    Args:
        lengths: The distribution.
        x_title: What one step of length is.
    """
    found, total = lengths.lengths, lengths.num_paths
    x = np.array(list(found))
    shares = np.array([count / total for count in found.values()])
    counted = len(found) <= MAX_LABELLED_BARS
    y = np.array(list(found.values()), dtype=float) if counted else 100 * shares
    labels = [large(count) for count in found.values()]
    hover = [
        f"{label} of {large(total)} paths, {percent(share, 2)}"
        for label, share in zip(labels, shares, strict=True)
    ]
    figure = go.Figure(
        go.Bar(
            x=x,
            y=y,
            marker_color=NEUTRAL,
            text=labels if counted else None,
            textposition="outside",
            cliponaxis=False,
            hovertext=hover,
            hovertemplate=f"{x_title} %{{x}}<br>%{{hovertext}}<extra></extra>",
        )
    )
    _base(figure, x_title)
    figure.update_yaxes(ticksuffix="" if counted else " %")
    if counted:
        figure.update_xaxes(dtick=1)
    peak = max(found, key=lambda length: found[length])
    low, high = lengths.central()
    alt = (
        f"{large(total)} paths; the commonest length is {peak}; "
        f"lengths {low} to {high} hold at least 95 % of them."
    )
    return Chart(figure, alt)
