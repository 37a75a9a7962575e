"""One step of a lesson: text, a state to open, a question, and what it reveals."""

from __future__ import annotations

from html import escape
from typing import TYPE_CHECKING

import streamlit as st

from explorer.errors import ExplorerError
from explorer.lessons import prose
from explorer.lessons.links import filled
from explorer.ui import glossary, nav, panels
from explorer.ui.guard import show
from explorer.ui.hiding import hidden
from explorer.ui.i18n import _
from explorer.ui.lesson_figures import figures, paper_tables, text
from explorer.ui.lesson_question import ask, given
from explorer.ui.lesson_reveal import reveal

if TYPE_CHECKING:
    from explorer.lessons.lesson import Lesson, Opening, Step
    from explorer.ui.lesson_state import Place, Progress

_FEW_COLUMNS = 5


def show_step(lesson: Lesson, where: Place, step: Step, done: Progress) -> None:
    """Show a step: what is read and opened at the left, what is asked and seen at the right."""
    left, right = st.columns((1, 1.9 if _has_wide_table(lesson, step) else 1.25), gap="large")
    with left:
        st.html(f'<h2 class="rx-step">{escape(step.title)}</h2>')
        text(lesson, where.lesson, step.text)
        glossary.words(_terms(step))
        if step.open and (done.is_open(step) or not step.open.after):
            _opening(lesson, where, step.open)
    with right:
        figures(lesson, where.lesson, step.figures)
        paper_tables(step.tables)
        _asked(step, done)
        _seen(lesson, where, step, done)


def _has_wide_table(lesson: Lesson, step: Step) -> bool:
    """Return whether a step shows a table that needs more than half of the page."""
    tables = (lesson.experiment(one.experiment) for one in step.shown if one.kind == "table")
    return any(len(one.columns) + len(one.printed) > _FEW_COLUMNS for one in tables)


def _asked(step: Step, done: Progress) -> None:
    """Show the question, or what was answered; a button where nothing is asked."""
    if step.question and done.is_open(step):
        given(step, step.question, done)
    elif step.question:
        ask(step, step.question, done)
    elif step.reveal and not done.is_open(step):
        _show_button(step, done)


def _seen(lesson: Lesson, where: Place, step: Step, done: Progress) -> None:
    if step.reveal and hidden("reveal"):
        panels.note(_("The answer is shown by your teacher."))
    elif step.reveal and done.is_open(step):
        reveal(lesson, where.lesson, step)


def _terms(step: Step) -> tuple[str, ...]:
    return prose.terms(step.text)


def _opening(lesson: Lesson, where: Place, opening: Opening) -> None:
    with st.container(border=True, key="opening", gap="small"):
        if opening.look:
            text(lesson, where.lesson, opening.look)
        if st.button(opening.label, icon=":material/open_in_new:", key="open-state"):
            try:
                link = filled(opening.link, lesson)
                hide = {"hide": ",".join(opening.hide)} if opening.hide else {}
                nav.go_to(link, lesson=where.token, **hide)
            except ExplorerError as error:
                show(error)


def _show_button(step: Step, done: Progress) -> None:
    if not hidden("reveal"):
        st.button(
            _("Show what comes out"),
            type="primary",
            key="show-reveal",
            on_click=done.answer,
            args=(step, None),
        )
