"""Charts that do not move: plotly figures with direct labels and a sentence that says them."""

# pyright: standard
from __future__ import annotations

from itertools import pairwise
from typing import TYPE_CHECKING, NamedTuple

import numpy as np
import plotly.graph_objects as go

from explorer.units import large, percent
from explorer.words import _

if TYPE_CHECKING:
    from explorer.analysis.paths import PathLengths
    from explorer.analysis.receptive_paths import ReceptivePaths

HEIGHT = 240
NEUTRAL = "#7C8696"
MAX_LABELLED_BARS = 10
TWIN = "#D55E00"
MAX_RECEPTIVE_BARS = 64
"""More sizes than this are drawn in ranges of equal width."""


class Chart(NamedTuple):
    """A figure and its message for those who do not see it.

    Attributes:
        figure: The plotly figure.
        alt: Its message in one sentence.
    """

    figure: go.Figure
    alt: str


def plain(figure: go.Figure, x_title: str, height: int = HEIGHT) -> go.Figure:
    """Return a chart with our margins, no legend and nothing that a drag could move."""
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
        _("{count} of {all} paths, {share}").format(
            count=label, all=large(total), share=percent(share, 2)
        )
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
    plain(figure, x_title)
    figure.update_yaxes(ticksuffix="" if counted else " %")
    if counted:
        figure.update_xaxes(dtick=1)
    peak = max(found, key=lambda length: found[length])
    low, high = lengths.central()
    alt = _(
        "{n} paths; the commonest length is {peak}; lengths {low} to {high} hold at least 95 % of "
        "them."
    ).format(n=large(total), peak=peak, low=low, high=high)
    return Chart(figure, alt)


def receptive_paths(
    found: ReceptivePaths,
    image_size: int,
    x_title: str,
    twin: tuple[str, ReceptivePaths] | None = None,
) -> Chart:
    """Return bars: which share of the paths has each receptive field.

    Args:
        found: The distribution.
        image_size: Side of the image [px], drawn where receptive fields go beyond it.
        x_title: What is on the axis.
        twin: Name and distribution of a network to compare with, drawn as a line.
    """
    both = [found] if twin is None else [found, twin[1]]
    first = min(min(paths.counts) for paths in both)
    last = max(paths.largest for paths in both)
    sizes = sorted({size for paths in both for size in paths.counts})
    step = min((b - a for a, b in pairwise(sizes)), default=2)
    # A whole number of the network's own steps, so that every range holds as many sizes.
    wide = step * max(1, -(-(last - first + step) // (step * MAX_RECEPTIVE_BARS)))
    x, shares = _ranged(found, first, last, wide)
    hover = [
        _("{size} px: {share}").format(size=_range(start, wide, step), share=percent(share, 2))
        for start, share in zip(x, shares, strict=True)
    ]
    middle = x + (wide - step) / 2
    figure = go.Figure(
        go.Bar(
            x=middle,
            y=100 * shares,
            width=0.86 * wide,
            marker_color=NEUTRAL,
            hovertext=hover,
            hovertemplate="%{hovertext}<extra></extra>",
        )
    )
    if twin is not None:
        _sizes, others = _ranged(twin[1], first, last, wide)
        _outline(figure, middle, 100 * others, twin[0])
    plain(figure, x_title)
    figure.update_yaxes(ticksuffix=" %", rangemode="tozero")
    if image_size < last:
        figure.add_vline(image_size, line={"width": 1, "dash": "dot", "color": NEUTRAL})
    low, high = found.central()
    alt = _(
        "{n} paths with {fields} receptive fields up to {largest} px; {low} to {high} px hold at "
        "least 95 % of them."
    ).format(
        n=large(found.num_paths),
        fields=len(found.counts),
        largest=found.largest,
        low=low,
        high=high,
    )
    return Chart(figure, alt)


def _ranged(
    found: ReceptivePaths, first: int, last: int, wide: int
) -> tuple[np.ndarray, np.ndarray]:
    x = np.arange(first, last + 1, wide)
    counts = [0] * len(x)
    for size, count in found.counts.items():
        counts[(size - first) // wide] += count
    return x, np.array([count / found.num_paths for count in counts])


def _range(start: int, wide: int, step: int) -> str:
    if wide == step:
        return str(start)
    return _("{low} to {high}").format(low=start, high=start + wide - step)


def _outline(figure: go.Figure, x: np.ndarray, y: np.ndarray, name: str) -> None:
    figure.add_scatter(
        x=x,
        y=y,
        mode="lines",
        line={"color": TWIN, "width": 2, "shape": "hvh"},
        hovertemplate=f"{name}: %{{y:.2f}} %<extra></extra>",
    )
    peak = int(np.argmax(y))
    figure.add_annotation(
        x=x[peak],
        y=y[peak],
        text=name,
        showarrow=False,
        yanchor="bottom",
        yshift=2,
        font={"color": TWIN},
    )
