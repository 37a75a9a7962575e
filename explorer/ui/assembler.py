"""The forms that assemble a network: blocks, stages, stem, head, budget."""

from __future__ import annotations

from functools import partial
from typing import TYPE_CHECKING

import streamlit as st

from explorer.analysis.cost import node_costs
from explorer.spec import HeadSpec, edit
from explorer.spec.positions import locate
from explorer.ui import cached, commands, forms, panels, state
from explorer.ui.block_form import block_form, scope
from explorer.ui.budget import budget_lock
from explorer.ui.i18n import _
from explorer.ui.stage_form import stage_form
from explorer.units import count

if TYPE_CHECKING:
    from explorer.ui.state import Hand


def editor(now: Hand) -> None:
    """Show the form of what is selected; take edits into the hand."""
    epoch = now.epoch
    with st.container(border=True, gap="small", key="block-form"):
        address = scope(now)
        block_form(now, address)
    if not address or locate(now.spec, address).block is None:
        with st.container(border=True, gap="small", key="stage-form"):
            stage_form(now, address)
    is_end = now.selected in {"stem", "head"}
    key = f"outer-form-{is_end}"
    box = st.expander(_("Image, stem and head"), is_end, key=key, on_change="rerun")
    if box.open:
        with box:
            _outer_form(now)
    budget_lock(now)
    if now.epoch != epoch:
        state.rerun()


def _outer_form(now: Hand) -> None:
    size = st.number_input(
        _("Image size [px]"),
        8,
        1024,
        now.spec.image_size,
        key=now.key("image"),
        help=_("Side of the square input that the costs hold for."),
    )
    if size != now.spec.image_size:
        commands.attempt(now, lambda: edit.change(now.spec, image_size=size))
    for part in ("stem", "head"):
        panels.heading(_("Stem") if part == "stem" else _("Head"))
        hidden = part == "head" and now.spec.head.kind == "classify"
        skip = HeadSpec.SEGMENTS_ONLY if hidden else ()
        updates = forms.fields(getattr(now.spec, part), partial(now.key, part), skip=skip)
        if updates:
            now.edit(edit.change_part(now.spec, part, **updates))
    panels.note(_("{n} parameters in the classifier").format(n=count(_classifier(now))))


def _classifier(now: Hand) -> int:
    graph, _cost = cached.network(now.working)
    return node_costs(graph)[graph.output.address].params
