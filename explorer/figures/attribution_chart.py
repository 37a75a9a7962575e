"""What each edit accounts for, as bars to both sides of zero."""

# pyright: standard
from __future__ import annotations

from textwrap import wrap
from typing import TYPE_CHECKING

import plotly.graph_objects as go

from explorer.figures.charts import NEUTRAL, Chart, plain
from explorer.figures.theme import COMPARED

if TYPE_CHECKING:
    from collections.abc import Sequence

BAR = 40
"""Height of one bar with its distance to the next [px]."""
LETTERS = 26
"""On one line of a label."""


def attribution_bars(
    labels: Sequence[str],
    values: Sequence[float],
    words: Sequence[str],
    slots: tuple[int, int],
    title: str,
) -> Chart:
    """Return one bar for each edit, from the top, and one for their sum.

    Args:
        labels: Of the edits and of the sum, which is the last.
        values: What each accounts for.
        words: The same as it is written on the bars.
        slots: Places of the baseline and of the other network among those compared: what makes
            the other larger has its colour, what makes it smaller that of the baseline.
        title: The quantity with its unit.
    """
    less, more = (COMPARED["light"][slot] for slot in slots)
    places = list(range(len(labels)))
    colours = [less if value < 0 else more for value in values]
    figure = go.Figure(
        go.Bar(
            x=list(values),
            y=places,
            orientation="h",
            marker={"color": colours, "opacity": [*([1.0] * (len(labels) - 1)), 0.55]},
            text=list(words),
            textposition="outside",
            cliponaxis=False,
            hovertext=list(labels),
            hovertemplate="%{hovertext}: %{text}<extra></extra>",
        )
    )
    plain(figure, title, 70 + BAR * len(labels))
    figure.update_layout(margin={"l": 8, "r": 8, "t": 8, "b": 40})
    figure.update_yaxes(
        autorange="reversed",
        automargin=True,
        tickvals=places,
        ticktext=[_in_two_lines(label) for label in labels],
        showgrid=False,
    )
    low, high = min(0, *values), max(0, *values)
    room = 0.32 * (high - low) or 1
    figure.update_xaxes(
        range=[low - room * (low < 0), high + room * (high > 0)],
        zeroline=True,
        zerolinecolor=NEUTRAL,
        zerolinewidth=1,
        nticks=4,
        tickformat="~s",
    )
    said = "; ".join(f"{label}: {word}" for label, word in zip(labels, words, strict=True))
    return Chart(figure, f"{title}. {said}.")


def _in_two_lines(label: str) -> str:
    """Return a label on at most two lines, cut where it is longer."""
    lines = wrap(label, LETTERS, max_lines=2, placeholder=" …")
    return "<br>".join(lines)
