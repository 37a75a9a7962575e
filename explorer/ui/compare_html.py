"""Tables of networks side by side, as HTML: a column for each, and its change from the baseline."""

from __future__ import annotations

import csv
import io
from html import escape
from typing import TYPE_CHECKING, NamedTuple

import streamlit as st

from explorer.figures.theme import COMPARED
from explorer.ui.compare_choice import LETTERS
from explorer.ui.i18n import _

if TYPE_CHECKING:
    from collections.abc import Sequence

    from explorer.ui.compare_choice import Entry

SIGNS = ("●", "■", "▲", "◆")


class Line(NamedTuple):
    """One row of a table.

    Attributes:
        place: What it is about, such as ``layer1–4``; may be empty.
        label: What is said about it.
        values: In each network, in words.
        changes: Of each network from the baseline, in words; empty where nothing changed.
        hint: On the label.
        differs: Whether the networks disagree.
    """

    place: str
    label: str
    values: tuple[str, ...]
    changes: tuple[str, ...]
    hint: str = ""
    differs: bool = True


def sign(slot: int) -> str:
    """Return the mark of a network in its colour, as HTML."""
    light, dark = COMPARED["light"][slot], COMPARED["dark"][slot]
    return f'<b aria-hidden="true" style="color:light-dark({light},{dark})">{SIGNS[slot]}</b>'


def side_by_side_table(
    caption: str, entries: Sequence[Entry], lines: Sequence[Line], baseline: int, *, tall: bool
) -> None:
    """Show lines with a column for each network and one for its change from the baseline.

    Args:
        caption: What the table shows, for those who do not see it.
        entries: The networks.
        lines: The rows.
        baseline: The position of the baseline, which has no column of changes.
        tall: Whether it may be as high as it is long; else it scrolls.
    """
    has_places = any(line.place for line in lines)
    head = _head(entries, baseline, has_places=has_places)
    rows = "".join(_row(line, baseline, has_places=has_places) for line in lines)
    style = "" if tall else ' style="max-height:372px;overflow:auto"'
    st.html(
        f'<div class="rx-scroll rx-side" tabindex="0" role="region" '
        f'aria-label="{escape(caption)}"{style}><table class="rx-table">'
        f'<caption class="rx-far">{escape(caption)}</caption>{head}<tbody>{rows}</tbody>'
        "</table></div>"
    )


def _head(entries: Sequence[Entry], baseline: int, *, has_places: bool) -> str:
    hint = _("Change from the baseline")
    cells = f'<th scope="col">{escape(_("Where"))}</th>' if has_places else ""
    label = _("Field") if has_places else _("Figure")
    cells += f'<th scope="col" class="rx-label">{escape(label)}</th>'
    for slot, entry in enumerate(entries):
        light = f'scope="col" data-rx-light="{LETTERS[slot]}"'
        name = f'<span class="rx-name" title="{escape(entry.title)}">{escape(entry.title)}</span>'
        cells += f"<th {light}>{sign(slot)} {LETTERS[slot].upper()} {name}</th>"
        if slot != baseline:
            words = f"{LETTERS[slot].upper()} − {LETTERS[baseline].upper()}"
            cells += f'<th {light} title="{escape(hint)}">{words}</th>'
    return f"<thead><tr>{cells}</tr></thead>"


def _row(line: Line, baseline: int, *, has_places: bool) -> str:
    hint = f' class="rx-hint" title="{escape(line.hint)}"' if line.hint else ""
    cells = f'<td class="rx-where">{escape(line.place)}</td>' if has_places else ""
    cells += f'<th scope="row"><span{hint}>{escape(line.label)}</span></th>'
    for slot, value in enumerate(line.values):
        light = f'data-rx-light="{LETTERS[slot]}"'
        cells += f"<td {light}>{escape(value)}</td>"
        if slot != baseline:
            cells += f'<td {light} class="rx-change">{escape(line.changes[slot])}</td>'
    return f"<tr>{cells}</tr>"


def lines_csv(entries: Sequence[Entry], lines: Sequence[Line]) -> str:
    """Return the lines as CSV: values as they are shown, then the changes."""
    text = io.StringIO()
    writer = csv.writer(text)
    names = [f"{LETTERS[i].upper()} {entry.title}" for i, entry in enumerate(entries)]
    changes = [f"{LETTERS[i].upper()} change" for i in range(len(entries))]
    writer.writerow(("where", "field", *names, *changes))
    writer.writerows((line.place, line.label, *line.values, *line.changes) for line in lines)
    return text.getvalue()
