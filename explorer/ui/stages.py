"""The stage table of the network in hand, with its words."""

from __future__ import annotations

from functools import cache, partial
from typing import TYPE_CHECKING, Any

import streamlit as st

from explorer.address import stage_of
from explorer.blocks import FAMILIES
from explorer.spec.model import StageSpec
from explorer.ui import cached, commands, panels
from explorer.ui.components.stage_table import stage_table
from explorer.ui.guard import show
from explorer.ui.i18n import _
from explorer.ui.stage_rows import COLUMNS, OFF, end_rows, kinds, shown_columns, stage_rows

if TYPE_CHECKING:
    from explorer.address import Address
    from explorer.spec import NetworkSpec
    from explorer.ui.state import Hand


def stages(now: Hand) -> None:
    """Show every stage of the network in hand; edits come back as commands."""

    def select(address: object) -> None:
        now.selected = address[:40] if isinstance(address, str) else ""

    with st.container(key="stages", gap="small"):
        panels.heading(_("Stages"))
        stage_table(_data(now), partial(commands.apply, now), select)
        if now.refused is not None:
            show(now.refused)
            now.refused = None


def _data(now: Hand) -> dict[str, Any]:
    graph = None if now.error else cached.network(now.spec)[0]
    return {
        "rows": stage_rows(now.spec, graph),
        "ends": end_rows(cached.network(now.working)[0]),
        "columns": shown_columns(now.spec),
        "all": COLUMNS,
        "selected": now.selected,
        "error": _error(now),
        "reasons": _reasons(now.spec),
        "turn": now.turn,
        **_words(),
    }


def _error(now: Hand) -> dict[str, str] | None:
    if now.error is None:
        return None
    where = stage_of(now.error.location)
    return {"address": where, "message": now.error.message} if where.startswith("layer") else None


def _reasons(spec: NetworkSpec) -> dict[Address, dict[str, dict[str, str]]]:
    """Return why an option makes no sense: by address, field and option ("" is the field)."""
    found: dict[Address, dict[str, dict[str, str]]] = {}
    for i, stage in enumerate(spec.stages):
        address = f"layer{i + 1}"
        blocks = {address: stage.block, **{f"{address}.{o.at}": o.block for o in stage.overrides}}
        for place, block in blocks.items():
            fields = {
                name: {"" if option is None else str(option): why for option, why in all_.items()}
                for name, all_ in cached.reasons_alone(block, stage.stride).items()
                if name in COLUMNS
            }
            if fields:
                found[place] = fields
    return found


@cache
def _kinds() -> dict[str, dict[str, Any]]:
    return kinds()


def _words() -> dict[str, Any]:
    depth, width = (StageSpec.model_fields[name].description for name in ("depth", "width"))
    return {
        "kinds": _kinds(),
        "off": OFF,
        "families": {kind: _(family.title) for kind, family in FAMILIES.items()},
        "hints": {
            "depth": _(depth) if depth else "",
            "width": _(width) if width else "",
            "groups": _("Number of parallel groups in the 3×3 convolution (ResNeXt)."),
            "base_width": _("Channels of one group or split for each 64 of the stage's width."),
            "scale": _("Number of splits of a Res2Net block."),
            "stride": _("Of the first block; 2 halves the size."),
            "se": _("Squeeze-and-excitation: reduction of the gate."),
            "survival": _("Stochastic depth: how often the last branch is there in training."),
            "dilation": _("Distance of the positions that a 3×3 reads."),
        },
        "labels": labels(),
    }


def labels() -> dict[str, str]:
    """Return the words of the stage table."""
    return {
        "caption": _("Stages of the network and their fields"),
        "stage": _("Stage"),
        "stem": _("stem"),
        "head": _("head"),
        "kind": _("Block"),
        "depth": _("Blocks"),
        "width": _("Width"),
        "groups": _("Cardinality"),
        "base_width": _("Base width"),
        "scale": _("Scale"),
        "stride": _("Stride"),
        "se": _("SE"),
        "dropout": _("Dropout"),
        "survival": _("Survival"),
        "dilation": _("Dilation"),
        "output": _("Output"),
        "params": _("Param."),
        "none": _("none"),
        "cell": _("{field} of {name}"),
        "absent": _("The block {family} has no such field: {field}."),
        "blocks_of": _("Single blocks of {name}"),
        "move": _("Move {name}"),
        "move_hint": _("Drag it to another place, or press Alt and an arrow key"),
        "add_at": _("Add below {name}"),
        "add_hint": _("Add a block below"),
        "add_stage_below": _("Add a stage below"),
        "duplicate_at": _("Duplicate {name}"),
        "duplicate_hint": _("Duplicate"),
        "remove_at": _("Remove {name}"),
        "remove_hint": _("Remove"),
        "reset_at": _("Reset {name}"),
        "reset_hint": _("Make it like the others of its stage"),
        "up_at": _("Move {name} up"),
        "up_hint": _("Move up"),
        "down_at": _("Move {name} down"),
        "down_hint": _("Move down"),
        "add_stage": _("Add a stage"),
        "more": _("More columns"),
        "fewer": _("Fewer columns"),
    }
