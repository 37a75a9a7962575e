"""Which blocks are deleted: clicked in the picture or chosen in the list, undone, in the link."""

from __future__ import annotations

from typing import TYPE_CHECKING, cast

import streamlit as st

from explorer.analysis.block_range import label_of
from explorer.ui import cached, panels, state, urls
from explorer.ui.components.network import Marks, Touched, network_picture
from explorer.ui.i18n import _
from explorer.ui.urls import Param

if TYPE_CHECKING:
    from explorer.address import Address
    from explorer.ui.finished import Run

Blocks = tuple["Address", ...]
_MOST_UNDONE = 100


def choose_deleted(run: Run) -> Blocks:
    """Show the picture, the list and undo; return the deleted blocks in the network's order."""
    spec = run.record.spec
    graph, _cost = cached.network(spec)
    labels = {block.address: label_of(block) for block in graph.blocks}
    key = f"lesion-deleted-{run.id}"
    linked = urls.get(Param.DELETED).split(",")
    state.start_widget(key, [address for address in labels if address in linked])
    now = _ordered(state.widget(key), labels)
    _remember(key, now)

    def toggle(touched: Touched) -> None:
        block = ".".join((touched.selected or "").split(".")[:2])
        if block in labels:
            state.set_widget(key, list(set(now) ^ {block}))

    network_picture(
        cached.bare_scene(spec),
        key=f"lesion-network-{run.id}",
        on_touch=toggle,
        name=run.record.title,
        marks=Marks(deleted=now),
    )
    panels.note(
        _("Click a block to delete it, click again to put it back; its shortcut stays.")
        if any(block.merge for block in graph.blocks)
        else _(
            "Click a block to delete it, click again to put it back; as it has no shortcut, its "
            "input is passed on, thinned or padded to fit."
        )
    )
    _list(key, labels, now)
    urls.put(Param.DELETED, ",".join(now))
    return now


def _list(key: str, labels: dict[Address, str], now: Blocks) -> None:
    with st.container(horizontal=True, vertical_alignment="bottom", gap="small"):
        st.multiselect(
            _("Deleted blocks"),
            list(labels),
            now,
            key=key,
            format_func=lambda address: labels.get(str(address), str(address)),
            placeholder=_("none: the whole network"),
        )
        past = _past(key)
        st.button(
            _("Undo deletion"),
            icon=":material/undo:",
            on_click=_undo,
            args=(key,),
            disabled=len(past) < 2,
            key="lesion-undo",
        )
        st.button(
            _("Put all back"),
            on_click=state.set_widget,
            args=(key, []),
            disabled=not now,
            key="lesion-restore",
        )


def _ordered(chosen: object, labels: dict[Address, str]) -> Blocks:
    wanted = set(cast("list[str]", chosen)) if isinstance(chosen, list) else set[str]()
    return tuple(address for address in labels if address in wanted)


def _past(key: str) -> list[Blocks]:
    """Return what was deleted step by step; the last is what is deleted now."""
    found = state.recall(f"{key}-past", [])
    return list(cast("list[Blocks]", found))


def _remember(key: str, now: Blocks) -> None:
    past = _past(key)
    if not past or past[-1] != now:
        state.keep(f"{key}-past", [*past, now][-_MOST_UNDONE:])


def _undo(key: str) -> None:
    past = _past(key)[:-1]
    if past:
        state.keep(f"{key}-past", past)
        state.set_widget(key, list(past[-1]))
