"""The list of lessons, with the time each takes and how far the reader is."""

from __future__ import annotations

from html import escape
from typing import TYPE_CHECKING

import streamlit as st

from explorer.lessons.library import own_folder
from explorer.ui import cached_lessons, guard, panels, urls
from explorer.ui.header import page_title
from explorer.ui.i18n import _, plural
from explorer.ui.lesson_state import Place, progress
from explorer.ui.urls import Param

if TYPE_CHECKING:
    from explorer.lessons.lesson import Lesson
    from explorer.lessons.library import Entry


def lesson_list() -> None:
    """Show all lessons; those that cannot be read say why."""
    page_title(
        _("Lessons"),
        _("Predict, try, and see your result beside the paper's. Everything works offline."),
    )
    found = cached_lessons.lessons()
    is_new = not any(progress(entry.name).seen for entry in found)
    for place, entry in enumerate(found):
        if entry.lesson is not None:
            _row(entry, entry.lesson, is_next=is_new and place == 0)
        elif entry.problem:
            guard.show(entry.problem)
    panels.note(
        _(
            "A lesson of your own is a folder with one text file in {folder}; docs/lessons.md says "
            "how to write it."
        ).format(folder=own_folder())
    )


def _row(entry: Entry, lesson: Lesson, *, is_next: bool) -> None:
    done, total = progress(entry.name).done(lesson), len(lesson.steps)
    with st.container(border=True, key=f"lesson-{entry.name}"):
        words, button = st.columns((6, 1), vertical_alignment="center")
        with words:
            st.html(_words(entry, lesson, done, total))
        with button:
            label = _("Open") if not done else _("Again") if done == total else _("Go on")
            if is_next:
                label = _("Begin here")
            kind = "primary" if is_next or 0 < done < total else "secondary"
            if st.button(label, key=f"open-{entry.name}", type=kind, width="stretch"):
                open_lesson(Place(entry.name, progress(entry.name).last if done < total else 1))


def _words(entry: Entry, lesson: Lesson, done: int, total: int) -> str:
    time = plural("{n} minute", "{n} minutes", lesson.minutes)
    if done == total:
        state = _("finished")
    elif done:
        state = _("{done} of {total} steps done").format(done=done, total=total)
    else:
        state = plural("{n} step", "{n} steps", total)
    number = f"{lesson.number}. " if lesson.number < 999 else ""
    origin = f" · {_('your own')}" if entry.is_own else ""
    return (
        f'<div class="rx-lesson"><h2>{escape(number + lesson.title)}</h2>'
        f"<p>{escape(lesson.summary)}</p>"
        f'<div class="rx-note">{escape(f"{time} · {state}{origin}")}</div></div>'
    )


def open_lesson(where: Place) -> None:
    """Show a step of a lesson."""
    urls.put(Param.LESSON, where.token)
    st.rerun()
