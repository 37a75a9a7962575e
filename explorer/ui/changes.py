"""What is different from the network it came from, and the way back for each of it."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import streamlit as st

from explorer.blocks import FAMILIES
from explorer.errors import SpecError
from explorer.spec import arrange, edit
from explorer.spec.difference import Difference, differences
from explorer.spec.model import BlockOverride, StageSpec
from explorer.spec.positions import locate
from explorer.spec.presets import presets
from explorer.ui import cached, commands, forms, panels
from explorer.ui.i18n import _, plural
from explorer.units import change

if TYPE_CHECKING:
    from explorer.spec import NetworkSpec
    from explorer.ui.state import Hand

SHOWN = 40


def changes(now: Hand) -> None:
    """Show a line that counts what was changed and opens the list of it; nothing where none was."""
    if now.base is None or now.base == now.spec:
        return
    found = differences(now.base, now.spec)
    origin = presets()[now.origin].title if now.origin else _("the link")
    label = _("{changes} since {origin}").format(
        changes=plural("{n} change", "{n} changes", len(found)), origin=origin
    )
    with st.popover(label, type="tertiary", key="changes"):
        panels.heading(label, _costs(now))
        for i, difference in enumerate(found[:SHOWN]):
            _line(now, now.base, difference, i)
        if len(found) > SHOWN:
            panels.note(_("And {n} more.").format(n=len(found) - SHOWN))


def _costs(now: Hand) -> str:
    assert now.base is not None
    try:
        before = cached.network(now.base)[1]
    except SpecError:
        return ""
    after = cached.network(now.working)[1]
    return _("{params} parameters, {macs} MACs").format(
        params=change(after.params - before.params), macs=change(after.macs - before.macs)
    )


def _line(now: Hand, base: NetworkSpec, difference: Difference, number: int) -> None:
    words, action = st.columns((1, 0.6), vertical_alignment="center")
    with words:
        panels.heading(_where(difference), _what(difference))
    if not can_take_back(difference):
        return
    with action:
        st.button(
            _("Take back"),
            key=now.key("take-back", number),
            on_click=_take_back,
            args=(now, base, difference),
            type="tertiary",
            help=_("Take back this one."),
        )


def _take_back(now: Hand, base: NetworkSpec, difference: Difference) -> None:
    commands.attempt(now, lambda: taken_back(now.spec, base, difference), now.command)


def _where(difference: Difference) -> str:
    if not difference.field:
        return difference.address
    return f"{difference.address} · {_(difference.title)}"


def _what(difference: Difference) -> str:
    if isinstance(difference.before or difference.after, StageSpec):
        return _("stage removed") if difference.after is None else _("stage added")
    if isinstance(difference.before or difference.after, BlockOverride):
        return _("as its stage again") if difference.after is None else _("not like its stage")
    before, after = (_value(difference.field, v) for v in (difference.before, difference.after))
    return f"{before} → {after}"


def _value(field: str, value: Any) -> str:  # noqa: ANN401
    if value is None:
        return "–"
    if field == "kind" and value in FAMILIES:
        return _(FAMILIES[value].title)
    if isinstance(value, bool):
        return _("yes") if value else _("no")
    return f"{value:g}" if isinstance(value, float) else forms.option_words(value)


def can_take_back(difference: Difference) -> bool:
    """Return whether a single difference can be undone without the others."""
    if not difference.field:
        return difference.after is not None
    return difference.kind == "changed"


def taken_back(spec: NetworkSpec, base: NetworkSpec, difference: Difference) -> NetworkSpec:
    """Return the network without one of its differences.

    Args:
        spec: The network.
        base: What it came from.
        difference: One for which ``can_take_back`` holds.

    Raises:
        SpecError: What is left cannot be meant.
    """
    address, value = difference.address, difference.before
    if isinstance(difference.after, StageSpec):
        return arrange.remove(spec, address)
    if address in {"stem", "head"}:
        return edit.change_part(spec, address, **{difference.field: value})
    if address == "network":
        return edit.change(spec, **{difference.field: value})
    if difference.field == "kind":
        return _family_back(spec, base, difference)
    if value is None:
        # Only the width of a block: it had that of its stage.
        value = spec.stages[locate(spec, address).stage].width
    return commands.set_fields(spec, address, {difference.field: value})


def _family_back(spec: NetworkSpec, base: NetworkSpec, difference: Difference) -> NetworkSpec:
    """Return the network with the family of one place, and its parameters, as they were."""
    spec = commands.set_family(spec, difference.address, str(difference.before))
    same = next((s.block for s in base.stages if s.block.kind == difference.before), None)
    if same is None:
        return spec
    values = {name: getattr(same, name) for name in type(same).model_fields if name != "kind"}
    return commands.set_fields(spec, difference.address, values)
