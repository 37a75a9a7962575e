"""The pictures of the compared networks, and what is picked in them."""

from __future__ import annotations

from typing import TYPE_CHECKING

import streamlit as st

from explorer.analysis.measures import MEASURES
from explorer.figures.panes import on_one_scale, split_by_status, statuses_of, written
from explorer.ir.describe import describe
from explorer.ui import cached, panels
from explorer.ui.compare_choice import LETTERS, picked_in
from explorer.ui.compare_html import Line, side_by_side_table
from explorer.ui.components.panes import Pane, Picked, network_panes
from explorer.ui.i18n import _, plural
from explorer.ui.kept_choice import segments
from explorer.ui.urls import Param
from explorer.ui.values import NOTHING
from explorer.units import change, count, quantity, shape

if TYPE_CHECKING:
    from collections.abc import Sequence

    from explorer.address import Address
    from explorer.compare.alignment import Alignment
    from explorer.ir.graph import Graph
    from explorer.ui.compare_choice import Choice, Entry

BY_DIFFERENCE = "difference"


def pictures(now: Choice, entries: Sequence[Entry]) -> None:
    """Show the pictures one above the other; what is picked in one is picked in all."""
    baseline = now.baseline
    links = alignments(entries, baseline)
    with st.container(border=True, key="compare-pictures"):
        titles = {name: _(measure.title) for name, measure in MEASURES.items()}
        colour = segments(
            Param.COLOUR,
            _("Colour"),
            {BY_DIFFERENCE: _("Difference"), **titles},
            key="compare-colour",
        )
        picked = picked_in(now, len(entries))
        places = [_address_in(picked, i, links, baseline) for i in range(len(entries))]
        scenes = [cached.bare_scene(entry.spec) for entry in entries]
        if colour in MEASURES:
            scenes = on_one_scale([cached.scene(entry.spec, colour) for entry in entries])
        panes = [
            Pane(
                key=LETTERS[i],
                slot=i,
                name=entry.title,
                words=_counts(links[i]),
                scene=split_by_status(scene, statuses_of(links, i)),
                selected=place,
            )
            for i, (entry, scene, place) in enumerate(zip(entries, scenes, places, strict=True))
        ]

        def take(told: Picked) -> None:
            if told.pane and told.pane in LETTERS[: len(entries)]:
                now.picked = f"{told.pane}:{told.address}"

        network_panes(
            panes,
            [None if link is None else written(link) for link in links],
            baseline=baseline,
            key="compare-panes",
            on_pick=take,
        )
    if any(places):
        _picked_table(entries, places, baseline)


def alignments(entries: Sequence[Entry], baseline: int) -> list[Alignment | None]:
    """Return how each network corresponds to the baseline; None for itself."""
    base = entries[baseline].spec
    return [
        None if i == baseline else cached.alignment(base, entry.spec)
        for i, entry in enumerate(entries)
    ]


def _counts(link: Alignment | None) -> str:
    """Return how many blocks differ, in words."""
    if link is None:
        return ""
    counts = link.counts()
    parts = [
        plural("{n} block changed", "{n} blocks changed", counts["changed"]),
        plural("{n} added", "{n} added", counts["added"]),
        plural("{n} removed", "{n} removed", counts["removed"]),
        plural("{n} the same", "{n} the same", counts["same"]),
    ]
    numbers = (counts["changed"], counts["added"], counts["removed"], counts["same"])
    return " · ".join(part for part, number in zip(parts, numbers, strict=True) if number)


def _address_in(
    picked: tuple[int, Address] | None,
    network: int,
    links: Sequence[Alignment | None],
    baseline: int,
) -> Address | None:
    """Return what is picked in one network as it is called in another."""
    if picked is None:
        return None
    origin, address = picked
    if origin == network:
        return address
    own, other = links[origin], links[network]
    if origin != baseline:
        assert own is not None
        back = {after: before for before, after in own.partners.items()}
        found = back.get(address)
        if found is None or network == baseline:
            return found
        address = found
    assert other is not None
    return other.partners.get(address)


def _picked_table(
    entries: Sequence[Entry], places: Sequence[Address | None], baseline: int
) -> None:
    """Show what is picked in every network beside each other."""
    graphs = [cached.network(entry.spec)[0] for entry in entries]
    facts = [_facts(e, g, p) for e, g, p in zip(entries, graphs, places, strict=True)]
    if not any(facts):
        return
    lines: list[Line] = []
    for label, unit in (
        (_("Address"), None),
        (_("Op"), None),
        (_("Output"), None),
        (_("Parameters"), ""),
        (_("MACs"), "MAC"),
        (_("Receptive field"), "px"),
    ):
        values = [fact.get(label) for fact in facts]
        if any(value is not None for value in values):
            lines.append(_picked_line(label, unit, values, baseline))
    with st.container(border=True, key="compare-picked"):
        panels.heading(_("Picked"), _("The same place in every network, as far as it has one."))
        side_by_side_table(_("What is picked in each network"), entries, lines, baseline, tall=True)


def _picked_line(
    label: str, unit: str | None, values: Sequence[str | float | None], baseline: int
) -> Line:
    base = values[baseline]
    changes: list[str] = []
    for value in values:
        if unit is None or value is None or base is None or value == base:
            changes.append("")
        else:
            changes.append(change(float(value) - float(base)))
    words = tuple(_said(value, unit) for value in values)
    return Line("", label, words, tuple(changes))


def _said(value: str | float | None, unit: str | None) -> str:
    if value is None:
        return NOTHING
    if unit is None:
        return str(value)
    return count(int(value)) if unit != "MAC" else quantity(float(value), unit)


def _facts(entry: Entry, graph: Graph, address: Address | None) -> dict[str, str | float]:
    """Return what there is to say about an op, a block or a stage; nothing where it is not."""
    if address is None:
        return {}
    node = graph.nodes.get(address)
    found: dict[str, str | float] = {_("Address"): address}
    if node is not None:
        found[_("Op")] = describe(node.op).full
        found[_("Output")] = shape(node.out_shape)
    else:
        parts = {block.address: block.title for block in graph.blocks}
        titles = parts | {s.address: _("stage") for s in graph.stages}
        ends = {"stem": _("stem"), "head": _("head")}
        if address not in titles | ends:
            return {}
        found[_("Op")] = _((titles | ends)[address])
    for label, name in (
        (_("Parameters"), "params"),
        (_("MACs"), "macs"),
        (_("Receptive field"), "receptive"),
    ):
        value = cached.measured(entry.spec, name).get(address)
        if value is not None:
            found[label] = value
    return found
