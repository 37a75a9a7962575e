"""What pages say, in the language of their reader: ``explorer.words`` for the pages."""

from __future__ import annotations

from functools import partial
from typing import TYPE_CHECKING, TypeVar
from urllib.parse import parse_qs

import streamlit as st
from streamlit.runtime.scriptrunner import get_script_run_ctx

from explorer import words
from explorer.words import _, listed, meant, plural, retold, sentences

if TYPE_CHECKING:
    from collections.abc import Callable

__all__ = ["_", "asked_for", "in_this_language", "listed", "meant", "plural", "retold", "sentences"]

PARAM = "lang"
R = TypeVar("R")


def asked_for() -> str | None:
    """Return the language that the link asks for, else the browser; None where neither does.

    Reads nothing of the session: a callback may run before the page does, and each look at the
    session's state there is a moment at which the callback may be given up.
    """
    context = get_script_run_ctx(suppress_warning=True)
    if context is None:
        return None
    return in_link(context.query_string) or words.matching(st.context.locale)


def in_link(query: str) -> str | None:
    """Return the language in a query string; None where it names none that we have."""
    return words.matching(parse_qs(query).get(PARAM, [""])[-1])


def in_this_language(make: Callable[[], R]) -> Callable[[], R]:
    """Return what makes a file as it would now: files are made later, outside of the page."""
    return partial(_made, words.language(), make)


def _made(language: str, make: Callable[[], R]) -> R:
    with words.speaking(language):
        return make()


words.ask(asked_for)
