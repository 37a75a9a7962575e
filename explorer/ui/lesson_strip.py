"""The strip on the other pages while a lesson goes on: where the reader is, and the way back."""

from __future__ import annotations

from html import escape

import streamlit as st

from explorer.lessons import prose
from explorer.ui import cached_lessons, hiding, nav
from explorer.ui.i18n import _, plural
from explorer.ui.lesson_state import place


def lesson_strip() -> None:
    """Show which step of which lesson this page belongs to; nothing outside a lesson."""
    where = place()
    if where is None:
        return
    entry = next((e for e in cached_lessons.lessons() if e.name == where.lesson), None)
    if entry is None or entry.lesson is None:
        return
    lesson = entry.lesson
    step = lesson.steps[min(max(1, where.step), len(lesson.steps)) - 1]
    words = (
        _("Lesson {number} · {lesson}, step {step}: {title}")
        if lesson.number < 999
        else _("Lesson · {lesson}, step {step}: {title}")
    ).format(number=lesson.number, lesson=lesson.title, step=where.step, title=step.title)
    look = prose.html(step.open.look) if step.open else ""
    with st.container(
        horizontal=True, vertical_alignment="center", gap="small", key="lesson-strip"
    ):
        st.html(f'<div class="rx-strip-lesson"><b>{escape(words)}</b>{look}</div>')
        num = hiding.num_hidden()
        if num:
            st.button(
                plural("Show {n} hidden control", "Show {n} hidden controls", num),
                type="tertiary",
                key="show-hidden",
                on_click=hiding.show_all,
            )
        if st.button(_("Back to the lesson"), type="primary", key="back-to-lesson"):
            nav.go("lessons", lesson=where.token)
