"""What the reader predicts before the answer shows."""

from __future__ import annotations

from html import escape
from typing import TYPE_CHECKING

import streamlit as st

from explorer.lessons import prose
from explorer.ui.hiding import hidden
from explorer.ui.i18n import _

if TYPE_CHECKING:
    from explorer.lessons.lesson import Question, Step
    from explorer.ui.lesson_state import Answer, Progress


def ask(step: Step, question: Question, done: Progress) -> None:
    """Show a question; its answer shows after a prediction, or when the reader gives up."""
    with st.container(border=True, key="question", gap="small"):
        st.html(f'<div class="rx-prose"><b>{escape(_("Predict first"))}</b>{_html(question)}</div>')
        prediction = _choice(step, question) if question.options else _number(step, question)
        if hidden("reveal"):
            _keep_only(step, prediction, done)
            return
        with st.container(horizontal=True, gap="small"):
            st.button(
                _("That is my prediction"),
                type="primary",
                key="predict",
                disabled=prediction is None,
                on_click=done.answer,
                args=(step, prediction),
            )
            st.button(
                _("Show without predicting"),
                type="tertiary",
                key="skip",
                on_click=done.answer,
                args=(step, None),
            )


def _html(question: Question) -> str:
    return prose.html(question.text)


def _choice(step: Step, question: Question) -> Answer | None:
    names = [option.name for option in question.options]
    chosen = st.radio(
        _("Your prediction"),
        names,
        index=None,
        key=f"predict-{step.name}",
        format_func=question.words,
        label_visibility="collapsed",
    )
    return chosen if chosen in names else None


def _number(step: Step, question: Question) -> Answer | None:
    whole = isinstance(question.answer, float) and question.answer.is_integer()
    label = _("Your prediction")
    if question.unit:
        label = _("Your prediction [{unit}]").format(unit=question.unit)
    value = st.number_input(
        label,
        0.0,
        float(question.high),
        value=None,
        step=1.0 if whole else 0.1,
        format="%.0f" if whole else "%.4g",
        key=f"predict-{step.name}",
        width=260,
    )
    return None if value is None else float(value)


def _keep_only(step: Step, prediction: Answer | None, done: Progress) -> None:
    """Keep a prediction whose answer the teacher shows."""
    if prediction is not None:
        done.answers[step.name] = prediction


def given(step: Step, question: Question, done: Progress) -> None:
    """Show what was predicted beside what is right."""
    answer = done.answers.get(step.name)
    right = escape(question.words(question.answer))
    cells = f"<dt>{escape(_('Answer'))}</dt><dd>{right}</dd>"
    if answer is not None:
        is_right = question.is_right(answer)
        verdict = _("as you predicted") if is_right else _("not as you predicted")
        cells = (
            f"<dt>{escape(_('Your prediction'))}</dt><dd>{escape(question.words(answer))}</dd>"
            f"<dt>{escape(_('Answer'))}</dt><dd>{right} <i>{escape(verdict)}</i></dd>"
        )
    with st.container(border=True, key="question", gap="small"):
        st.html(f'<div class="rx-prose">{_html(question)}</div><dl class="rx-answer">{cells}</dl>')
        st.button(
            _("Predict again"), type="tertiary", key="again", on_click=done.again, args=(step,)
        )
