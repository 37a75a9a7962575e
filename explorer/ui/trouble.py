"""What does not fit in the network in hand, and one button that repairs it."""

from __future__ import annotations

from typing import TYPE_CHECKING

import streamlit as st

from explorer.analysis.repair import Action, Repair, repairs
from explorer.spec.difference import title_of
from explorer.ui.guard import show
from explorer.ui.i18n import _, plural
from explorer.units import count

if TYPE_CHECKING:
    from explorer.ui.state import Hand


def trouble(now: Hand) -> None:
    """Show why the network does not work and what would mend it; nothing while it works."""
    if now.error is None:
        return
    with st.container(border=True, key="trouble"):
        show(now.error)
        st.caption(_("The costs and the picture are those of the last network that works."))
        with st.container(horizontal=True):
            for i, repair in enumerate(repairs(now.spec, now.error)):
                st.button(
                    _words(repair),
                    type="primary" if i == 0 else "secondary",
                    key=now.key("repair", i),
                    on_click=now.replace,
                    args=(repair.spec, now.origin),
                )
            st.button(_("Take it back"), on_click=now.undo, key=now.key("take-back"))


_AT_A_PLACE = frozenset(
    {"projection", "padding", "base_width", "groups", "scale", "width", "stride", "basic", "value"}
)


def _words(repair: Repair) -> str:
    """Return what a repair does and costs, as the label of its button."""
    words = _change(repair)
    if repair.address and repair.action in _AT_A_PLACE:
        words = _("{change} in {where}").format(change=words, where=repair.address)
    if repair.action == "projection":
        words = f"{words} · " + _("+{n} parameters").format(n=count(repair.added_params))
    if repair.action == "padding":
        words = f"{words} · " + _("no parameters")
    if repair.also:
        more = plural("and {n} more change", "and {n} more changes", len(repair.also))
        words = f"{words} · {more}"
    return words


def _change(repair: Repair) -> str:
    labels: dict[Action, str] = {
        "projection": _("Use a projection"),
        "padding": _("Pad with zeros"),
        "reset": _("Make {where} like its stage"),
        "base_width": _("Base width {n}"),
        "groups": _("Cardinality {n}"),
        "scale": _("Scale {n}"),
        "width": _("Width {n}"),
        "stem_width": _("Stem of width {n}"),
        "stride": _("No stride"),
        "stem_stride": _("Stem without stride"),
        "pool": _("Stem without pool"),
        "image_size": _("Image of {n} px"),
        "form": _("Write groups as one convolution"),
        "basic": _("Basic blocks"),
        "narrower": _("Width factor {n}"),
        "fewer": _("{n} blocks in all"),
        "classes": _("{n} classes"),
        "value": _("{field}: {n}"),
        "keep": _("Leave it as it was"),
        "simpler": _("Short stages of basic blocks"),
    }
    return labels[repair.action].format(
        n="" if repair.value is None else f"{repair.value:,.6g}",
        where=repair.address,
        field=_(title_of(repair.field)),
    )
