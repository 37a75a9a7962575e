"""The distribution of path lengths of the network in hand."""

from __future__ import annotations

from typing import TYPE_CHECKING, cast

import streamlit as st

from explorer.figures.charts import path_lengths
from explorer.ui import cached, panels
from explorer.ui.i18n import _

if TYPE_CHECKING:
    from explorer.analysis.paths import Unit
    from explorer.ui.state import Hand

_UNITS = ("block", "conv")


def path_length_chart(now: Hand) -> None:
    """Show how many paths of each length there are, by blocks or by convolutions."""
    with st.container(border=True, key="path-lengths"):
        words = st.container()
        unit = cast("Unit", _unit())
        lengths = cached.path_lengths(now.working, unit)
        x_title = (
            _("path length (blocks gone through)")
            if unit == "block"
            else _("path length (convolutions gone through)")
        )
        chart = path_lengths(lengths, x_title)
        with words:
            low, high = lengths.central()
            panels.heading(
                _("Paths by length"),
                _(
                    "Mean {mean}, spread {std}; lengths {low} to {high} hold 95 % of the paths."
                ).format(mean=f"{lengths.mean:g}", std=f"{lengths.std:.2g}", low=low, high=high),
            )
        st.plotly_chart(
            chart.figure, key="path-length-chart", config={"displayModeBar": False}, alt=chart.alt
        )


def _unit() -> str:
    chosen = st.segmented_control(
        _("One unit is"),
        _UNITS,
        default="block",
        required=True,
        key="path-unit",
        format_func=lambda unit: _("a block") if unit == "block" else _("a conv"),
        label_visibility="collapsed",
    )
    return chosen if chosen in _UNITS else "block"
