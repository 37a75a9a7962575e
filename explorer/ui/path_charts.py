"""The distribution of path lengths of the network in hand."""

from __future__ import annotations

from typing import TYPE_CHECKING

import streamlit as st

from explorer.figures.charts import path_lengths
from explorer.ui import cached, panels
from explorer.ui.i18n import _
from explorer.ui.path_units import choose_unit, words_of

if TYPE_CHECKING:
    from explorer.ui.state import Hand


def path_length_chart(now: Hand) -> None:
    """Show how many paths of each length there are, by blocks or by convolutions."""
    with st.container(border=True, key="path-lengths"):
        words = st.container()
        unit = choose_unit(now)
        lengths = cached.path_lengths(now.working, unit)
        chart = path_lengths(lengths, words_of(unit).axis)
        with words:
            low, high = lengths.central()
            panels.heading(
                _("Paths by length"),
                _(
                    "Mean {mean}, spread {std}; lengths {low} to {high} hold 95 % of the paths."
                ).format(mean=f"{lengths.mean:.4g}", std=f"{lengths.std:.2g}", low=low, high=high),
            )
        st.plotly_chart(
            chart.figure, key="path-length-chart", config={"displayModeBar": False}, alt=chart.alt
        )
