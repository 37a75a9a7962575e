"""Receptive fields: of the ways inside one block, and measured at the pixels of the input."""

# pyright: standard
from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
import plotly.graph_objects as go

from explorer.figures.charts import HEIGHT, NEUTRAL, TWIN, Chart
from explorer.figures.colormaps import VIRIDIS
from explorer.figures.path_shares import INK
from explorer.units import large, percent
from explorer.words import _, listed

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from explorer.analysis.effective_field import EffectiveField
    from explorer.analysis.receptive_paths import ReceptivePaths

MAP_HEIGHT = 400
MOST_BEYOND = 1.6
"""A theoretical field wider than so many inputs is not drawn: the map would be too small."""
_ALMOST_ALL = 0.999
"""Where the axis of shares ends: what comes after is a flat line."""
_SCALE = [
    (i / 10, f"rgb({r:.0f},{g:.0f},{b:.0f})") for i, (r, g, b) in enumerate(VIRIDIS[::51].tolist())
]


def ways_in_block(
    found: ReceptivePaths, x_title: str, twin: tuple[str, ReceptivePaths] | None = None
) -> Chart:
    """Return bars: how many ways through one block see each number of positions.

    Args:
        found: Of the block.
        x_title: What is on the axis.
        twin: Name and distribution of the same block of a network to compare with.
    """
    sizes = sorted(set(found.counts) | set(twin[1].counts if twin else ()))
    names = [f"{size} × {size}" for size in sizes]
    ways = _("{n} ways, {share}").format(n="%{y}", share="%{hovertext}")
    figure = go.Figure()
    for paths, colour, name in (
        (found, NEUTRAL, ""),
        *(((twin[1], TWIN, twin[0]),) if twin else ()),
    ):
        counts = [paths.counts.get(size, 0) for size in sizes]
        figure.add_bar(
            x=names,
            y=[float(count) for count in counts],
            marker_color=colour,
            text=[large(count) if count else "" for count in counts],
            textposition="outside",
            cliponaxis=False,
            hovertext=[percent(count / paths.num_paths) for count in counts],
            hovertemplate=f"{name} %{{x}}<br>{ways}<extra></extra>",
        )
    _laid_out(figure, HEIGHT)
    figure.update_layout(barmode="group", bargap=0.3)
    figure.update_xaxes(title=x_title, type="category")
    seen = [
        _("{n} see {size} × {size}").format(n=large(count), size=size)
        for size, count in found.counts.items()
    ]
    alt = _("Of {n} ways through the block, {seen}.")
    return Chart(figure, alt.format(n=large(found.num_paths), seen=listed(seen)))


def reach_of(field: EffectiveField) -> float:
    """Return how far from the middle a map is worth showing [px]: little more than the field."""
    farthest = max(field.centre, field.side - 1 - field.centre) + 0.5
    half = field.theoretical / 2
    if field.theoretical <= field.side:
        return min(1.15 * half, farthest)
    return max(1.03 * half, farthest) if _is_drawn(field) else farthest


def _is_drawn(field: EffectiveField) -> bool:
    return field.theoretical <= MOST_BEYOND * field.side


