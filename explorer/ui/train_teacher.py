"""What steers the queue as a whole: a teacher's, or everyone's where there is none."""

from __future__ import annotations

from typing import TYPE_CHECKING

import streamlit as st

from explorer.errors import ExplorerError
from explorer.jobs import client, people
from explorer.ui import state
from explorer.ui.guard import show
from explorer.ui.i18n import _, plural

if TYPE_CHECKING:
    from explorer.store.rules import Rules

_WORD = "teacher-word"
_MESSAGE = "teacher-error"


def teacher_part(*, is_busy: bool) -> None:
    """Show a button that opens it; without a teacher's word it only pauses and clears.

    Args:
        is_busy: Whether anything runs or waits; a queue of one's own is quiet while nothing does.
    """
    is_class, me = people.is_class(), state.person()
    if is_class and not me.is_teacher:
        with st.popover(_("Teacher"), key="teacher"):
            _word()
        return
    rules = client.rules()
    if not (is_class or is_busy or rules.paused):
        return
    with st.popover(_("Queue"), key="steer-queue"):
        _refused()
        _pause(rules)
        _clear()
        if is_class:
            _limits(rules)


def _word() -> None:
    st.text_input(
        _("Teacher's word"),
        type="password",
        key=_WORD,
        max_chars=200,
        on_change=_enter,
        help=_("Whoever runs this server has set it. With it you steer everybody's trainings."),
    )
    _refused()


def _enter() -> None:
    word = state.widget(_WORD)
    if not isinstance(word, str) or not word:
        return
    try:
        state.become_teacher(word)
    except ExplorerError as error:
        state.keep(_MESSAGE, error)
    # What is typed is not kept in the form.
    state.set_widget(_WORD, "")


def _refused() -> None:
    """Say, once and where it was asked for, why something was not done."""
    error = state.recall(_MESSAGE)
    if isinstance(error, ExplorerError):
        state.keep(_MESSAGE, None)
        show(error)


def _pause(rules: Rules) -> None:
    st.toggle(
        _("Pause the queue"),
        rules.paused,
        # A new one whenever somebody else has turned it.
        key=f"queue-paused-{rules.paused}",
        on_change=_set,
        kwargs={"paused": not rules.paused},
        help=_("What runs goes on; nothing else starts."),
    )


def _set(**changes: float | bool | None) -> None:
    try:
        client.set_rules(by=state.person(), **changes)
    except ExplorerError as error:
        state.keep(_MESSAGE, error)


def _clear() -> None:
    too = st.checkbox(_("Cancel those that run, too"), key="clear-running")
    label = _("Cancel all that wait or run") if too else _("Cancel all that wait")
    st.button(label, key="clear-queue", on_click=_cleared, args=(too,))


def _cleared(running: bool) -> None:  # noqa: FBT001 - a callback's argument
    try:
        number = client.clear(by=state.person(), running=running)
    except ExplorerError as error:
        state.keep(_MESSAGE, error)
    else:
        st.toast(plural("{n} training cancelled.", "{n} trainings cancelled.", number))


def _limits(rules: Rules) -> None:
    """Show what one person may have; 0 is no limit."""
    titles = {
        "user_running": (
            _("Running at once, of one person"),
            _("0 for as many as there are places."),
        ),
        "user_queued": (_("Waiting, of one person"), _("0 for no limit.")),
        "gpu_minutes": (
            _("GPU minutes of one person in a day"),
            _("0 for no limit. Workers with --gpus count them; days are those of UTC."),
        ),
    }
    with st.form("teacher-limits", border=False):
        for name, (label, hint) in titles.items():
            now = getattr(rules, name)
            st.number_input(label, 0, 100_000, int(now or 0), key=f"limit-{name}-{now}", help=hint)
        if st.form_submit_button(_("Set these limits")):
            _take(rules, list(titles))


def _take(rules: Rules, names: list[str]) -> None:
    changes: dict[str, float | None] = {}
    for name in names:
        value = state.widget(f"limit-{name}-{getattr(rules, name)}")
        changes[name] = int(value) if isinstance(value, int | float) and value else None
    _set(**changes)
    st.rerun()
