"""The network picture with the choice of its colour."""

from __future__ import annotations

from functools import partial
from typing import TYPE_CHECKING

import streamlit as st

from explorer.analysis.measures import MEASURES
from explorer.ui import cached, commands
from explorer.ui.components.network import UNMARKED, Marks, Touched, network_picture
from explorer.ui.i18n import _

if TYPE_CHECKING:
    from explorer.ui.components.command import Command
    from explorer.ui.state import Hand


def network_stage(now: Hand) -> None:
    """Show the network; a click in the picture selects, a drop or a key changes it."""
    names = list(MEASURES)
    with st.container(border=True, key="network-stage"):
        measure = st.segmented_control(
            _("Colour"),
            names,
            default=now.measure,
            required=True,
            key=now.key("measure"),
            format_func=lambda name: _(MEASURES[name].title) if name in MEASURES else str(name),
        )
        if measure in MEASURES:
            now.measure = measure
        network_picture(
            cached.scene(now.working, now.measure),
            now.selected or None,
            key="network",
            on_touch=partial(_take, now),
            name=now.title,
            marks=Marks(broken={now.broken: now.error.message})
            if now.broken and now.error
            else UNMARKED,
            is_editable=True,
        )


def _take(now: Hand, touched: Touched) -> None:
    if touched.selected is not None:
        now.selected = touched.selected
    if touched.command is not None:
        arrange(now, touched.command)


def arrange(now: Hand, command: Command) -> None:
    """Change the network that the picture shows, and select what was touched.

    While the edited network does not work the picture shows the last one that does: a command
    goes on from that one.
    """
    if now.error is not None:
        now.edit(now.working)
    commands.apply(now, command._asdict())
