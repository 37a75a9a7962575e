"""One lesson: its title, where the reader is, and the step."""

from __future__ import annotations

from typing import TYPE_CHECKING

import streamlit as st

from explorer.errors import LessonError
from explorer.ui import cached_lessons, panels, urls
from explorer.ui.components.scroll_top import scroll_top
from explorer.ui.header import link_button
from explorer.ui.i18n import _, plural
from explorer.ui.lesson_list import lesson_list
from explorer.ui.lesson_state import Place, Progress, place, progress
from explorer.ui.lesson_step import show_step
from explorer.ui.lesson_worksheet import worksheet
from explorer.ui.state import set_widget, start_widget, widget
from explorer.ui.urls import Param

if TYPE_CHECKING:
    from explorer.lessons.lesson import Lesson


def lessons_page() -> None:
    """Show the lesson that the link names, or the list.

    Raises:
        LessonError: The lesson of the link is not there or cannot be read.
    """
    where = place()
    if where is None:
        lesson_list()
        return
    entry = next((e for e in cached_lessons.lessons() if e.name == where.lesson), None)
    if entry is None or entry.lesson is None:
        _to_list()
        raise (
            entry.problem
            if entry and entry.problem
            else LessonError(
                _("There is no lesson {name} here.").format(name=where.lesson),
                _("Choose one of the list."),
            )
        )
    step = min(max(1, where.step), len(entry.lesson.steps))
    _lesson(entry.lesson, Place(where.lesson, step))


def _lesson(lesson: Lesson, where: Place) -> None:
    done = progress(where.lesson)
    done.last = where.step
    step = lesson.steps[where.step - 1]
    done.seen.add(step.name)
    _title(lesson, where)
    _steps(lesson, where, done)
    show_step(lesson, where, step, done)
    _ways(lesson, where)
    scroll_top(where.token, key="scroll-top")


def _title(lesson: Lesson, where: Place) -> None:
    words, buttons = st.columns((2, 1), vertical_alignment="center")
    with words:
        time = plural("about {n} minute", "about {n} minutes", lesson.minutes)
        number = f"{lesson.number}. " if lesson.number < 999 else ""
        panels.title(f"{number}{lesson.title}", time)
    with buttons, st.container(horizontal=True, horizontal_alignment="right", gap="small"):
        _to_list()
        worksheet(lesson, where)
        link_button()


def _to_list() -> None:
    if st.button(_("All lessons"), key="all-lessons"):
        urls.put(Param.LESSON, "")
        st.rerun()


def _steps(lesson: Lesson, where: Place, done: Progress) -> None:
    """Show the steps in a row; each can be gone to."""
    key = f"steps-{where.lesson}"
    start_widget(key, where.step)
    if widget(key) != where.step:
        set_widget(key, where.step)
    numbers = range(1, len(lesson.steps) + 1)

    def words(number: int) -> str:
        step = lesson.steps[number - 1]
        is_done = step.name in done.seen and (step.reveal is None or done.is_open(step))
        mark = " ✓" if is_done and number != where.step else ""
        title = f" · {step.title}" if number == where.step else ""
        return f"{number}{mark}{title}"

    def go() -> None:
        chosen = widget(key)
        if isinstance(chosen, int):
            urls.put(Param.LESSON, Place(where.lesson, chosen).token)

    st.segmented_control(
        _("Steps"),
        numbers,
        default=where.step,
        required=True,
        key=key,
        on_change=go,
        format_func=words,
        label_visibility="collapsed",
    )


def _ways(lesson: Lesson, where: Place) -> None:
    """Show the buttons to the step before and the next one."""
    total = len(lesson.steps)
    with st.container(horizontal=True, vertical_alignment="center", gap="small"):
        _way(_("Back"), where, -1, disabled=where.step == 1)
        if where.step < total:
            title = lesson.steps[where.step].title
            _way(_("Next: {title}").format(title=title), where, 1, primary=True)
        elif st.button(_("Finish: all lessons"), type="primary", key="finish"):
            urls.put(Param.LESSON, "")
            st.rerun()
        panels.note(_("Step {step} of {total}").format(step=where.step, total=total))


def _way(
    label: str, where: Place, by: int, *, primary: bool = False, disabled: bool = False
) -> None:
    def go() -> None:
        urls.put(Param.LESSON, Place(where.lesson, where.step + by).token)

    st.button(
        label,
        type="primary" if primary else "secondary",
        key="next-step" if by > 0 else "step-back",
        on_click=go,
        disabled=disabled,
    )
