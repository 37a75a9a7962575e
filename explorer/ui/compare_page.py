"""The page Compare: what is compared, which is the baseline, and the sections."""

from __future__ import annotations

from typing import TYPE_CHECKING

import streamlit as st

from explorer.ui import compare_differences, compare_runs, compare_time, compare_why
from explorer.ui.compare_choice import (
    choice,
    choose,
    choose_baseline,
    read_link,
    resolve_all,
    write_link,
)
from explorer.ui.compare_start import next_step
from explorer.ui.finished import finished_runs
from explorer.ui.guard import show
from explorer.ui.header import page_title
from explorer.ui.i18n import _
from explorer.ui.sections import Section, open_section

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping, Sequence

    from explorer.ui.compare_choice import Choice, Entry
    from explorer.ui.finished import Run
    from explorer.ui.state import Hand


def page(hand: Hand) -> None:
    """Show the whole page."""
    now = choice()
    read_link(now)
    page_title(_("Compare"), _("What differs, what it costs, and what it brings."))
    runs = finished_runs()
    entries, problems = resolve_all(now, runs)
    for problem in problems:
        show(problem)
    left, right = st.columns((2.6, 1), vertical_alignment="bottom", gap="medium")
    with left:
        choose(now, hand, runs)
    if len(entries) > 1:
        with right:
            choose_baseline(now, entries)
    # Written before the sections: what they show is what the link says.
    write_link(now)
    open_section(_sections(now, entries, runs, hand), "compare-view")


def _sections(
    now: Choice, entries: Sequence[Entry], runs: Mapping[str, Run], hand: Hand
) -> tuple[Section, ...]:
    def paired(show_: Callable[[], None]) -> Callable[[], None]:
        if len(entries) > 1:
            return show_
        return lambda: next_step(now, entries, hand, runs)

    return (
        Section(
            "differences",
            _("Differences"),
            _("Only what differs from the baseline."),
            paired(lambda: compare_differences.section(now, entries, hand)),
        ),
        Section(
            "why",
            _("Why"),
            _("Which edit accounts for how much of the difference."),
            paired(lambda: compare_why.section(now, entries)),
        ),
        Section(
            "time",
            _("Time and accuracy"),
            _("MACs are not time: measured on this machine."),
            paired(lambda: compare_time.section(now, entries, runs, hand)),
        ),
        Section(
            "runs",
            _("Training runs"),
            _("Curves, seeds, tags and notes of everything that was trained."),
            lambda: compare_runs.section(now, entries, runs),
        ),
    )
