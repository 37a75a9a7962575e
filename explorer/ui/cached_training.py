"""What the Train page works out once for all: sweeps, sizes of data, the pace here."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

import streamlit as st

from explorer import words
from explorer.data import facts as data_facts
from explorer.training import sweep as sweeps

if TYPE_CHECKING:
    from collections.abc import Sequence

    from explorer.data.facts import Facts
    from explorer.store.runs import RunRecord
    from explorer.training.sweep import Variant


@st.cache_data(max_entries=64, ttl=300, show_spinner=False)
def facts(name: str, stamp: str) -> Facts:
    """Return how large a set is.

    Args:
        name: As for ``explorer.data.load``.
        stamp: Changes with its files.
    """
    del stamp
    return data_facts.facts(name)


@st.cache_resource(max_entries=64, show_spinner=False)
def variants(language: str, sweep: str, size: tuple[int, int, int]) -> tuple[Variant, ...]:
    """Return every training of a sweep with what it costs.

    Args:
        language: Of the reader, in which problems are told.
        sweep: As JSON.
        size: The facts of the data.
    """
    del language
    asked = sweeps.Sweep.model_validate_json(sweep)
    return sweeps.preview(asked, sweeps.DataFacts(*size))


@st.cache_data(max_entries=32, show_spinner=False)
def pace(ids: tuple[str, ...], _records: Sequence[RunRecord]) -> float | None:
    """Return the multiply-adds that runs of this machine did in a second; None of none."""
    del ids
    return sweeps.pace(_records)


def stamp_of(path: str) -> str:
    """Return what changes with a file, or with the first level of a folder; empty of neither."""
    place = Path(path)
    try:
        state = place.stat()
    except OSError:
        return ""
    return f"{state.st_mtime_ns}-{state.st_size}"


def language() -> str:
    """Return the reader's language, which answers in words are kept by."""
    return words.language()
