"""Hints at the words of the field: a line under a term, and a popover with formula and source."""

from __future__ import annotations

from html import escape
from typing import TYPE_CHECKING

import streamlit as st

from explorer.ui import cached_lessons
from explorer.ui.i18n import plural

if TYPE_CHECKING:
    from collections.abc import Iterable

    from explorer.lessons.glossary import Term


def hint(name: str, words: str = "") -> str:
    """Return a term as HTML with its sentence on it.

    Args:
        name: Of the term; one that is not in the glossary is written as it is.
        words: How it is written here; its title by default.
    """
    term = cached_lessons.glossary().get(name)
    if term is None:
        return escape(words or name)
    shown = escape(words or term.title)
    return f'<span class="rx-hint" title="{escape(term.sentence)}">{shown}</span>'


def sentence(name: str) -> str:
    """Return the sentence about a term; empty for one that is not in the glossary."""
    term = cached_lessons.glossary().get(name)
    return term.sentence if term else ""


def words(names: Iterable[str]) -> None:
    """Show a button that opens what some terms mean, each with formula and source."""
    found = cached_lessons.glossary()
    known = [found[name] for name in dict.fromkeys(names) if name in found]
    if known:
        label = plural("{n} word explained", "{n} words explained", len(known))
        with st.popover(label, type="tertiary", icon=":material/dictionary:", key="words"):
            st.html("".join(_card(term) for term in known))


def _card(term: Term) -> str:
    formula = f'<div class="rx-formula">{escape(term.formula)}</div>' if term.formula else ""
    source = f'<div class="rx-note">{escape(term.source)}</div>' if term.source else ""
    return (
        f'<div class="rx-card"><b>{escape(term.title)}</b><p>{escape(term.sentence)}</p>'
        f"{formula}{source}</div>"
    )
