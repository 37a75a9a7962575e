"""The form of what is selected: one block, the blocks of a stage, or those of every stage."""

from __future__ import annotations

from functools import partial
from typing import TYPE_CHECKING

import streamlit as st

from explorer.errors import SpecError
from explorer.spec import edit
from explorer.spec.positions import Position, locate
from explorer.ui import cached, commands, forms, panels
from explorer.ui.i18n import _

if TYPE_CHECKING:
    from explorer.address import Address
    from explorer.ui.state import Hand

EVERYWHERE: Address = ""


def selected_place(now: Hand) -> Position | None:
    """Return the stage, or the block, that the selection lies in; None where it is neither."""
    try:
        return locate(now.spec, ".".join(now.selected.split(".")[:2]))
    except SpecError:
        return None


def scope(now: Hand) -> Address:
    """Show what the form changes and return its address; empty for every stage."""
    place = selected_place(now)
    if place is None:
        panels.note(_("Every stage at once. Select a block or a stage to change it alone."))
        return EVERYWHERE
    stage = Position(place.stage).address
    words = {stage: _("Stage"), EVERYWHERE: _("All stages")}
    if place.block is not None:
        words = {place.address: _("This block"), **words}
    chosen = st.segmented_control(
        _("Change"),
        list(words),
        default=place.address,
        required=True,
        key=f"scope-{place.address}-{place.block is None}",
        format_func=lambda address: words.get(str(address), str(address)),
        width="stretch",
        label_visibility="collapsed",
    )
    return chosen if chosen in words else place.address


def block_form(now: Hand, address: Address) -> None:
    """Show family and fields of the blocks at an address; take edits into the hand."""
    stage, index = locate(now.spec, address) if address else Position(0)
    own = now.spec.stages[stage]
    block = own.block if index is None else own.block_at(index)
    title = st.container()
    kind = forms.family(block.kind, now.key("kind", address))
    if kind != block.kind:
        commands.attempt(now, lambda: commands.set_family(now.spec, address, kind))
        own = now.spec.stages[stage]
        block = own.block if index is None else own.block_at(index)
    if index is not None:
        _width(now, address, Position(stage, index))
    reasons = cached.reasons(now.spec, address)
    updates = forms.fields(block, partial(now.key, block.kind, address), reasons=reasons)
    if updates:
        commands.attempt(now, lambda: commands.set_fields(now.spec, address, updates))
    panels.note(f"{_(block.formula)} · {_(block.reference)}")
    # Last: it says whether the block is like its stage after the edits of this very run.
    with title:
        _title(now, address)


def _title(now: Hand, address: Address) -> None:
    if not address:
        panels.heading(_("Blocks of all stages"))
        return
    stage, index = locate(now.spec, address)
    if index is None:
        panels.heading(_("Blocks of {where}").format(where=address))
        return
    words, action = st.columns((1, 0.7), vertical_alignment="center")
    is_special = now.spec.stages[stage].override_at(index) is not None
    with words:
        panels.heading(
            _("Block {where}").format(where=address),
            _("not like its stage") if is_special else _("like its stage"),
        )
    with action:
        st.button(
            _("Reset"),
            key=now.key("reset", address),
            on_click=lambda: now.command(edit.reset_block(now.spec, address)),
            disabled=not is_special,
            help=_("Make it like the others of its stage."),
            width="stretch",
        )


def _width(now: Hand, address: Address, place: Position) -> None:
    stage = now.spec.stages[place.stage]
    override = stage.override_at(place.block or 0)
    current = stage.width if override is None or override.width is None else override.width
    width = forms.stage_field("width", current, now.key("width", address))
    if width is not None and width != current:
        commands.attempt(now, lambda: edit.change_block(now.spec, address, width=width))
