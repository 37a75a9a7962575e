"""The reader's language: of the link, else what they chose, else of their browser."""

from __future__ import annotations

from typing import Any

import streamlit as st
from streamlit.components import v2 as components

from explorer import words
from explorer.ui import state, urls
from explorer.ui.components.assets import loader
from explorer.ui.urls import Param

_CHOSEN, _SPOKEN = "language", "spoken"
_TAGS = {"zh": "zh-Hans"}
"""What a browser calls a language where that is not its code: fonts and voices go by it."""

_page: Any = components.component(
    "explorer_page", html='<div class="rx-root"></div>\n', js=loader("page")
)


def listen() -> None:
    """Speak the reader's language in this run.

    Within a session only the button below changes it: a rerun may carry an older link.
    """
    chosen = state.recall(_CHOSEN)
    if not isinstance(chosen, str) or urls.went_back():
        chosen = words.matching(urls.get(Param.LANGUAGE)) or ""
        state.keep(_CHOSEN, chosen)
    words.speak(chosen or words.matching(st.context.locale) or words.ENGLISH)
    if state.recall(_SPOKEN) not in {None, words.language()}:
        state.hand().tell_again()
        state.renew_choices()
    state.keep(_SPOKEN, words.language())


def language_switch() -> None:
    """Show a button for each other language, at the top right of every page."""
    spoken = words.language()
    with st.container(key="language", horizontal=True, gap="small"):
        for code, name in words.LANGUAGES.items():
            if code != spoken:
                st.button(name, key=f"speak-{code}", on_click=_choose, args=(code,))
        _page(key="page-language", data={"language": _TAGS.get(spoken, spoken)})


def write() -> None:
    """Make the link say which language was chosen; it says none where the browser decides."""
    urls.put(Param.LANGUAGE, str(state.recall(_CHOSEN, "")))


def _choose(code: str) -> None:
    state.keep(_CHOSEN, code)
