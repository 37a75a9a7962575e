"""The form of depth and width: of one stage, or of all at once."""

from __future__ import annotations

from functools import partial
from typing import TYPE_CHECKING

import streamlit as st

from explorer.spec import edit
from explorer.spec.positions import locate
from explorer.ui import cached, commands, forms, panels
from explorer.ui.i18n import _

if TYPE_CHECKING:
    from explorer.address import Address
    from explorer.ui.state import Hand


def stage_form(now: Hand, address: Address) -> None:
    """Show the fields of a stage, or of all where the address is empty; take edits."""
    if not address:
        _every_stage(now)
        return
    stage = now.spec.stages[locate(now.spec, address).stage]
    panels.heading(_("Stage {where}").format(where=address))
    updates = forms.fields(
        stage,
        partial(now.key, "stage", address),
        skip=("block", "overrides"),
        reasons=cached.reasons(now.spec, address),
    )
    if updates:
        commands.attempt(now, lambda: commands.set_fields(now.spec, address, updates))


def _every_stage(now: Hand) -> None:
    panels.heading(_("Depth and width"))
    same = {stage.depth for stage in now.spec.stages}
    value = st.number_input(
        _("Blocks in each stage"),
        1,
        1000,
        now.spec.stages[0].depth if len(same) == 1 else None,
        key=now.key("depth-all"),
        placeholder=_("differs"),
        help=_("The same number of blocks in every stage."),
    )
    if value and same != {value}:
        commands.attempt(now, lambda: edit.change_stages(now.spec, None, depth=value))
    k = st.number_input(
        _("Width factor k"),
        # A link or the held budget may say less, or more.
        min(0.125, now.spec.width_multiplier),
        max(32.0, now.spec.width_multiplier),
        now.spec.width_multiplier,
        step=0.5,
        key=now.key("k"),
        help=_("Multiplies the width of every stage, not of the stem."),
    )
    if k != now.spec.width_multiplier:
        commands.attempt(now, lambda: edit.change(now.spec, width_multiplier=k))
