"""Pieces that several pages show: page title, cost strip, hints."""

from __future__ import annotations

from html import escape
from pathlib import Path
from typing import TYPE_CHECKING, NamedTuple

import streamlit as st

from explorer.ui.i18n import _

if TYPE_CHECKING:
    from collections.abc import Iterable

_CSS = Path(__file__).resolve().parents[2] / "assets" / "css" / "explorer.css"


def style() -> None:
    """Load the styles of our own markup; of Streamlit's own only margins are changed."""
    st.html(_CSS)


class Figure(NamedTuple):
    """One cell of a cost strip.

    Attributes:
        label: What it is.
        value: The figure.
        unit: After the figure, smaller.
        note: A line under it.
        hint: Shown on the label; at most two sentences.
        agrees: Whether the note says that the paper agrees.
    """

    label: str
    value: str
    unit: str = ""
    note: str = ""
    hint: str = ""
    agrees: bool = False


def strip(figures: Iterable[Figure], *, stale: bool = False) -> None:
    """Show figures in one row of cells; pale while they belong to an earlier network."""
    cells = "".join(_cell(figure) for figure in figures)
    st.html(f'<div class="rx-strip{" rx-stale" if stale else ""}" role="list">{cells}</div>')


def _cell(figure: Figure) -> str:
    hint = f' class="rx-hint" title="{escape(figure.hint)}"' if figure.hint else ""
    good = f' <b class="rx-good">{escape(_("agrees"))}</b>' if figure.agrees else ""
    return (
        f'<div role="listitem"><div class="rx-k"><span{hint}>{escape(figure.label)}</span></div>'
        f'<div class="rx-v">{escape(figure.value)}<span>{escape(figure.unit)}</span></div>'
        f'<div class="rx-d">{escape(figure.note)}{good}&nbsp;</div></div>'
    )


def title(text: str, note: str = "", badge: str = "") -> None:
    """Show the page's name, a badge, and one grey sentence."""
    label = f'<span class="rx-badge">{escape(badge)}</span>' if badge else ""
    st.html(
        f'<div class="rx-title"><h1>{escape(text)}</h1>{label}'
        f'<span class="rx-q">{escape(note)}</span></div>'
    )


def heading(text: str, note: str = "") -> None:
    """Show the name of a figure or a card, and one grey line that says how to read it."""
    line = f'<div class="rx-note">{escape(note)}</div>' if note else ""
    st.html(f'<h2 class="rx-h2">{escape(text)}</h2>{line}')


def note(text: str) -> None:
    """Show a small grey sentence."""
    st.html(f'<div class="rx-note">{escape(text)}</div>')
