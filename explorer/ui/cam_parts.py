"""One logit taken apart at a block: what shortcut, branch and scales add, place by place."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
import streamlit as st

from explorer.errors import ExplorerError
from explorer.figures.colormaps import DIVERGING
from explorer.figures.heatmap import Look, colour_bar, difference, to_png
from explorer.ir.ops import Concat
from explorer.ui import cached, cached_cam, guard, panels
from explorer.ui.cam_choices import class_choice
from explorer.ui.cam_image import image_choice
from explorer.ui.cam_view import BAR_PIXELS, bar, picture
from explorer.ui.i18n import _, sentences
from explorer.ui.panels import Figure

if TYPE_CHECKING:
    from explorer.cam.breakdown import Breakdown, Piece
    from explorer.ir.graph import Block, Graph
    from explorer.ui.finished import Run

SIZE, WIDTH = 320, 160
"""Side of a map in its file, and on the page [px]."""
ROUNDING = 1e-3
"""A remainder below this share of the logit's parts is rounding."""


def section(a: Run, b: Run) -> None:
    """Show the choices at the left, and the parts of the logit at the right."""
    left, right = st.columns((1, 3.4), gap="medium")
    try:
        with left:
            run = _network(a, b)
            image = image_choice(a)
            own = _("the true class") if image.knows_class else _("what the network says")
            target = class_choice(a, own)
            block, scales = _block(run)
        found = cached_cam.cam_parts(
            run.stamp,
            image.source,
            {"run": str(run.folder), "block": block, "target": target, "scales": scales},
        )
        with right:
            _show(found, scales=scales)
    except ExplorerError as error:
        with right:
            guard.show(error)


def _network(a: Run, b: Run) -> Run:
    both = {"a": a, "b": b}
    first = next((name for name, run in both.items() if _has_parts(run)), "a")
    chosen = st.segmented_control(
        _("Network"),
        list(both),
        default=first,
        required=True,
        key=f"parts-network-{first}",
        width="stretch",
        format_func=lambda name: f"{str(name).upper()} · {both[name].record.title}",
    )
    return both.get(str(chosen), both[first])


def _has_parts(run: Run) -> bool:
    graph, _cost = cached.network(run.record.spec)
    return any(block.merge is not None for block in graph.blocks)


def _block(run: Run) -> tuple[str, bool]:
    """Show the choice of a residual block, and of its scales where it has some."""
    graph, _cost = cached.network(run.record.spec)
    blocks = {block.address: block for block in graph.blocks if block.merge is not None}
    if not blocks:
        raise ExplorerError(
            _("{title} has no block with a shortcut, so there is nothing to tell apart.").format(
                title=run.record.title
            ),
            _("Choose a residual network."),
        )
    names = list(blocks)
    chosen = st.selectbox(
        _("Block"), names, len(names) - 1, key=f"parts-block-{len(names)}-{names[-1]}"
    )
    block = blocks[chosen] if chosen in blocks else blocks[names[-1]]
    splits = _has_scales(graph, block) and st.toggle(
        _("Each scale by itself"), value=True, key="parts-scales"
    )
    return block.address, splits


def _has_scales(graph: Graph, block: Block) -> bool:
    return any(
        isinstance(node.op, Concat) and node.address != block.merge
        for node in graph.nodes_of(block)
    )


def _show(found: Breakdown, *, scales: bool) -> None:
    panels.heading(
        _("{title}: the logit of {target} is {logit}").format(
            title=found.title, target=found.target, logit=written(found.logit)
        ),
        _(
            "Taken apart at {block}: gradient times activation of each part, all channels added."
        ).format(block=found.block),
    )
    _maps(found)
    panels.strip(_sum(found))
    panels.note(_words(found, scales=scales))


def _maps(found: Breakdown) -> None:
    limit = max((float(np.abs(piece.heat).max()) for piece in found.pieces), default=0.0)
    look = Look(size=SIZE, opacity=0.8)
    with st.container(horizontal=True, gap="small"):
        for piece in found.pieces:
            pixels = difference(found.image, piece.heat.astype(np.float64), limit, look)
            with st.container(width=WIDTH, gap="xsmall"):
                picture(f"{_name(piece)} {written(piece.total)}", piece.address, to_png(pixels))
    ends = (
        _("against the class, −{limit}").format(limit=f"{limit:.2g}"),
        _("one cell adds"),
        _("for it, +{limit}").format(limit=f"{limit:.2g}"),
    )
    with st.container(width=BAR_PIXELS[0]):
        bar(to_png(colour_bar(DIVERGING, *BAR_PIXELS)), *ends)


def _sum(found: Breakdown) -> list[Figure]:
    rest = (
        Figure(
            _("Shift"),
            written(found.shift),
            "",
            _("norms and biases"),
            _("What the constants of norms and biases after these parts add."),
        ),
        Figure(_("Bias"), written(found.bias), "", _("of the classifier")),
        Figure(
            _("Remainder"),
            written(found.remainder),
            "",
            _("rounding") if _is_rounding(found) else _("not affine"),
            _("What is left; gates after the block are not affine and leave more than rounding."),
        ),
        Figure(_("Logit"), written(found.logit), "", _("the sum of all")),
    )
    parts = [Figure(_name(one), written(one.total), "", _("of the block")) for one in found.pieces]
    return [*parts, *rest]


def _is_rounding(found: Breakdown) -> bool:
    size = sum(abs(piece.total) for piece in found.pieces) + abs(found.shift) + abs(found.bias)
    return abs(found.remainder) <= ROUNDING * max(size, 1.0)


def _words(found: Breakdown, *, scales: bool) -> str:
    words = [
        _("All parts, shift, bias and remainder add up to the logit."),
        _("A map shows one image and one training; what adds much is not thereby needed."),
    ]
    if scales:
        words.insert(1, _("The shift holds what the block's own last norm adds, too."))
    if not _is_rounding(found):
        words.append(_("The remainder is more than rounding: a gate follows this block."))
    return sentences(words)


def _name(piece: Piece) -> str:
    kind, _space, number = piece.name.partition(" ")
    words = {
        "shortcut": _("Shortcut"),
        "branch": _("Branch"),
        "scale": _("Scale"),
        "path": _("Path"),
    }.get(kind, kind)
    return f"{words} {number}".strip()


def written(value: float) -> str:
    """Return a signed contribution to a logit, such as ``+1.25``; a tiny one by its power."""
    if value and abs(value) < 0.005:
        return f"{value:+.0e}".replace("-", "−").replace("e−0", "e−")
    return f"{value:+.2f}".replace("-", "−")
