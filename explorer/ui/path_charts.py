"""What the paths of the network in hand are like: their lengths, and what they see."""

from __future__ import annotations

from typing import TYPE_CHECKING

import streamlit as st

from explorer.figures.charts import path_lengths, receptive_paths
from explorer.ui import cached, panels
from explorer.ui.i18n import _, sentences
from explorer.ui.path_units import choose_unit, words_of

if TYPE_CHECKING:
    from explorer.ui.state import Hand


def path_charts(now: Hand) -> None:
    """Show the lengths and the receptive fields of all paths, side by side."""
    left, right = st.columns(2, gap="medium")
    with left:
        path_length_chart(now)
    with right:
        receptive_chart(now)


def receptive_chart(now: Hand) -> None:
    """Show which share of the paths has each receptive field; Res2Net beside its scale 1."""
    found, twin = cached.receptive_paths(now.working), cached.without_scales(now.working)
    image = now.working.image_size
    with st.container(border=True, key="receptive-paths"):
        low, high = found.central()
        panels.heading(
            _("Receptive fields of the paths"),
            _(
                "Mean {mean} px, spread {std}; {low} to {high} px hold 95 % of the paths. "
                "Widest {largest} px, {num} different."
            ).format(
                mean=f"{found.mean:.0f}",
                std=f"{found.std:.0f}",
                low=low,
                high=high,
                largest=found.largest,
                num=len(found.counts),
            ),
        )
        name = _("scale 1: ResNet")
        chart = receptive_paths(
            found,
            image,
            _("theoretical receptive field [px]"),
            (name, twin) if twin else None,
        )
        st.plotly_chart(
            chart.figure, key="receptive-chart", config={"displayModeBar": False}, alt=chart.alt
        )
        words = _(
            "Every way through the graph counts: past or through a block, along "
            "each group and scale."
        )
        is_wider = image < found.largest
        panels.note(sentences((words, _("The dotted line is the image.") if is_wider else "")))


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
