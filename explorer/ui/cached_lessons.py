"""The caches of lessons and glossary: ``cached`` is full."""

from __future__ import annotations

from typing import TYPE_CHECKING

import streamlit as st

from explorer.lessons import glossary as glossaries
from explorer.lessons import library, recorded
from explorer.words import language

if TYPE_CHECKING:
    from collections.abc import Mapping

    from explorer.lessons.glossary import Term
    from explorer.lessons.library import Entry
    from explorer.lessons.results import Results


def glossary() -> Mapping[str, Term]:
    """Return the words of the field in the reader's language."""
    return _glossary(language())


@st.cache_resource(max_entries=8, show_spinner=False)
def _glossary(code: str) -> Mapping[str, Term]:
    return glossaries.glossary(code)


def lessons() -> tuple[Entry, ...]:
    """Return all lessons in the reader's language, read again when a file changes."""
    return _lessons(language(), library.stamp())


@st.cache_resource(max_entries=8, show_spinner=False)
def _lessons(code: str, stamp: tuple[tuple[str, int], ...]) -> tuple[Entry, ...]:
    del stamp
    return library.lessons(code)


@st.cache_resource(max_entries=64, ttl=60, show_spinner=False)
def recorded_runs(lesson: str, experiment: str) -> Results | None:
    """Return the recorded runs of an experiment, or None where there are none."""
    return recorded.recorded(lesson, experiment)
