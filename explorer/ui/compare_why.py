"""Which edit accounts for how much of the difference between two networks."""

from __future__ import annotations

import csv
import io
from typing import TYPE_CHECKING, NamedTuple

import streamlit as st

from explorer.compare.attribution import QUANTITIES, Quantity
from explorer.compare.edits import GROUPINGS
from explorer.figures.attribution_chart import attribution_bars
from explorer.ui import cached, panels
from explorer.ui.compare_choice import LETTERS
from explorer.ui.edit_words import edit_words
from explorer.ui.i18n import _, plural
from explorer.ui.kept_choice import listed, segments
from explorer.ui.page_theme import plot
from explorer.ui.urls import Param
from explorer.units import THIN_MINUS, change, quantity

if TYPE_CHECKING:
    from collections.abc import Sequence
    from fractions import Fraction

    from explorer.compare.attribution import Attribution
    from explorer.compare.edits import Grouping
    from explorer.figures.charts import Chart
    from explorer.ui.compare_choice import Choice, Entry


_NO_BREAK = "\u00a0"


class _Words(NamedTuple):
    title: str
    unit: str


def section(now: Choice, entries: Sequence[Entry]) -> None:
    """Show the choice of the second network, of edits and quantity, and the shares."""
    with st.container(horizontal=True, vertical_alignment="bottom", gap="medium"):
        other = _other(now, entries)
        grouping = _grouping()
        name = _quantity()
    base, second = entries[now.baseline], entries[other]
    found = cached.attribution(base.spec, second.spec, grouping)
    if not found.edits:
        panels.note(_("These two are the same network: there is nothing to account for."))
        return
    words = _words()
    labels = [edit_words(edit) for edit in found.edits]
    _explained(found, now.baseline, other)
    left, right = st.columns((1.15, 1), gap="medium")
    with left, st.container(border=True, key="why-chart"):
        panels.heading(
            words[name].title,
            _("What each edit adds or takes away; the paler bar is the whole difference."),
        )
        plot(_bars(found, name, labels, (now.baseline, other)), "why-bars")
    with right, st.container(border=True, key="why-table"):
        panels.heading(
            _("Shares"),
            _("Alone: made first. Last: after all others. Share: the mean over all orders."),
        )
        st.table(
            [_row(found, name, i, label) for i, label in enumerate(labels)], border="horizontal"
        )
        _notes(found)
        st.download_button(
            _("Save CSV"),
            lambda: attribution_csv(found, labels),
            "attribution.csv",
            "text/csv",
            icon=":material/download:",
            on_click="ignore",
            key="why-csv",
        )


def _other(now: Choice, entries: Sequence[Entry]) -> int:
    """Return which network is explained from the baseline."""
    places = [i for i in range(len(entries)) if i != now.baseline]
    if len(places) == 1:
        return places[0]
    options = {LETTERS[i]: f"{LETTERS[i].upper()} · {entries[i].title}" for i in places}
    chosen = listed(
        Param.OTHER,
        _("From the baseline to"),
        options,
        key=now.key(f"other-{now.baseline}-{len(entries)}"),
        width=260,
    )
    return LETTERS.index(chosen)


def _grouping() -> Grouping:
    words: dict[str, str] = {
        "field": _("a field"),
        "place": _("a place"),
        "each": _("each by itself"),
    }
    chosen = segments(
        Param.EDITS,
        _("One edit is"),
        words,
        key="why-edits",
        help_=_(
            "A field: wherever it changes. A place: all that changes in one stage, the stem or the "
            "head. At most eight edits; those of least effect are taken together."
        ),
    )
    return next(one for one in GROUPINGS if one == chosen)


def _quantity() -> Quantity:
    words = {name: _words()[name].title for name in QUANTITIES}
    chosen = segments(Param.QUANTITY, _("Of"), words, key="why-quantity")
    return next(one for one in QUANTITIES if one == chosen)


def _words() -> dict[Quantity, _Words]:
    return {
        "params": _Words(_("Parameters"), ""),
        "macs": _Words(_("MACs"), "MAC"),
        "activation_bytes": _Words(_("Activation memory"), "B"),
        "receptive_field": _Words(_("Receptive field"), "px"),
    }


def said(value: Fraction | int, name: Quantity) -> str:
    """Return a share in words, with its unit: ``+142.1 k``, ``−3.5 px``."""
    number = float(value)
    sign = THIN_MINUS if number < 0 else "+"
    if name == "receptive_field":
        words = f"{sign}{abs(number):.4g} px"
    elif name == "activation_bytes":
        words = f"{sign}{quantity(round(abs(number)), 'B')}"
    else:
        words = change(round(number))
    return words.replace(" ", _NO_BREAK)


def _explained(found: Attribution, base: int, other: int) -> None:
    letters = [LETTERS[i].upper() for i in (base, other)]
    panels.note(
        _(
            "From {base} to {other} in {edits}. The share of an edit is its effect averaged over "
            "all orders in which they can be made (Shapley value), in exact fractions: the shares "
            "add up to the whole difference."
        ).format(
            base=letters[0],
            other=letters[1],
            edits=plural("{n} edit", "{n} edits", len(found.edits)),
        )
        + " "
        + plural("{n} network was counted.", "{n} networks were counted.", found.num_networks)
    )


def _bars(
    found: Attribution, name: Quantity, labels: Sequence[str], slots: tuple[int, int]
) -> Chart:
    shares = found.shares[name]
    values = [*(float(share.value) for share in shares), float(found.totals[name])]
    written = [*(said(share.value, name) for share in shares), said(found.totals[name], name)]
    words = _words()[name]
    title = f"{words.title} [{words.unit}]" if words.unit else words.title
    return attribution_bars([*labels, _("Together")], values, written, slots, title)


def _row(found: Attribution, name: Quantity, index: int, label: str) -> dict[str, str]:
    share = found.shares[name][index]
    return {
        _("Edit"): label,
        _("Alone"): said(share.alone, name),
        _("Last"): said(share.last, name),
        _("Share"): said(share.value, name),
    }


def _notes(found: Attribution) -> None:
    if any(edit.joined and not edit.is_rest for edit in found.edits):
        panels.note(
            _("“Only together”: without one another these edits give no network that works.")
        )
    rest = next((edit for edit in found.edits if edit.is_rest), None)
    if rest is not None:
        words = _("“Others”: the edits of least effect, taken together.")
        if rest.joined:
            words += " " + _("Some of them give no network without one another.")
        panels.note(words)


def attribution_csv(found: Attribution, labels: Sequence[str]) -> str:
    """Return every share as CSV, exactly: fractions as ``numerator/denominator``."""
    text = io.StringIO()
    writer = csv.writer(text)
    head = [f"{name}_{part}" for name in QUANTITIES for part in ("share", "alone", "last")]
    writer.writerow(("edit", *head))
    for i, label in enumerate(labels):
        shares = [found.shares[name][i] for name in QUANTITIES]
        cells = [cell for s in shares for cell in (str(s.value), s.alone, s.last)]
        writer.writerow((label, *cells))
    totals = [cell for name in QUANTITIES for cell in (found.totals[name], "", "")]
    writer.writerow(("together", *totals))
    return text.getvalue()
