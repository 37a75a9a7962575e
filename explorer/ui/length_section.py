"""How long the paths are, by every unit: table, weights, and what one block adds."""

from __future__ import annotations

import csv
import io
from itertools import groupby
from typing import TYPE_CHECKING

import streamlit as st

from explorer.analysis.block_range import label_of
from explorer.analysis.path_weights import are_weighted, branches_present, has_gates
from explorer.analysis.paths import block_polynomial, multiplies
from explorer.analysis.survival import survival_of
from explorer.figures.path_shares import weighted_lengths
from explorer.ui import cached, panels, urls
from explorer.ui.i18n import _, meant, sentences
from explorer.ui.path_charts import path_length_chart
from explorer.ui.path_units import units_of, words_of
from explorer.ui.state import start_widget
from explorer.ui.urls import Param
from explorer.units import large

if TYPE_CHECKING:
    from collections.abc import Sequence

    from explorer.analysis.paths import PathLengths, Unit
    from explorer.ir.graph import Block, Graph
    from explorer.ui.state import Hand

_SUPERSCRIPT = str.maketrans("0123456789", "⁰¹²³⁴⁵⁶⁷⁸⁹")


def section(now: Hand) -> None:
    """Show the lengths by every unit, the weighted lengths, and the polynomials of the blocks."""
    graph, _cost = cached.network(now.working)
    _table(now)
    left, right = st.columns(2, gap="medium")
    with left:
        path_length_chart(now)
    with right:
        if are_weighted(graph):
            _weighted(now, graph)
        _polynomials(now, graph)


def _table(now: Hand) -> None:
    with st.container(border=True, key="length-table"):
        panels.heading(
            _("Lengths by unit"),
            _("Exact: every path is counted, none is sampled."),
        )
        units = units_of(now.working)
        found: list[tuple[Unit, PathLengths]] = [
            (unit, cached.path_lengths(now.working, unit)) for unit in units
        ]
        figures, hints = st.columns((1.7, 1), gap="medium", vertical_alignment="center")
        with figures:
            st.table([_row(unit, lengths) for unit, lengths in found], border="horizontal")
        with hints, st.container(gap="xsmall"):
            for unit in units:
                panels.note(_("{name}: {hint}").format(**words_of(unit)._asdict()))
        with st.container(horizontal=True, vertical_alignment="center"):
            st.download_button(
                _("Save CSV"),
                lambda: csv_of(found),
                "path-lengths.csv",
                "text/csv",
                icon=":material/download:",
                on_click="ignore",
            )
            panels.note(_("Length, exact number of paths and their share, for every unit."))


def _row(unit: Unit, lengths: PathLengths) -> dict[str, str]:
    low, high = lengths.central()
    words = words_of(unit)
    return {
        _("One unit is"): words.name,
        _("Paths"): large(lengths.num_paths),
        _("Shortest"): str(min(lengths.lengths)),
        _("Mean"): f"{lengths.mean:.5g}",
        _("Spread"): f"{lengths.std:.3g}",
        _("95 % of the paths"): f"{low} – {high}",
        _("Longest"): str(max(lengths.lengths)),
    }


def csv_of(found: Sequence[tuple[Unit, PathLengths]]) -> str:
    """Return lengths, exact numbers of paths and their shares as CSV."""
    text = io.StringIO()
    writer = csv.writer(text)
    writer.writerow(("unit", "length", "paths", "share"))
    for unit, lengths in found:
        total = lengths.num_paths
        writer.writerows((unit, k, c, repr(c / total)) for k, c in lengths.lengths.items())
    return text.getvalue()


