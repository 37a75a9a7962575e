"""What does not fit in the network in hand, and one button that repairs it."""

from __future__ import annotations

from typing import TYPE_CHECKING

import streamlit as st

from explorer.analysis.repair import Repair, repairs
from explorer.ui.guard import show
from explorer.ui.i18n import _
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


def _words(repair: Repair) -> str:
    match repair.action:
        case "projection":
            return _("Use a projection · +{n} parameters").format(n=count(repair.added_params))
        case "padding":
            return _("Pad with zeros · no parameters")
        case "base_width":
            return _("Base width {n}").format(n=f"{repair.value:g}")
        case _:
            return _("Width factor {n}").format(n=f"{repair.value:g}")
