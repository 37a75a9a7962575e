"""The pictures of a comparison, its numbers beside the noise of seeds, and the rankings."""

from __future__ import annotations

from html import escape
from typing import TYPE_CHECKING, NamedTuple

import streamlit as st

from explorer.cam.measure.agreement import Verdict
from explorer.figures.cam_row import cam_row, sides_of
from explorer.figures.cam_scale import scale_of, written
from explorer.figures.colormaps import DIVERGING, VIRIDIS
from explorer.figures.heatmap import Look, colour_bar, to_png
from explorer.ui import panels
from explorer.ui.i18n import _, listed, sentences
from explorer.ui.panels import Figure
from explorer.units import percent

if TYPE_CHECKING:
    from collections.abc import Sequence

    from explorer.cam.compare import Comparison, Disagreement, Side
    from explorer.cam.measure.agreement import Noise
    from explorer.figures.cam_row import CamRow

BAR_PIXELS = (440, 12)
NAMES = "ABCD"


class View(NamedTuple):
    """How the maps are shown; changing it computes nothing anew."""

    scale: str
    look: Look


def pictures(found: Sequence[Comparison], how: View) -> None:
    """Show the image, all maps on their scale, and the differences from the first."""
    drawn = cam_row(found, how.scale, how.look)
    if len(found) == 1:
        at_left, in_the_middle, at_right = st.columns((1, 2.02, 1))
        with at_left, st.container(key="cam-image"):
            _image(found[0], drawn)
        with in_the_middle:
            _maps(found, drawn, how.scale)
        with at_right:
            picture(
                _("Difference"), _("A − B, in shares of the heat"), to_png(drawn.differences[0])
            )
            _difference_bar(drawn)
        return
    at_left, at_right = st.columns((1, 1.02 * (1 + len(found))))
    with at_left, st.container(key="cam-image"):
        _image(found[0], drawn)
    with at_right:
        _maps(found, drawn, how.scale)
    at_left, at_right = st.columns((2, 1.01 * len(found)))
    with at_left:
        panels.heading(
            _("Difference from A"),
            _("In shares of the heat, all on one scale; A is the first map."),
        )
        with st.container(width=BAR_PIXELS[0]):
            _difference_bar(drawn)
    with at_right:
        for i, column in enumerate(st.columns(len(found))):
            with column:
                title = _("A − {name}").format(name=NAMES[i + 1])
                picture(title, found[i].b.title, to_png(drawn.differences[i]), "abcd"[i + 1])


def _image(found: Comparison, drawn: CamRow) -> None:
    label = f"{found.label} · " if found.label else ""
    facts = listed((f"{label}{len(found.image)} px", _("the same crop for all")))
    picture(_("Image"), facts, to_png(drawn.image), is_narrow=len(drawn.maps) > 2)


def _difference_bar(drawn: CamRow) -> None:
    ends = (_("A more"), f"±{percent(drawn.limit)}", _("other more"))
    bar(to_png(colour_bar(DIVERGING[::-1], *BAR_PIXELS)), *ends)


def _maps(found: Sequence[Comparison], drawn: CamRow, name: str) -> None:
    """Show the maps; one colour bar spans them unless each has its own scale."""
    scale, sides = scale_of(name), sides_of(found)
    scale_png = to_png(colour_bar(VIRIDIS, *BAR_PIXELS))
    with st.container(horizontal=True, gap="small"):
        columns = [st.container(width="stretch", gap="small") for _side in sides]
    for i, column in enumerate(columns):
        with column:
            side = sides[i]
            facts = _says(found[0].target, side)
            is_narrow = len(sides) > 2
            picture(side.title, facts, to_png(drawn.maps[i]), "abcd"[i], is_narrow=is_narrow)
            if not scale.shared:
                bar(scale_png, "0", _(scale.caption), written(drawn.ends[i], scale))
    if scale.shared:
        bar(scale_png, "0", _(scale.caption), written(drawn.ends[0], scale))


def picture(title: str, facts: str, png: bytes, mark: str = "", *, is_narrow: bool = False) -> None:
    """Show a picture under its title and facts.

    Args:
        title: What it is.
        facts: What is to be known about it.
        png: The picture.
        mark: Says which network it is of.
        is_narrow: Whether the words may take three lines, so that pictures in a row still align.
    """
    dot = f'<span class="rx-mark rx-{mark}"></span>' if mark else ""
    tall = " rx-tall" if is_narrow else ""
    st.html(
        f'<div class="rx-cam{tall}"><h2 class="rx-h2">{dot}{escape(title)}</h2>'
        f'<div class="rx-note">{escape(facts)}</div></div>'
    )
    st.image(png, width="stretch", alt=f"{title}: {facts}")


def bar(png: bytes, low: str, caption: str, high: str) -> None:
    """Show a colour bar, what stands at its ends and what it means."""
    words = _("Colours from {low} to {high}: {caption}")
    st.image(png, width="stretch", alt=words.format(low=low, high=high, caption=caption))
    st.html(
        f'<div class="rx-bar"><span>{escape(low)}</span><span>{escape(caption)}</span>'
        f"<span>{escape(high)}</span></div>"
    )