def _weighted(now: Hand, graph: Graph) -> None:
    with st.container(border=True, key="weighted-lengths"):
        words = st.container()
        gate = _gate() if has_gates(graph) else None
        found = cached.weighted_lengths(now.working, gate)
        lines = {_("weighted"): found.shares}
        drops = any(survival_of(graph, block) < 1 for block in graph.blocks)
        if drops:
            lines[_("branches in one step")] = branches_present(graph).shares
        by_block = cached.path_lengths(now.working, "block")
        counted = [count / by_block.num_paths for count in by_block.counts]
        chart = weighted_lengths(counted, lines, words_of("block").axis)
        note = _("Bars: paths as counted, mean {counted}. Line: each path weighted, mean {mean}.")
        with words:
            panels.heading(
                _("Weighted paths"),
                note.format(counted=f"{by_block.mean:.4g}", mean=f"{found.mean:.4g}"),
            )
        st.plotly_chart(
            chart.figure, key="weighted-chart", config={"displayModeBar": False}, alt=chart.alt
        )
        panels.note(_reading(drops=drops, gated=has_gates(graph)))


def _reading(*, drops: bool, gated: bool) -> str:
    parts = [_("Exact for the factors given; each path weighs the product of those on its way.")]
    if drops:
        parts.append(
            _(
                "Stochastic depth: the weight is the probability that a path is there in a "
                "training step. Dashed: how many branches one step has."
            )
        )
    if gated:
        parts.append(
            _("A gate open to T sends T through the branch and 1 − T past it, the same everywhere.")
        )
    return sentences(parts)


def _gate() -> float | None:
    """Show how far the gates are open; None is where their bias puts them before training."""
    key = "unravel-gate"
    start = start_widget(key, _gate_of_link())
    options = [None, *(i / 20 for i in range(21))]
    chosen = st.select_slider(
        _("Gates open to"),
        options,
        start,
        key=key,
        format_func=lambda value: _("at the start") if value is None else f"{value:.2f}",
        help=_("At the start of training a gate is open to σ(b), b its bias."),
    )
    urls.put(Param.GATE, "" if chosen is None else f"{chosen:.2f}")
    return chosen


def _gate_of_link() -> float | None:
    try:
        wanted = round(float(urls.get(Param.GATE)) * 20)
    except (ValueError, OverflowError):
        return None
    return wanted / 20 if 0 <= wanted <= 20 else None


def _polynomials(now: Hand, graph: Graph) -> None:
    with st.container(border=True, key="block-polynomials"):
        panels.heading(
            _("What one block adds"),
            _("A path of length k is zᵏ; blocks in series multiply.")
            if multiplies(graph)
            else _(
                "A path of length k is zᵏ, for all streams at the entry; the network follows each "
                "stream by itself."
            ),
        )
        units: list[Unit] = [unit for unit in units_of(now.working) if unit != "block"]
        rows = [
            {
                meant("which", "Blocks"): _span(blocks),
                **{
                    words_of(u).name: _written(polynomial)
                    for u, polynomial in zip(units, found, strict=True)
                },
            }
            for found, blocks in _alike(graph, units)
        ]
        st.table(rows, border="horizontal")


def _alike(
    graph: Graph, units: Sequence[Unit]
) -> list[tuple[tuple[tuple[int, ...], ...], list[Block]]]:
    """Return runs of neighbouring blocks with the same polynomials."""
    known: dict[str, tuple[tuple[int, ...], ...]] = {}
    for block in graph.blocks:
        if block.template not in known:
            found = (tuple(block_polynomial(graph, block, unit)) for unit in units)
            known[block.template] = tuple(found)
    runs = groupby(graph.blocks, key=lambda block: known[block.template])
    return [(found, list(blocks)) for found, blocks in runs]


def _span(blocks: list[Block]) -> str:
    first, last = label_of(blocks[0]), label_of(blocks[-1])
    return first if len(blocks) == 1 else f"{first} – {last}"


def _written(polynomial: Sequence[int]) -> str:
    """Return ``1 + 32 z³``."""
    terms: list[str] = []
    for k, count in enumerate(polynomial):
        if count:
            power = "" if k == 0 else "z" if k == 1 else f"z{str(k).translate(_SUPERSCRIPT)}"
            factor = "" if count == 1 and k else f"{count:,}"
            terms.append(f"{factor} {power}".strip())
    return " + ".join(terms)
