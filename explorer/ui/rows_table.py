"""The table under a figure, and the same rows as CSV."""

from __future__ import annotations

import csv
import io
from typing import TYPE_CHECKING, Any

import streamlit as st

from explorer.ui.i18n import _

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

_MAX_HEIGHT = 320


def csv_of(rows: Sequence[Mapping[str, Any]]) -> str:
    """Return rows as CSV, the names of the first as its head; None is left empty."""
    text = io.StringIO()
    if rows:
        writer = csv.DictWriter(text, list(rows[0]))
        writer.writeheader()
        writer.writerows(rows)
    return text.getvalue()


def rows_table(
    rows: Sequence[Mapping[str, Any]], titles: Mapping[str, str], name: str, note: str = ""
) -> None:
    """Show rows folded away, with a button that saves all of them.

    Args:
        rows: Equal keys in all.
        titles: What the columns are called; others are only in the file.
        name: Of the file, without its ending.
        note: Under the button.
    """
    with st.expander(_("Table"), icon=":material/table:"):
        shown = [{titles[k]: _written(v) for k, v in row.items() if k in titles} for row in rows]
        st.dataframe(
            shown,
            hide_index=True,
            height="content" if len(rows) <= 8 else _MAX_HEIGHT,
            key=f"{name}-table",
        )
        st.download_button(
            _("Save CSV"),
            lambda: csv_of(rows),
            f"{name}.csv",
            "text/csv",
            icon=":material/download:",
            on_click="ignore",
            key=f"{name}-csv",
        )
        if note:
            st.caption(note)


def _written(value: object) -> object:
    """Return a number with the digits that mean something; tables show the rest as noise."""
    return f"{value:.3g}" if isinstance(value, float) else value
