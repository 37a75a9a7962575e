"""The four pictures of a comparison, its numbers and both rankings."""

from __future__ import annotations

from html import escape
from typing import TYPE_CHECKING, NamedTuple

import streamlit as st

from explorer.figures.cam_panels import Panels
from explorer.figures.cam_panels import panels as draw
from explorer.figures.cam_picture import pair_picture
from explorer.figures.cam_scale import scale_of, written
from explorer.figures.colormaps import DIVERGING, VIRIDIS
from explorer.figures.heatmap import Look, colour_bar, to_png
from explorer.ui import panels
from explorer.ui.i18n import _
from explorer.ui.panels import Figure
from explorer.units import percent

if TYPE_CHECKING:
    from explorer.cam.compare import Comparison, Disagreement, Side

BAR_PIXELS = (440, 12)


class View(NamedTuple):
    """How the maps are shown; changing it computes nothing anew."""

    scale: str
    look: Look


def show(found: Comparison, how: View) -> None:
    """Show image, both maps on their scale, the difference, and the numbers."""
    drawn = draw(found, how.scale, how.look)
    at_left, in_the_middle, at_right = st.columns((1, 2.02, 1))
    label = f"{found.label} · " if found.label else ""
    facts = f"{label}{len(found.image)} px, {_('the same crop for both')}"
    with at_left:
        picture(_("Image"), facts, to_png(drawn.image))
    with in_the_middle:
        _maps(found, drawn, how.scale)
    with at_right:
        picture(_("Difference"), _("A − B, in shares of the heat"), to_png(drawn.difference))
        ends = (_("A more"), f"±{percent(drawn.limit)}", _("B more"))
        bar(to_png(colour_bar(DIVERGING[::-1], *BAR_PIXELS)), *ends)
    _numbers(found)
    left, right = st.columns(2)
    for column, side, mark in ((left, found.a, "a"), (right, found.b, "b")):
        with column:
            _ranking(side, mark)
    st.download_button(
        _("Save picture"),
        pair_picture(found, how.scale, how.look),
        "grad-cam.png",
        "image/png",
        key="cam-save",
    )


def _maps(found: Comparison, drawn: Panels, name: str) -> None:
    """Show both maps; one colour bar spans them unless each has its own scale."""
    scale = scale_of(name)
    scale_png = to_png(colour_bar(VIRIDIS, *BAR_PIXELS))
    sides = ((found.a, drawn.a, drawn.end_a, "a"), (found.b, drawn.b, drawn.end_b, "b"))
    for column, (side, pixels, end, mark) in zip(st.columns(2), sides, strict=True):
        with column:
            picture(side.title, _says(found.target, side), to_png(pixels), mark)
            if not scale.shared:
                bar(scale_png, "0", _(scale.caption), written(end, scale))
    if scale.shared:
        bar(scale_png, "0", _(scale.caption), written(drawn.end_a, scale))


def picture(title: str, facts: str, png: bytes, mark: str = "") -> None:
    """Show a picture under its title and facts; a mark says which network it is of."""
    dot = f'<span class="rx-mark rx-{mark}"></span>' if mark else ""
    st.html(
        f'<div class="rx-cam"><h2 class="rx-h2">{dot}{escape(title)}</h2>'
        f'<div class="rx-note">{escape(facts)}</div></div>'
    )
    st.image(png, width="stretch", alt=f"{title}: {facts}")


def bar(png: bytes, low: str, caption: str, high: str) -> None:
    """Show a colour bar, what stands at its ends and what it means."""
    st.image(png, width="stretch")
    st.html(
        f'<div class="rx-bar"><span>{escape(low)}</span><span>{escape(caption)}</span>'
        f"<span>{escape(high)}</span></div>"
    )


def _says(target: str, side: Side) -> str:
    rank = _("ranked {n}").format(n=side.rank)
    dead = f" · {_('nothing speaks for this class')}" if side.is_dead else ""
    return f"{target}: {percent(side.probability)}, {rank}{dead}"


def _numbers(found: Comparison) -> None:
    if found.disagreement is None:
        panels.note(_("One of the maps is empty, so there is no disagreement to measure."))
        return
    panels.strip([*_gaps(found.disagreement), _halves(found)])
    panels.note(
        _(
            "One image and one training seed each: two seeds of one network may differ as much, "
            "so do not conclude yet. A map shows where the score is sensitive, not why the "
            "network is right."
        )
    )


def _gaps(gap: Disagreement) -> list[Figure]:
    return [
        Figure(
            _("Disagreement"),
            f"{gap.total_variation:.2f}",
            _("of 1"),
            _("heat that would move"),
            _("Total variation: 0 for equal maps, 1 for maps that do not overlap."),
        ),
        Figure(
            _("Rank correlation"),
            "–" if gap.spearman is None else f"{gap.spearman:.2f}",
            "",
            _("of the cells, −1 to 1"),
            _("Spearman's: 1 when both order the cells alike."),
        ),
        Figure(
            _("Shared hot cells"),
            percent(gap.top_iou, 0),
            "",
            _("of the hottest fifths"),
            _("Intersection over union of the hottest fifth of the cells of both maps."),
        ),
        Figure(_("Centres apart"), f"{gap.centre_distance:.1f}", "px", _("of the image")),
    ]


def _halves(found: Comparison) -> Figure:
    halves = [percent(side.half_area or 0, 0) for side in (found.a, found.b)]
    return Figure(
        _("Half of the heat fills"),
        " | ".join(halves),
        "",
        _("of the cells, A | B"),
        _("The smallest part of the map that holds half of its heat."),
    )


def _ranking(side: Side, mark: str) -> None:
    title = _("{title}: top {n}").format(title=side.title, n=len(side.top))
    rows = "".join(
        f'<tr><td>{escape(name)}</td><td class="rx-fill rx-fill-{mark}">'
        f'<div style="width:{100 * p:.1f}%"></div></td><td>{percent(p)}</td></tr>'
        for name, p in side.top
    )
    st.html(
        f'<h2 class="rx-h2"><span class="rx-mark rx-{mark}"></span>{escape(title)}</h2>'
        f'<table class="rx-table"><tbody>{rows}</tbody></table>'
    )
