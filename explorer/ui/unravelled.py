"""The unravelled view of the network in hand."""

from __future__ import annotations

from typing import TYPE_CHECKING

import streamlit as st

from explorer.analysis.paths import paths_of_graph
from explorer.analysis.shortcuts import sums_up
from explorer.ui import cached, panels, urls
from explorer.ui.block_choice import choose_blocks
from explorer.ui.components.unravel import Shown, unravelled_picture
from explorer.ui.i18n import _, plural, sentences
from explorer.ui.length_section import csv_of
from explorer.ui.panels import Figure
from explorer.ui.path_charts import path_length_chart
from explorer.ui.urls import Param
from explorer.units import large

if TYPE_CHECKING:
    from explorer.ir.graph import Graph
    from explorer.ui.state import Hand

_PAST = "past"
"""In the link: the path that goes past every block."""


def path_strip(now: Hand) -> None:
    """Show how many paths there are and how long they are."""
    blocks = cached.path_lengths(now.working, "block")
    convs = cached.path_lengths(now.working, "conv")
    low, high = blocks.central()
    panels.strip(
        [
            Figure(_("Paths by blocks"), large(blocks.num_paths)),
            Figure(_("Mean length"), f"{blocks.mean:g}", _("blocks")),
            Figure(
                _("95 % of the paths"),
                f"{low} – {high}",
                _("blocks"),
                "",
                _("The shortest range of lengths around the commonest that holds this share."),
            ),
            Figure(
                _("Paths by convs"),
                large(convs.num_paths),
                "",
                _("groups and scales followed"),
            ),
            Figure(_("Mean length"), f"{convs.mean:.4g}", _("convs")),
        ]
    )


def section(now: Hand) -> None:
    """Show the network opening into its paths, beside how long they are."""
    left, right = st.columns((2.2, 1), gap="medium")
    with left:
        _unravelled_paths(now)
    with right:
        path_length_chart(now)
        _exactness(cached.network(now.working)[0])


def _unravelled_paths(now: Hand) -> None:
    with st.container(border=True, key="unravelled"):
        among = choose_blocks(now)
        paths = cached.unravelled(now.working, among.start, among.stop)
        shown = unravelled_picture(paths, _start(now), key="unravel")
        _caption(now, among)
    if shown:
        urls.put(Param.OPEN, "" if shown.open == Shown().open else str(shown.open))
        urls.put(Param.PATH, _written(shown.path))
        now.selected = shown.block


def _start(now: Hand) -> Shown:
    """Return what the link says is open."""
    found = urls.get(Param.OPEN)
    is_open = int(found) if found.isdecimal() and int(found) <= 100 else Shown().open
    path = urls.get(Param.PATH)
    labels = tuple(label for label in path.split(",") if label != _PAST) if path else None
    block = ".".join(now.selected.split(".")[:2])
    return Shown(is_open, labels, block)


def _written(path: tuple[str, ...] | None) -> str:
    if path is None:
        return ""
    return ",".join(path) or _PAST


def _caption(now: Hand, among: range) -> None:
    """Say what is counted, and that it is exact."""
    shown = cached.unravelled(now.working, among.start, among.stop)
    total = cached.path_lengths(now.working, "block").num_paths
    units, paths = shown["num_units"], shown["total"]
    if len(among) < len(cached.network(now.working)[0].blocks):
        text = plural(
            "{paths} paths through {n} residual block of the {all} of the whole network.",
            "{paths} paths through {n} residual blocks of the {all} of the whole network.",
            units,
            paths=paths,
            all=large(total),
        )
    else:
        text = plural(
            "{paths} paths through {n} residual block.",
            "{paths} paths through {n} residual blocks.",
            units,
            paths=paths,
        )
    graph, _cost = cached.network(now.working)
    exact = _("Every count is exact, from the graph alone; nothing is sampled.")
    panels.note(sentences((text, exact)))
    st.download_button(
        _("Save CSV"),
        lambda: csv_of([("block", paths_of_graph(graph, "block", among))]),
        "paths.csv",
        "text/csv",
        icon=":material/download:",
        on_click="ignore",
    )


def _exactness(graph: Graph) -> None:
    if not any(block.merge for block in graph.blocks):
        panels.heading(
            _("One path"),
            _("A plain network has no shortcuts: every signal goes through every block."),
        )
        return
    if sums_up(graph):
        panels.heading(
            _("An exact sum"),
            _(
                "Forward, the signal is exactly the stem's output plus what every block added, "
                "{terms} terms, wherever the shape stays."
            ).format(terms=len(graph.blocks) + 1),
        )
    else:
        panels.heading(
            _("Not an exact sum"),
            _(
                "Forward, the signal is not just the stem's output plus what every block added: a "
                "ReLU, a gate or a concatenation acts on both. In a pre-activation network (ResNet "
                "v2) it is."
            ),
        )
    panels.note(
        _(
            "The 2ⁿ paths are exact for the gradient at an image, in every network: it is the sum "
            "over all of them. For the signal they are a picture: a block computes from all that "
            "came before it together, not for each path alone."
        )
    )
