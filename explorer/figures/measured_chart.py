"""Measured localisation as points with intervals: two networks by the size of the object."""

# pyright: standard
from __future__ import annotations

from typing import TYPE_CHECKING

import plotly.graph_objects as go

from explorer.figures.charts import HEIGHT, NEUTRAL, Chart
from explorer.figures.theme import COMPARED, COMPARED_MARKS
from explorer.words import _

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from explorer.cam.measure.report import Row
    from explorer.cam.measure.statistics import Interval
    from explorer.figures.theme import Theme

APART = 0.11
"""Between the points of two networks, in places of the axis."""


def measured(
    rows: Sequence[Row],
    words: Mapping[str, str],
    titles: tuple[str, str, str],
    theme: Theme = "light",
) -> Chart:
    """Draw one metric of one method with its 95 % intervals and what chance gives.

    Args:
        rows: One for each stratum, left to right.
        words: The names of the strata.
        titles: Of the metric, of the axis of the strata, and what chance is called.
        theme: Of the page.
    """
    title, x_title, chance = titles
    figure = go.Figure()
    has_pair = any(row.b is not None for row in rows)
    shift = APART if has_pair else 0.0
    colours = COMPARED[theme]
    _points(figure, (0, colours[0]), [row.value_a for row in rows], rows[0].a, -shift)
    if has_pair:
        values = [row.value_b for row in rows]
        _points(figure, (1, colours[1]), values, rows[0].b or "", shift)
    _chance(figure, rows, chance)
    figure.update_layout(
        height=HEIGHT,
        margin={"l": 8, "r": 8, "t": 18, "b": 40},
        showlegend=False,
        dragmode=False,
        font={"size": 12},
    )
    figure.update_xaxes(
        title=x_title,
        tickvals=list(range(len(rows))),
        ticktext=[words.get(row.stratum, row.stratum) for row in rows],
        range=[-0.5, len(rows) - 0.5],
        showgrid=False,
        zeroline=False,
        fixedrange=True,
    )
    figure.update_yaxes(nticks=5, rangemode="tozero", zeroline=False, fixedrange=True)
    return Chart(figure, _alt(rows, words, title))


def _points(
    figure: go.Figure,
    look: tuple[int, str],
    values: Sequence[Interval | None],
    name: str,
    shift: float,
) -> None:
    place, colour = look
    known = [(x, value) for x, value in enumerate(values) if value is not None]
    figure.add_scatter(
        x=[x + shift for x, _ in known],
        y=[value.value for _, value in known],
        mode="markers",
        marker={"color": colour, "size": 9, "symbol": COMPARED_MARKS[place]},
        error_y={
            "type": "data",
            "array": [value.high - value.value for _, value in known],
            "arrayminus": [value.value - value.low for _, value in known],
            "color": colour,
            "thickness": 2,
            "width": 5,
        },
        customdata=[(value.low, value.high) for _, value in known],
        name=name,
        hovertemplate=_("{value}, 95 %: {low} to {high}").format(
            value="%{y:.3f}", low="%{customdata[0]:.3f}", high="%{customdata[1]:.3f}"
        ),
    )


def _chance(figure: go.Figure, rows: Sequence[Row], name: str) -> None:
    floors = [(x, row.floor) for x, row in enumerate(rows) if row.floor is not None]
    for x, floor in floors:
        figure.add_shape(
            type="line",
            x0=x - 0.3,
            x1=x + 0.3,
            y0=floor,
            y1=floor,
            line={"width": 1.5, "dash": "dot", "color": NEUTRAL},
        )
    if floors:
        x, floor = floors[-1]
        figure.add_annotation(
            x=x + 0.3,
            y=floor,
            text=name,
            showarrow=False,
            xanchor="right",
            yanchor="top",
            font={"color": NEUTRAL},
        )


def _alt(rows: Sequence[Row], words: Mapping[str, str], title: str) -> str:
    said = [
        _("{stratum}: {values}").format(
            stratum=words.get(row.stratum, row.stratum),
            values=_both(f"{row.value_a.value:.2f}", row.value_b and f"{row.value_b.value:.2f}"),
        )
        for row in rows
    ]
    names = _both(rows[0].a, rows[0].b)
    return _("{title} of {names}; {values}.").format(
        title=title, names=names, values=_("; ").join(said)
    )


def _both(a: str, b: str | None) -> str:
    return _("{a} and {b}").format(a=a, b=b) if b else a
