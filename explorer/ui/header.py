"""The title row of a network: its name, how it was changed, presets, undo, link."""

from __future__ import annotations

import streamlit as st

from explorer.errors import ExplorerError
from explorer.spec.edit import blank
from explorer.spec.presets import name_of, preset, presets
from explorer.ui import nav, panels
from explorer.ui.changes import changes
from explorer.ui.compare_start import compare_from_build
from explorer.ui.components.copy_link import copy_link
from explorer.ui.exchange import exchange
from explorer.ui.guard import show
from explorer.ui.hiding import hidden
from explorer.ui.i18n import _, plural
from explorer.ui.state import Hand, widget

NOTHING = ""
"""What stands for the choice of no preset."""


def page_title(text: str, note: str) -> None:
    """Show the name of a page in one grey sentence, and the button that copies its link."""
    words, button = st.columns((5, 1), vertical_alignment="center")
    with words:
        panels.title(text, note)
    with button, st.container(horizontal=True, horizontal_alignment="right"):
        link_button()


def link_button() -> None:
    """Show the button that copies the link of this page, unless the link hides it."""
    if not hidden("link"):
        copy_link(_("Copy link"), _("Copied"), key="copy-link")


def title_row(now: Hand, sentence: str, *, trains: bool = True, builds: bool = False) -> None:
    """Show the name of the network in hand, and what can be done with it as a whole."""
    is_edited = not now.is_preset and now.base is not None and now.base != now.spec
    words, buttons = st.columns((1, 2.8 if builds else 2), vertical_alignment="center")
    badge = _("edited") if is_edited else ""
    # As high with the changes as without: nothing below it jumps at the first edit.
    with words, st.container(key="title-row", vertical_alignment="center"):
        if builds and is_edited:
            with st.container(gap=None):
                panels.title(now.title, "", badge)
                changes(now)
        else:
            panels.title(now.title, sentence, badge)
    with buttons, st.container(horizontal=True, horizontal_alignment="right", gap="small"):
        if not hidden("presets"):
            _preset_choice(now)
        if not hidden("history"):
            _history(now)
        if not hidden("exchange"):
            exchange(now)
        link_button()
        if builds and not hidden("compare"):
            _compare(now)
        if trains and not hidden("train"):
            _train(now)


def _compare(now: Hand) -> None:
    hint = _("With what it came from, side by side.")
    if st.button(_("Compare"), key="to-compare", help=hint):
        compare_from_build(now)


def _train(now: Hand) -> None:
    if st.button(_("Train this network"), type="primary", disabled=now.error is not None):
        nav.go("train")


def _preset_choice(now: Hand) -> None:
    names, current = [NOTHING, *presets()], name_of(now.spec)
    # Named after the network, so that the box is a new one when an edit has left the preset.
    key = now.key("preset", current)

    def choose() -> None:
        # A browser in a hurry still tells of the box before, which says nothing new.
        is_current = key == now.key("preset", name_of(now.spec))
        name = widget(key)
        if isinstance(name, str) and is_current:
            try:
                spec = blank() if name == NOTHING else preset(name)
                now.start(spec, None if name == NOTHING else spec)
            except ExplorerError as error:
                show(error)

    st.selectbox(
        _("Preset"),
        names,
        names.index(current) if current else None,
        key=key,
        on_change=choose,
        placeholder=_("Presets"),
        label_visibility="collapsed",
        format_func=_preset_words,
        width=180,
    )


def _preset_words(name: object) -> str:
    if name == NOTHING:
        return _("Start from nothing")
    return presets()[str(name)].title if name in presets() else str(name)


def _history(now: Hand) -> None:
    st.button(
        _("Undo"),
        icon=":material/undo:",
        on_click=now.undo,
        disabled=not now.undone,
        help=plural("{n} step back", "{n} steps back", len(now.undone)) if now.undone else None,
    )
    st.button(_("Redo"), icon=":material/redo:", on_click=now.redo, disabled=not now.redone)
