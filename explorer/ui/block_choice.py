"""Which consecutive blocks are unravelled: all, a stage, or from one to another."""

from __future__ import annotations

from typing import TYPE_CHECKING

import streamlit as st

from explorer.analysis import block_range
from explorer.errors import UrlError
from explorer.ui import cached, urls
from explorer.ui.guard import show
from explorer.ui.i18n import _
from explorer.ui.state import start_widget
from explorer.ui.urls import Param

if TYPE_CHECKING:
    from explorer.ir.graph import Graph
    from explorer.ui.state import Hand

_ALL, _OWN = "all", "own"


def choose_blocks(now: Hand) -> range:
    """Show the choice and return the positions of the blocks; the link keeps it."""
    graph, _cost = cached.network(now.working)
    everything = range(len(graph.blocks))
    if len(everything) == 1:
        return everything
    wanted = _wanted(graph)
    # Named after the network, so that another network begins with all of its blocks.
    key = f"unravel-blocks-{now.working.digest[:12]}"
    stages = [str(i + 1) for i in range(len(graph.stages))] if len(graph.stages) > 1 else []
    written = block_range.write(graph, wanted)
    start = start_widget(key, written if written in stages else _OWN if written else _ALL)
    chosen = st.segmented_control(
        _("Blocks to unravel"),
        [_ALL, *stages, _OWN],
        default=start,
        required=True,
        key=key,
        format_func=_label,
        label_visibility="collapsed",
    )
    among = everything
    if chosen in stages:
        among = block_range.stage_range(graph, int(str(chosen)) - 1)
    elif chosen == _OWN:
        among = _own_range(graph, wanted, f"{key}-ends")
    urls.put(Param.BLOCKS, block_range.write(graph, among))
    return among


def _wanted(graph: Graph) -> range:
    """Return the blocks that the link names; all where it names none or wrong ones."""
    text = urls.get(Param.BLOCKS)
    if text:
        try:
            return block_range.read(graph, text)
        except UrlError as error:
            urls.put(Param.BLOCKS, "")
            show(error)
    return range(len(graph.blocks))


def _label(choice: str) -> str:
    match choice:
        case "all":
            return _("All blocks")
        case "own":
            return _("From – to")
        case _:
            return _("Stage {n}").format(n=choice)


def _own_range(graph: Graph, wanted: range, key: str) -> range:
    places = range(len(graph.blocks))
    ends = st.select_slider(
        _("From block to block"),
        places,
        (wanted[0], wanted[-1]),
        key=key,
        format_func=lambda i: block_range.label_of(graph.blocks[i]) if i in places else str(i),
        label_visibility="collapsed",
    )
    return range(ends[0], ends[1] + 1)
