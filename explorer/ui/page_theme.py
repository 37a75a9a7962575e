"""The theme of the page, and charts as every section shows them."""

from __future__ import annotations

from typing import TYPE_CHECKING

import streamlit as st

if TYPE_CHECKING:
    from explorer.figures.charts import Chart
    from explorer.figures.theme import Theme


def page_theme() -> Theme:
    """Return the theme that the reader sees."""
    return "dark" if st.context.theme.type == "dark" else "light"


def plot(chart: Chart, key: str) -> None:
    """Show a chart with its message for those who do not see it."""
    st.plotly_chart(chart.figure, key=key, config={"displayModeBar": False}, alt=chart.alt)
