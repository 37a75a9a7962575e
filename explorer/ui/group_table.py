"""What groups of runs come to: last and best over their seeds, size and time."""

from __future__ import annotations

import csv
import io
from html import escape
from typing import TYPE_CHECKING

import streamlit as st

from explorer.compare.groups import spread
from explorer.compare.runs import AXES, curve
from explorer.ui import cached, panels
from explorer.ui.compare_html import sign
from explorer.ui.i18n import _
from explorer.ui.values import NOTHING
from explorer.units import percent, quantity, seconds

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from explorer.compare.groups import Spread
    from explorer.compare.runs import Trained
    from explorer.ui.compare_runs import Drawn


def group_table(drawn: Sequence[Drawn]) -> None:
    """Show one row for each group, with the mean, the deviation and the range of its runs."""
    panels.heading(
        _("What they come to"),
        _(
            "Mean ± standard deviation over the runs of a group, and their range. Best is the "
            "highest epoch of each run: it flatters, last does not."
        ),
    )
    titles = (
        _("Group"),
        _("Seeds"),
        _("Last"),
        _("Range"),
        _("Best"),
        _("Parameters"),
        _("MACs"),
        _("Time"),
    )
    head = "".join(
        f'<th scope="col"{" class=rx-label" if i == 0 else ""}>{escape(title)}</th>'
        for i, title in enumerate(titles)
    )
    rows = "".join(_row(one) for one in drawn)
    caption = escape(_("Groups of runs"))
    st.html(
        f'<div class="rx-scroll rx-side" tabindex="0" role="region" aria-label="{caption}">'
        f'<table class="rx-table"><caption class="rx-far">{caption}</caption>'
        f"<thead><tr>{head}</tr></thead><tbody>{rows}</tbody></table></div>"
    )


def _row(one: Drawn) -> str:
    runs = one.group.runs
    last, best = spread([run.last for run in runs]), spread([run.best for run in runs])
    times = [run.record.result and run.record.result.seconds for run in runs]
    cells = (
        ", ".join(map(str, one.group.seeds)),
        _mean(last, percent),
        NOTHING if last is None or last.num < 2 else f"{percent(last.low)} – {percent(last.high)}",
        _mean(best, percent),
        _one_or_range([float(cached.network(run.spec)[1].params) for run in runs], quantity),
        _one_or_range([float(run.macs) for run in runs], lambda v: quantity(v, "MAC")),
        _mean(spread(times), seconds, with_deviation=False),
    )
    mark = sign(one.slot) if one.slot is not None else ""
    name = f'<th scope="row">{mark} {escape(one.label)}</th>'
    body = "".join(f"<td>{escape(cell)}</td>" for cell in cells)
    return f'<tr data-rx-light="{escape(one.key)}">{name}{body}</tr>'


def _mean(
    found: Spread | None, words: Callable[[float], str], *, with_deviation: bool = True
) -> str:
    if found is None:
        return NOTHING
    if found.deviation is None or not with_deviation:
        return words(found.mean)
    number, _space, unit = words(found.mean).rpartition(" ")
    return f"{number} ± {100 * found.deviation:.1f} {unit}"


def _one_or_range(values: Sequence[float], words: Callable[[float], str]) -> str:
    low, high = min(values), max(values)
    return words(low) if low == high else f"{words(low)} – {words(high)}"


def runs_csv(trained: Sequence[Trained]) -> str:
    """Return one line for each run, with its recipe."""
    text = io.StringIO()
    writer = csv.writer(text)
    names = list(dict.fromkeys(name for run in trained for name in run.record.recipe))
    head = ("id", "title", "data", "seed", "device", "epochs", "last", "best", "loss", "params")
    writer.writerow((*head, "macs", "seconds", "tags", *names))
    for run in trained:
        record, result = run.record, run.record.result
        own = (result.epochs, run.last, run.best, result.loss) if result else (None,) * 4
        writer.writerow(
            (
                run.id,
                run.title,
                run.data_name,
                record.seed,
                record.device,
                *own,
                cached.network(run.spec)[1].params,
                run.macs,
                result and result.seconds,
                " ".join(run.tags),
                *(record.recipe.get(name) for name in names),
            )
        )
    return text.getvalue()


def curves_csv(trained: Sequence[Trained]) -> str:
    """Return every point of the curves of runs, with its place along each axis."""
    text = io.StringIO()
    writer = csv.writer(text)
    writer.writerow(("id", "title", "seed", "metric", *AXES, "value"))
    for run in trained:
        for metric in (run.metric, "test_loss", "train_loss", "loss"):
            along = [curve(run, metric, axis) for axis in AXES]
            # A moment whose time is not known is missing along that axis.
            whole = [points if len(points) == len(along[0]) else [] for points in along]
            for i, (_x, value) in enumerate(along[0]):
                at = [points[i][0] if points else "" for points in whole]
                writer.writerow((run.id, run.title, run.record.seed, metric, *at, repr(value)))
    return text.getvalue()
