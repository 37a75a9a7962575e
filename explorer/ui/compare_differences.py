"""What differs between networks: figures, fields, and the pictures that move together."""

from __future__ import annotations

from typing import TYPE_CHECKING

import streamlit as st

from explorer.ui import panels
from explorer.ui.compare_fields import field_lines
from explorer.ui.compare_figures import figure_lines
from explorer.ui.compare_html import lines_csv, side_by_side_table
from explorer.ui.compare_panes import pictures
from explorer.ui.i18n import _, plural, sentences
from explorer.ui.kept_choice import switch
from explorer.ui.trained import trained_of
from explorer.ui.urls import Param

if TYPE_CHECKING:
    from collections.abc import Sequence

    from explorer.ui.compare_choice import Choice, Entry
    from explorer.ui.compare_html import Line
    from explorer.ui.state import Hand


def section(now: Choice, entries: Sequence[Entry], hand: Hand) -> None:
    """Show the figures, the fields and the pictures of at least two networks."""
    every = switch(
        Param.FIELDS,
        _("Also what is the same"),
        key="compare-fields",
        help_=_("Else only what differs is listed."),
    )
    trained = [None if e.run is None else trained_of(e.run) for e in entries]
    figures = figure_lines(entries, trained, now.baseline, hand.batch_size)
    fields = field_lines(entries, now.baseline, every=every)
    shown = figures if every else [line for line in figures if line.differs]
    wide = len(entries) > 2
    left, right = (st.container(), st.container()) if wide else st.columns((1.3, 1), gap="medium")
    with left:
        panels.heading(_("Figures"), _counted(shown, figures, _("All figures agree.")))
        if shown:
            side_by_side_table(_("Figures side by side"), entries, shown, now.baseline, tall=True)
    with right:
        panels.heading(_("Fields"), _counted(fields, fields, _("All fields agree.")))
        if fields:
            side_by_side_table(
                _("Fields side by side"), entries, fields, now.baseline, tall=not every
            )
    st.download_button(
        _("Save CSV"),
        lambda: lines_csv(entries, [*shown, *fields]),
        "comparison.csv",
        "text/csv",
        icon=":material/download:",
        on_click="ignore",
        key="compare-csv",
    )
    pictures(now, entries)


def _counted(shown: Sequence[Line], every: Sequence[Line], none: str) -> str:
    number = sum(line.differs for line in every)
    if not number:
        return none
    words = plural("{n} differs.", "{n} differ.", number)
    hidden = len(every) - len(shown)
    return (
        sentences((words, plural("{n} is the same.", "{n} are the same.", hidden)))
        if hidden
        else words
    )
