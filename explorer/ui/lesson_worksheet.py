"""Worksheets: the lesson with the reader's own answers and figures, to keep or to hand in."""

from __future__ import annotations

from functools import partial
from typing import TYPE_CHECKING

import streamlit as st

from explorer.export.fonts import can_be_printed
from explorer.lessons.worksheet import Sheet, to_markdown, to_pdf
from explorer.ui import cached_lessons
from explorer.ui.i18n import _, in_this_language
from explorer.ui.lesson_state import Place, progress
from explorer.ui.lesson_train import own_results

if TYPE_CHECKING:
    from explorer.lessons.lesson import Lesson


def worksheet(lesson: Lesson, where: Place) -> None:
    """Show the buttons that make the worksheet; it is made when one is pressed."""
    # Now, in the reader's session; the file itself is written when a button is pressed.
    sheet = _sheet(lesson, where)
    with st.popover(_("Worksheet")):
        st.caption(_("The steps with your predictions and results; lines where there are none."))
        for label, suffix, mime, make in (
            (_("Markdown"), "md", "text/markdown", to_markdown),
            (_("PDF"), "pdf", "application/pdf", to_pdf),
        ):
            st.download_button(
                label,
                in_this_language(partial(make, sheet)),
                file_name=f"{where.lesson}.{suffix}",
                mime=mime,
                key=f"worksheet-{suffix}",
                on_click="ignore",
                disabled=suffix == "pdf" and not can_be_printed(),
                help=None
                if suffix != "pdf" or can_be_printed()
                else _(
                    "This machine has no font with the signs of this language; the Markdown file "
                    "has the same."
                ),
            )


def _sheet(lesson: Lesson, where: Place) -> Sheet:
    done = progress(where.lesson)
    return Sheet(
        lesson,
        dict(done.answers),
        frozenset(done.open),
        {
            one.name: cached_lessons.recorded_runs(where.lesson, one.name)
            for one in lesson.experiments
        },
        {one.name: own_results(where.lesson, one) for one in lesson.experiments},
    )
