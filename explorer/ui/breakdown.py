"""Where the costs of the network in hand arise: a table by stage, block or op, and its CSV."""

from __future__ import annotations

import csv
import io
from html import escape
from typing import TYPE_CHECKING

import streamlit as st

from explorer.analysis.breakdown import BATCH, LEVELS, Row
from explorer.analysis.memory import MAX_BATCH_SIZE
from explorer.spec.presets import name_of
from explorer.ui import cached, panels
from explorer.ui.i18n import _
from explorer.units import count, percent, quantity

if TYPE_CHECKING:
    from collections.abc import Iterable

    from explorer.analysis.breakdown import Level
    from explorer.analysis.memory import TrainingMemory
    from explorer.ui.state import Hand

MAX_ROWS = 400
"""More rows than a browser draws without a pause; the file has all of them."""


def cost_tables(now: Hand) -> None:
    """Show what each part costs; take the batch size into the hand."""
    # Closed, it sends nothing: an edit is on the screen the sooner.
    box = st.expander(_("Costs in detail"), key="cost-tables", on_change="rerun")
    if not box.open:
        return
    with box:
        left, right = st.columns((1, 1), vertical_alignment="bottom")
        with left:
            level = _level()
        with right:
            now.batch_size = st.number_input(
                _("Batch size"),
                1,
                MAX_BATCH_SIZE,
                now.batch_size,
                key="batch-size",
                help=_("Images of one training step. What the backward pass needs grows with it."),
            )
        memory = cached.memory(now.working, now.batch_size)
        rows = cached.cost_rows(now.working, level, now.batch_size)
        st.html(_table(rows[:MAX_ROWS]))
        if len(rows) > MAX_ROWS:
            panels.note(
                _("The first {shown} of {all} rows; the file has all of them.").format(
                    shown=count(MAX_ROWS), all=count(len(rows))
                )
            )
        panels.note(_sum(memory))
        st.download_button(
            _("Download as CSV"),
            table_csv(rows),
            f"costs-{name_of(now.working) or now.origin}-{level}-batch{now.batch_size}.csv",
            "text/csv",
            on_click="ignore",
        )


def _level() -> Level:
    words = {"stage": _("stages"), "block": _("blocks"), "op": _("ops")}
    chosen = st.segmented_control(
        _("One row is for"),
        LEVELS,
        default="stage",
        required=True,
        key="cost-level",
        format_func=lambda level: words.get(str(level), str(level)),
    )
    return chosen if chosen in LEVELS else "stage"


def _table(rows: Iterable[Row]) -> str:
    titles = (
        _("Part"),
        _("Parameters"),
        _("share"),
        _("MACs"),
        _("share"),
        _("Activations, one image"),
        _("Training memory"),
        _("share"),
        _("Receptive field"),
    )
    head = "".join(f'<th scope="col">{escape(title)}</th>' for title in titles)
    body = "".join(_line(row) for row in rows)
    return (
        f'<div class="rx-scroll" tabindex="0"><table class="rx-table"><thead><tr>{head}</tr>'
        f"</thead><tbody>{body}</tbody></table></div>"
    )


def _line(row: Row) -> str:
    if row.address == BATCH:
        memory = (quantity(row.training_bytes, "B"), percent(row.training_share))
        cells = ("", "", "", "", "", *memory, "")
        name = _("images, labels, loss")
    else:
        name = row.address
        field = row.receptive_field
        cells = (
            count(row.params),
            percent(row.params_share),
            quantity(row.macs),
            percent(row.macs_share),
            quantity(row.activation_bytes, "B"),
            quantity(row.training_bytes, "B"),
            percent(row.training_share),
            _("whole image") if field is None else f"{count(field)} px",
        )
    return (
        f'<tr><th scope="row">{escape(name)}</th>'
        + "".join(f"<td>{escape(cell)}</td>" for cell in cells)
        + "</tr>"
    )


def _sum(memory: TrainingMemory) -> str:
    return _(
        "Predicted peak {peak} = {weights} for weights, gradients and momentum + {kept} kept for "
        "the backward pass + {temporary} needed besides at the fullest moment. float32, SGD."
    ).format(
        peak=quantity(memory.peak, "B"),
        weights=quantity(memory.weights, "B"),
        kept=quantity(memory.activations, "B"),
        temporary=quantity(memory.temporary, "B"),
    )


def table_csv(rows: Iterable[Row]) -> str:
    """Return the rows as CSV with the exact figures; sizes in bytes, fields in px."""
    file = io.StringIO()
    writer = csv.writer(file)
    writer.writerow(Row._fields)
    writer.writerows(rows)
    return file.getvalue()
