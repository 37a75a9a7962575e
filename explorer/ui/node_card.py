"""The card of what is selected in the picture: an op, a block, a stage, the stem or the head."""

from __future__ import annotations

from typing import TYPE_CHECKING

import streamlit as st

from explorer.address import is_inside
from explorer.analysis.cost import node_costs
from explorer.analysis.receptive import receptive_fields
from explorer.ir.describe import describe
from explorer.ui import cached, panels
from explorer.ui.i18n import _, plural
from explorer.ui.panels import Figure
from explorer.units import count, percent, quantity
from explorer.units import shape as show_shape

if TYPE_CHECKING:
    from explorer.ir.graph import Graph
    from explorer.ui.state import Hand


def node_card(now: Hand) -> None:
    """Show what stands at the selected address; a sentence while nothing is selected."""
    graph, _cost = cached.network(now.working)
    inside = _inside(graph, now.selected)
    if not inside:
        now.selected = ""
        panels.note(_("Click a stage, a block or an op in the picture to see its figures."))
        return
    costs, fields = node_costs(graph), receptive_fields(graph)
    params = sum(costs[a].params for a in inside)
    macs = sum(costs[a].macs for a in inside)
    total = sum(cost.macs for cost in costs.values())
    first, last = graph.nodes[inside[0]], graph.nodes[inside[-1]]
    field = fields[inside[-1]]
    op = describe(last.op).full if len(inside) == 1 else plural("{n} op", "{n} ops", len(inside))
    with st.container(border=True, key="node-card"):
        panels.heading(now.selected, op)
        panels.strip(
            [
                Figure(
                    _("Input → output"),
                    f"{show_shape(first.in_shapes[0])} → {show_shape(last.out_shape)}",
                ),
                Figure(_("Parameters"), count(params)),
                Figure(_("MACs"), quantity(macs), "", percent(macs / total if total else 0)),
                Figure(
                    _("Receptive field here"),
                    _("whole image") if field.size is None else f"{count(field.size)} px",
                ),
            ]
        )


def _inside(graph: Graph, address: str) -> list[str]:
    if not address:
        return []
    if address in {"stem", "head"}:
        return list(graph.stem if address == "stem" else graph.head)
    return [a for a in graph.nodes if is_inside(a, address)]
