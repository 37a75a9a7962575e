"""The unravelled view of the network in hand."""

from __future__ import annotations

from typing import TYPE_CHECKING

import streamlit as st

from explorer.ui import cached, panels
from explorer.ui.components.unravel import unravelled_picture
from explorer.ui.i18n import _
from explorer.ui.panels import Figure
from explorer.units import large

if TYPE_CHECKING:
    from explorer.ir.graph import Graph
    from explorer.ui.state import Hand


def path_strip(now: Hand) -> None:
    """Show how many paths there are and how long they are."""
    blocks = cached.path_lengths(now.working, "block")
    convs = cached.path_lengths(now.working, "conv")
    low, high = blocks.central()
    panels.strip(
        [
            Figure(_("Paths by blocks"), large(blocks.num_paths)),
            Figure(_("Mean length"), f"{blocks.mean:g}", _("blocks")),
            Figure(
                _("95 % of the paths"),
                f"{low} – {high}",
                _("blocks"),
                "",
                _("The shortest range of lengths around the commonest that holds this share."),
            ),
            Figure(
                _("Paths by convs"),
                large(convs.num_paths),
                "",
                _("scales and projections followed inside the blocks"),
            ),
            Figure(_("Mean length"), f"{convs.mean:.4g}", _("convs")),
        ]
    )


def unravelled_paths(now: Hand) -> None:
    """Show the network opening into its paths, and whether that is exact."""
    graph, _cost = cached.network(now.working)
    with st.container(border=True, key="unravelled"):
        unravelled_picture(cached.unravelled(now.working), key="unravel")
    _exactness(graph)


def _exactness(graph: Graph) -> None:
    residual = [block for block in graph.blocks if block.merge]
    if not residual:
        panels.heading(
            _("One path"),
            _("A plain network has no shortcuts: every signal goes through every block."),
        )
    elif all(block.exit == block.merge for block in residual):
        panels.heading(
            _("Exact"),
            _(
                "Nothing stands on the line after an addition, so the signal is the sum of what "
                "the blocks add. Only where the shape changes is a shortcut padded or projected."
            ),
        )
    else:
        panels.heading(
            _("Approximate here"),
            _(
                "A ReLU follows each addition, so the paths do not add up exactly. In a "
                "pre-activation network (ResNet v2) the shortcut stays clean."
            ),
        )
