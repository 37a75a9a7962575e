"""What a measurement says about one method's maps as a whole: noise of seeds, sanity, PxAP."""

from __future__ import annotations

import math
from html import escape
from typing import TYPE_CHECKING

import streamlit as st

from explorer.cam.measure.agreement import Verdict
from explorer.cam.measure.metrics import PASSES_BELOW
from explorer.ui import panels
from explorer.ui.i18n import _

if TYPE_CHECKING:
    from collections.abc import Sequence

    from explorer.cam.measure.statistics import Interval
    from explorer.cam.measure.stored import Gap, Whole

NOTHING = "–"


def show(found: Whole | None) -> None:
    """Show how far the networks are apart beside seeds, and whether the maps follow the weights."""
    if found is None:
        return
    if found.gaps:
        with st.expander(_("The difference beside that of seeds")):
            _gaps(found.gaps)
    with st.expander(_("Do the maps follow the weights, and PxAP of every training")):
        _sanity(found)


def _gaps(gaps: Sequence[Gap]) -> None:
    words = {
        "total_variation": _("Heat that would move, 0 to 1"),
        "rank": _("1 − rank correlation"),
        "iou": _("1 − shared hot cells"),
        "centre": _("Centres apart [px]"),
    }
    said = {
        Verdict.ABOVE: _("above the noise of seeds"),
        Verdict.BELOW: _("within the noise of seeds: nothing to claim"),
        Verdict.UNKNOWN: _("no second seed: nothing to claim"),
    }
    rows = [
        (
            words.get(gap.measure, gap.measure),
            _interval(gap.between),
            _interval(gap.within),
            _interval(gap.excess, signed=True),
            said[Verdict(gap.verdict)],
        )
        for gap in gaps
    ]
    heads = (
        _("Distance of two maps"),
        _("A to B"),
        _("Seeds of one network"),
        _("Difference"),
        _("Verdict"),
    )
    st.html(_table(heads, rows))


def _sanity(found: Whole) -> None:
    parts = [part for part, _value in next(iter(found.sanity.values()), ())]
    heads = (_("Training"), *parts, _("Passes"), _("PxAP"), _("Empty maps"))
    rows: list[tuple[str, ...]] = []
    for run, steps in found.sanity.items():
        last = steps[-1][1] if steps else math.nan
        passes = _("yes") if last <= PASSES_BELOW else _("no")
        numbers = [_plain(value) for _part, value in steps]
        rows.append((run, *numbers, passes, _plain(found.pxap[run]), str(found.num_dead[run])))
    st.html(_table(heads, rows))
    panels.note(
        _(
            "The weights are made random from the head back to the stem, one part after the other; "
            "the columns have the rank correlation of the maps with those of the trained network. "
            "The test is that of Adebayo et al. 2018; that with all weights random it must fall to "
            "{limit} or less is this app's own rule. PxAP is the precision over recall of the "
            "pixels of all images under one threshold (Choe et al. 2020); per image it is the "
            "measure 'Pixel average precision'."
        ).format(limit=PASSES_BELOW)
    )


def _table(heads: Sequence[str], rows: Sequence[Sequence[str]]) -> str:
    line = "".join(f'<th scope="col">{escape(head)}</th>' for head in heads)
    body = "".join(
        "<tr>" + "".join(f"<td>{escape(cell)}</td>" for cell in row) + "</tr>" for row in rows
    )
    return (
        f'<div class="rx-scroll" tabindex="0"><table class="rx-table"><thead><tr>{line}</tr>'
        f"</thead><tbody>{body}</tbody></table></div>"
    )


def _interval(value: Interval | None, *, signed: bool = False) -> str:
    if value is None or math.isnan(value.value):
        return NOTHING
    sign = "+" if signed else ""
    middle, low, high = (f"{number:{sign}.2f}".replace("-", "−") for number in value)
    return _("{value} ({low} to {high})").format(value=middle, low=low, high=high)


def _plain(value: float) -> str:
    return NOTHING if math.isnan(value) else f"{value:.2f}".replace("-", "−")