def effective_map(
    field: EffectiveField, x_title: str, words: tuple[str, str], reach: float
) -> Chart:
    """Return a heat map of the field with the theoretical and the effective side as squares.

    Each map has its own scale, from 0 to its largest pixel. Both axes are distances from the
    middle of the theoretical field [px].

    Args:
        field: What was measured.
        x_title: What is on the axis.
        words: What the theoretical and the effective square are called.
        reach: Where both axes end [px]; maps side by side have the same.
    """
    places = np.arange(field.side) - field.centre
    largest = field.values.max(initial=0)
    shown = (field.values / largest if largest else field.values).astype(np.float32)
    figure = go.Figure(
        go.Heatmap(
            x=places,
            y=places,
            z=shown,
            zmin=0,
            zmax=1,
            colorscale=_SCALE,
            showscale=False,
            hovertemplate="%{x:.0f}, %{y:.0f} px: %{z:.1%}<extra></extra>",
        )
    )
    is_inside = field.first >= 0 and field.last < field.side
    if _is_drawn(field):
        colour = "#FFFFFF" if is_inside else NEUTRAL
        _square(figure, field.theoretical / 2, words[0], colour, "solid")
    _square(figure, field.size / 2, words[1], "#FFFFFF", "dot")
    _laid_out(figure, MAP_HEIGHT)
    figure.update_xaxes(title=x_title, range=(-reach, reach), constrain="domain", nticks=5)
    figure.update_yaxes(
        range=(reach, -reach), scaleanchor="x", constrain="domain", nticks=5, showgrid=False
    )
    alt = _(
        "The effective field is {size} px wide, the theoretical one {theoretical} px; the spread "
        "along one axis is {spread} px."
    ).format(size=f"{field.size:.0f}", theoretical=field.theoretical, spread=f"{field.sigma:.1f}")
    return Chart(figure, alt)


def _square(figure: go.Figure, half: float, name: str, colour: str, dash: str) -> None:
    figure.add_shape(
        type="rect",
        x0=-half,
        x1=half,
        y0=-half,
        y1=half,
        line={"color": colour, "width": 1.5, "dash": dash},
    )
    figure.add_annotation(
        x=0,
        y=-half,
        text=name,
        showarrow=False,
        yanchor="top",
        font={"color": colour, "size": 11},
    )


def shares_by_side(curves: Mapping[str, Sequence[float]], x_title: str) -> Chart:
    """Return lines: which share of each field lies in a centred square, by its side.

    Args:
        curves: By name, the share inside squares of side 0, 1, 2, ... px; two at most.
        x_title: What is on the axis.
    """
    figure = go.Figure()
    halves = {name: _reaches(shares, 0.5) for name, shares in curves.items()}
    for (name, shares), colour, dash in zip(
        curves.items(), (INK, TWIN), ("solid", "longdash"), strict=False
    ):
        figure.add_scatter(
            x=list(range(len(shares))),
            y=[100 * share for share in shares],
            mode="lines",
            line={"color": colour, "dash": dash, "width": 2},
            hovertemplate=f"{name}: %{{y:.1f}} %<extra></extra>",
        )
        # The curve that rises first has room at its left, the other at its right.
        is_right = len(curves) == 1 or halves[name] > min(halves.values()) or _is_tied(name, halves)
        at = _reaches(shares, 0.4 if is_right else 0.75)
        figure.add_annotation(
            x=at,
            y=100 * shares[at],
            text=name,
            showarrow=False,
            xanchor="left" if is_right else "right",
            xshift=10 if is_right else -10,
            yshift=-4 if is_right else 4,
            font={"color": colour, "size": 12},
        )
    _laid_out(figure, HEIGHT)
    figure.update_layout(hovermode="x unified")
    end = max(_reaches(shares, _ALMOST_ALL) for shares in curves.values())
    figure.update_xaxes(title=x_title, range=(0, end))
    figure.update_yaxes(ticksuffix=" %", rangemode="tozero")
    sides = [_("{name}: {n} px").format(name=name, n=half) for name, half in halves.items()]
    alt = _("Side of the centred square that holds half of the field, {sides}.")
    return Chart(figure, alt.format(sides=listed(sides)))


def _reaches(shares: Sequence[float], level: float) -> int:
    """Return the side at which a curve reaches a share of its end."""
    return int(np.searchsorted(shares, level * shares[-1]))


def _is_tied(name: str, halves: Mapping[str, int]) -> bool:
    return len(set(halves.values())) == 1 and name == next(iter(halves))


def _laid_out(figure: go.Figure, height: int) -> None:
    figure.update_layout(
        height=height,
        margin={"l": 8, "r": 8, "t": 18, "b": 40},
        showlegend=False,
        dragmode=False,
        font={"size": 12},
    )
    figure.update_xaxes(showgrid=False, zeroline=False, fixedrange=True)
    figure.update_yaxes(nticks=4, zeroline=False, fixedrange=True)
