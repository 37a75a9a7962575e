"""The gradient by path length over a training, played from its beginning to its end."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import streamlit as st

from explorer.analysis.gradient_study import Moment, Question, first_depth, over_epochs
from explorer.figures import gradient_lengths as figures
from explorer.store import runs
from explorer.ui import cached, panels
from explorer.ui.i18n import _
from explorer.ui.page_theme import page_theme, plot
from explorer.ui.path_units import words_of
from explorer.ui.patience import Request, answers
from explorer.ui.rows_table import rows_table
from explorer.units import count

if TYPE_CHECKING:
    from explorer.ui.finished import Run


def over_training(run: Run, question: Question) -> None:
    """Show the shares at each kept moment of a run, with a slider that plays them."""
    with st.container(border=True, key="gradient-training"):
        panels.heading(
            _("Over the training"),
            _(
                "[%] The share of the gradient by path length at each moment that was kept. Play "
                "it to see which paths the network learns along."
            ),
        )
        kept = runs.snapshots(run.folder)
        graph, cost = cached.network(run.record.spec)
        asked = Question(question.num_images, question.longest)
        request = Request(
            "explorer.gradient.study:over_training",
            {"run": run.folder, "data": run.record.data.name, "question": asked},
            # Each moment reads the data anew.
            (len(kept) + 2) * (0.5 + asked.seconds(len(graph.blocks), cost.macs)),
            run.stamp,
        )
        label = _("Compute {n} moments").format(n=len(kept) + 2)
        found = answers([request], label, "ask-over-training")
        if found:
            _show(run, found[0], asked)
        if not kept:
            panels.note(
                _(
                    "This run kept nothing between its beginning and its end: it was trained "
                    "before moments were kept, for one epoch, or its weights are too large."
                )
            )


def _show(run: Run, moments: tuple[Moment, ...], question: Question) -> None:
    words = (_("Play"), _("Epoch"), _("paths"))
    chart = figures.over_training(moments, words_of("block").axis, words, page_theme())
    plot(chart, "gradient-training-chart")
    st.table([_row(moment) for moment in moments], border="horizontal")
    panels.note(
        _(
            "Exact sums in float32 at held-out images: {n}. Epoch 0 follows from the seed {seed}, "
            "with batch norm settled on 64 training images. One training seed: do not conclude yet."
        ).format(n=count(question.num_images), seed=run.record.seed)
    )
    titles = {
        "epoch": _("Epoch"),
        "length": _("Length"),
        "count": _("Paths"),
        "exact_norm": _("Exact sum"),
        "norm_share": _("Share"),
    }
    rows_table(over_epochs(moments), titles, "gradient-over-training")


def _row(moment: Moment) -> dict[str, Any]:
    exact = moment.exact
    low, high = exact.effective_range()
    mean = float((exact.norm_share * range(len(exact.norm))).sum())
    return {
        _("Epoch"): str(moment.epoch),
        _("Effective paths"): f"{low} – {high}",
        _("Mean length"): f"{mean:.2f}",
        _("Effective depth"): str(first_depth(exact)),
        _("Norm of the gradient"): f"{exact.totals.mean():.3g}",
    }
