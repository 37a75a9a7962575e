"""What is counted, what the words mean, and where the networks come from."""

from __future__ import annotations

from html import escape

import streamlit as st

from explorer.blocks import FAMILIES
from explorer.ui import cached_lessons, panels
from explorer.ui.i18n import _, meant


def _table(titles: tuple[str, ...], rows: list[tuple[str, ...]]) -> None:
    head = "".join(f'<th scope="col">{escape(title)}</th>' for title in titles)
    body = "".join(
        "<tr>" + "".join(f"<td>{escape(cell)}</td>" for cell in row) + "</tr>" for row in rows
    )
    st.html(
        f'<div class="rx-scroll"><table class="rx-table rx-words"><thead><tr>{head}</tr></thead>'
        f"<tbody>{body}</tbody></table></div>"
    )


def conventions() -> None:
    """Show what is counted."""
    panels.heading(_("What is counted"))
    _table(
        (_("Figure"), _("Meaning")),
        [
            (_("Parameters"), _("every number that training changes, batch norm included")),
            (
                _("MAC"),
                _(
                    "one multiply-add of a convolution or linear layer, for one image; biases, "
                    "batch norm, activations and pools count none"
                ),
            ),
            (
                _("FLOP"),
                _("half a MAC: FLOPs = 2 × MACs; many papers print MACs and call them FLOPs"),
            ),
            (_("Depth"), _("weight layers in series as the papers count, without projections")),
            (
                _("Receptive field"),
                _("side of the part of the image that one value of the last feature map sees"),
            ),
        ],
    )


def glossary() -> None:
    """Show what the words mean."""
    panels.heading(_("Words"))
    _table(
        (_("Word"), _("Meaning"), _("Formula"), _("Source")),
        [
            (term.title, term.sentence, term.formula, term.source)
            for term in sorted(cached_lessons.glossary().values(), key=lambda t: t.title.lower())
        ],
    )


def families() -> None:
    """Show the block families with their papers."""
    panels.heading(meant("kinds of them", "Blocks"))
    _table(
        (_("Block"), _("Unit"), _("Source")),
        [(_(f.title), _(f.formula), _(f.reference)) for f in FAMILIES.values()],
    )