def _says(target: str, side: Side) -> str:
    rank = _("ranked {n}").format(n=side.rank)
    dead = f" · {_('nothing speaks for this class')}" if side.is_dead else ""
    return f"{target}: {percent(side.probability)}, {rank}{dead}"


def numbers(found: Sequence[Comparison], noise: Noise | None, *, waits: bool = False) -> None:
    """Show how far the maps are apart, beside seeds of one network, and what that allows.

    Args:
        found: The comparisons.
        noise: How far seeds of one network are apart; None where it is not known.
        waits: Whether it is being measured.
    """
    words = _("Seeds of one network are being compared.") if waits else _verdicts(found, noise)
    if len(found) > 1:
        _table(found, noise)
        panels.note(words)
        return
    one = found[0]
    if one.disagreement is None:
        panels.note(_("One of the maps is empty, so there is no disagreement to measure."))
        return
    first, *others = _gaps(one.disagreement)
    panels.strip([first, _seeds(noise, waits=waits), *others, _halves(one)])
    panels.note(words)


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
            _signed(gap.spearman),
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


def _signed(value: float | None) -> str:
    return "–" if value is None else f"{value:.2f}".replace("-", "−")


def _seeds(noise: Noise | None, *, waits: bool) -> Figure:
    hint = _("The same number between two trainings of one network that differ in their seed.")
    if waits:
        return Figure(_("Two seeds of one"), "…", "", _("being compared"), hint)
    if noise is None:
        return Figure(_("Two seeds of one"), "–", "", _("no second seed is trained"), hint)
    return Figure(
        _("Two seeds of one"),
        f"{noise.highest['total_variation']:.2f}",
        _("or less"),
        _("on 95 % of {n} images").format(n=noise.num_images),
        hint,
    )


def _halves(found: Comparison) -> Figure:
    halves = [percent(side.half_area or 0, 0) for side in (found.a, found.b)]
    return Figure(
        _("Half of the heat fills"),
        " | ".join(halves),
        "",
        _("of the cells, A | B"),
        _("The smallest part of the map that holds half of its heat."),
    )


def _verdicts(found: Sequence[Comparison], noise: Noise | None) -> str:
    """Return what may be said, which is nothing about a difference within the noise."""
    caveat = _(
        "A map shows where the features are active that raise the score, not why the network is "
        "right."
    )
    if noise is None:
        words = _(
            "No second training seed of these networks is at hand: two seeds of one network may "
            "differ as much as these maps, so do not conclude. Train another seed."
        )
        return sentences((words, caveat))
    above: list[str] = []
    for name, one in zip(NAMES[1:], found, strict=False):
        gap = one.disagreement
        if gap and noise.judge("total_variation", gap.total_variation) is Verdict.ABOVE:
            above.append(name)
    if not above:
        words = _(
            "Two seeds of one network differ as much as these maps, so nothing can be said about "
            "a difference between the networks."
        )
    elif len(found) == 1:
        words = _(
            "These maps differ by more than two seeds of one network do on 95 % of images. It is "
            "one image: 'Measured' has many."
        )
    else:
        words = _(
            "By more than two seeds of one network do on 95 % of images, A differs from: {names}. "
            "It is one image: 'Measured' has many."
        ).format(names=listed(above))
    return sentences((words, caveat))


def _table(found: Sequence[Comparison], noise: Noise | None) -> None:
    heads = (
        _("A beside"),
        _("Disagreement"),
        _("Rank correlation"),
        _("Shared hot cells"),
        _("Centres apart"),
        _("Beside two seeds"),
    )
    line = "".join(f'<th scope="col">{escape(head)}</th>' for head in heads)
    body = "".join(
        "<tr>" + "".join(f"<td>{cell}</td>" for cell in _cells(i, one, noise)) + "</tr>"
        for i, one in enumerate(found)
    )
    st.html(
        f'<div class="rx-scroll" tabindex="0"><table class="rx-table"><thead><tr>{line}</tr>'
        f"</thead><tbody>{body}</tbody></table></div>"
    )


def _cells(i: int, one: Comparison, noise: Noise | None) -> list[str]:
    mark = f'<span class="rx-mark rx-{"bcd"[i]}"></span>{escape(one.b.title)}'
    gap = one.disagreement
    if gap is None:
        return [mark, "–", "–", "–", "–", escape(_("a map is empty"))]
    verdict = Verdict.UNKNOWN
    if noise is not None:
        verdict = noise.judge("total_variation", gap.total_variation)
    words = {
        Verdict.ABOVE: _("differs by more"),
        Verdict.BELOW: _("no more than seeds"),
        Verdict.UNKNOWN: _("not known"),
    }[verdict]
    return [
        mark,
        f"{gap.total_variation:.2f}",
        _signed(gap.spearman),
        percent(gap.top_iou, 0),
        f"{gap.centre_distance:.1f} px",
        escape(words),
    ]


def rankings(found: Sequence[Comparison]) -> None:
    """Show the most probable classes of every network side by side."""
    sides = sides_of(found)
    for i, column in enumerate(st.columns(len(sides))):
        with column:
            _ranking(sides[i], "abcd"[i])


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
