"""Fewer and wider: Model A of Wu et al. beside the network, at equal MACs."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import streamlit as st

from explorer.analysis.gradient_study import Question, Weights
from explorer.analysis.model_a import NAME
from explorer.errors import SpecError
from explorer.spec.presets import preset, presets
from explorer.ui import cached, panels
from explorer.ui.gradient_choices import default_longest, study_request
from explorer.ui.guard import show
from explorer.ui.i18n import _
from explorer.ui.patience import answers
from explorer.ui.rows_table import csv_of
from explorer.ui.weights_choice import LARGEST_SEED, Chosen
from explorer.units import count, percent, quantity

if TYPE_CHECKING:
    from explorer.analysis.gradient_study import Study
    from explorer.ui.state import Hand


def compare(now: Hand, chosen: Chosen, measured: Study | None, num_images: int, depth: int) -> None:
    """Show the network beside Model A with its input, classes and MACs.

    Args:
        now: To take Model A in hand.
        chosen: What is looked at.
        measured: Of it, shown in a row of its own where it has been trained.
        num_images: To measure both on.
        depth: Where the slider stands [blocks].
    """
    title = presets()[NAME].title
    with st.container(border=True, key="model-a"):
        panels.heading(
            _("The paper's answer: fewer, wider blocks"),
            _(
                "Wu et al. take 17 wide blocks instead of many narrow ones, so that all of them "
                "can be trained end to end. Here their Model A has your network's input, classes "
                "and MACs; only its width is solved for."
            ),
        )
        try:
            solution = cached.model_a(chosen.spec)
        except SpecError as error:
            show(error)
            return
        pair = [_untrained(chosen, chosen.title, chosen.spec)]
        pair.append(_untrained(chosen, _("{title}, equal MACs").format(title=title), solution.spec))
        requests = [study_request(one, _question(one, num_images)) for one in pair]
        found = answers(requests, _("Compare with Model A"), "ask-model-a")
        rows = [_row(one, f, depth) for one, f in zip(pair, found or [None, None], strict=True)]
        if chosen.run is not None:
            trained = _("{title}, {when}").format(title=chosen.title, when=chosen.when)
            rows.insert(0, _row(chosen._replace(title=trained), measured, depth))
        rows.append(_row(_published(chosen, title), None, depth))
        st.table([_shown(row) for row in rows], border="horizontal")
        with st.container(horizontal=True):
            st.download_button(
                _("Save CSV"),
                lambda: csv_of(rows),
                "model-a.csv",
                "text/csv",
                icon=":material/download:",
                on_click="ignore",
                key="model-a-csv",
            )
            st.button(
                _("Take this Model A in hand"),
                on_click=now.start,
                args=(solution.spec, preset(NAME)),
                help=_("To see its paths, change it or train it; Undo brings yours back."),
                key="take-model-a",
            )
        panels.note(
            _(
                "MACs apart by {gap}. Blocks at small maps cost few MACs and many parameters. "
                "Where the row does not say more, effective depths are measured before training, "
                "seed {seed}, on {data}: this compares shapes, not accuracies."
            ).format(
                gap=percent(abs(solution.deviation), 2),
                seed=pair[0].weights.seed,
                data=pair[0].weights.data.rsplit("/", 1)[-1],
            )
        )


def _untrained(chosen: Chosen, title: str, spec: Any) -> Chosen:  # noqa: ANN401
    seed = min(chosen.run.record.seed, LARGEST_SEED) if chosen.run else chosen.weights.seed
    return Chosen(Weights(chosen.weights.data, spec=spec, seed=seed), title, "", spec)


def _published(chosen: Chosen, title: str) -> Chosen:
    spec = preset(NAME)
    words = _("{title}, as published").format(title=title)
    return Chosen(Weights(chosen.weights.data, spec=spec), words, "", spec)


def _question(one: Chosen, num_images: int) -> Question:
    return Question(num_images, default_longest(len(one.graph.blocks)))


def _row(one: Chosen, found: Study | None, depth: int) -> dict[str, Any]:
    graph, cost = cached.network(one.spec)
    num = len(graph.blocks)
    measured = found.effective_depth if found else None
    return {
        "network": one.title,
        "units": num,
        "weight_layers": cost.depth,
        "image_size": one.spec.image_size,
        "macs": cost.macs,
        "params": cost.params,
        "effective_depth": measured,
        "is_least": bool(found and not found.exact.is_complete),
        "beyond_measured": None if measured is None else max(0, num - measured),
        "beyond_slider": max(0, num - depth),
    }


def _shown(row: dict[str, Any]) -> dict[str, str]:
    measured, least = row["effective_depth"], "≥ " if row["is_least"] else ""
    return {
        _("Network"): str(row["network"]),
        _("Blocks"): str(row["units"]),
        _("Weight layers"): str(row["weight_layers"]),
        _("Image [px]"): str(row["image_size"]),
        _("MACs"): quantity(row["macs"]).replace(" ", "\N{NO-BREAK SPACE}"),
        _("Parameters"): count(row["params"]),
        _("Effective depth, measured"): "–" if measured is None else f"{least}{measured}",
        _("Over-deepened by"): "–"
        if measured is None
        else f"{'≤ ' if least else ''}{row['beyond_measured']}",
        _("… at the slider's l"): str(row["beyond_slider"]),
    }
