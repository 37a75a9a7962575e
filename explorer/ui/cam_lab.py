"""Grad-CAM of two runs on one image: the choices, the four pictures, the numbers."""

from __future__ import annotations

from html import escape
from typing import TYPE_CHECKING, NamedTuple

import streamlit as st

from explorer.cam.layers import layers
from explorer.cam.methods import METHODS
from explorer.errors import DataError, ExplorerError
from explorer.figures.cam_panels import Panels
from explorer.figures.cam_panels import panels as draw
from explorer.figures.cam_picture import pair_picture
from explorer.figures.cam_scale import SCALES, scale_of, written
from explorer.figures.colormaps import DIVERGING, VIRIDIS
from explorer.figures.heatmap import Look, colour_bar, to_png
from explorer.ui import cached, guard, nav, panels, state, urls
from explorer.ui.i18n import _
from explorer.ui.panels import Figure
from explorer.ui.urls import Param
from explorer.units import percent

if TYPE_CHECKING:
    from explorer.cam.compare import Comparison, Side
    from explorer.cam.layers import Layer
    from explorer.ui.finished import Run

ONE_OF_THE_TEST_IMAGES, UPLOAD = "sample", "upload"
TRUE_CLASS = ""
BAR_PIXELS = (440, 12)


class View(NamedTuple):
    """How the maps are shown; changing it computes nothing anew."""

    scale: str
    look: Look


def nothing_to_compare(found: int) -> None:
    """Say what is missing and where to get it."""
    panels.heading(
        _("No trained networks yet") if not found else _("One more network is needed"),
        _(
            "Grad-CAM shows where a trained network looks. Train two networks on the same data, "
            "such as ResNet-20 and a Res2Net of its size; then they stand here side by side."
        ),
    )
    if st.button(_("Train a network"), type="primary"):
        nav.go("train")


def choose_runs(runs: dict[str, Run]) -> tuple[Run, Run]:
    """Show the choice of both runs; the link keeps it."""
    ids = list(runs)
    wanted = [urls.get(Param.RUN_A), urls.get(Param.RUN_B)]
    first = ids.index(wanted[0]) if wanted[0] in runs else min(1, len(ids) - 1)
    at_left, at_right = st.columns(2)
    with at_left:
        a = _run_choice(runs, _("Network A"), first, "cam-a")
    with at_right:
        same = [i for i in ids if runs[i].record.data.classes == runs[a].record.data.classes]
        default = wanted[1] if wanted[1] in same else next((i for i in same if i != a), a)
        b = _run_choice(
            {i: runs[i] for i in same}, _("Network B"), same.index(default), f"cam-b-{a}"
        )
    urls.put(Param.RUN_A, a)
    urls.put(Param.RUN_B, b)
    return runs[a], runs[b]


def _run_choice(runs: dict[str, Run], label: str, index: int, key: str) -> str:
    ids = list(runs)
    chosen = st.selectbox(
        label,
        ids,
        index,
        key=key,
        format_func=lambda i: runs[i].label if i in runs else str(i),
    )
    return chosen if chosen in runs else ids[index]


def lab(a: Run, b: Run) -> None:
    """Show the choices at the left and what they give at the right."""
    left, right = st.columns((1, 3.4), gap="medium")
    try:
        with left:
            image, knows_class = image_choice(a)
            target, layer, method = question(a, knows_class=knows_class)
            how = view()
        found = cached.cam_pair(
            (a.stamp, b.stamp),
            image,
            {
                "run_a": str(a.folder),
                "run_b": str(b.folder),
                "target": target,
                "layer": layer.name,
                "method": method,
            },
        )
        with right:
            show(found, how)
    except ExplorerError as error:
        with right:
            guard.show(error)


def image_choice(run: Run) -> tuple[bytes | tuple[str, int], bool]:
    """Show the choice of the image; return it, and whether its true class is known.

    Raises:
        DataError: An upload is asked for and there is none yet.
    """
    source = st.segmented_control(
        _("Image"),
        [ONE_OF_THE_TEST_IMAGES, UPLOAD],
        default=ONE_OF_THE_TEST_IMAGES,
        required=True,
        key="cam-source",
        width="stretch",
        format_func=lambda s: _("Held-out image") if s == ONE_OF_THE_TEST_IMAGES else _("Upload"),
    )
    if source == UPLOAD:
        file = st.file_uploader(
            _("PNG, JPEG or WebP"), type=["png", "jpg", "jpeg", "webp"], key="cam-upload"
        )
        if file is None:
            raise DataError(
                _("No image yet."), _("Choose a file; its central square is shown to both.")
            )
        return file.getvalue(), False
    return (run.record.data.name, _sample_index(run)), True


def _sample_index(run: Run) -> int:
    result = run.record.result
    last = (result.num_images if result else 1) - 1
    text = urls.get(Param.SAMPLE)
    key = "cam-index"
    state.start_widget(key, min(int(text), last) if text.isdigit() else 0)
    with st.container(horizontal=True, vertical_alignment="bottom"):
        index = st.number_input(_("Number of the image"), 0, last, key=key)
        st.button(_("Next"), on_click=_next_sample, args=(key, last))
    urls.put(Param.SAMPLE, str(index))
    return int(index)


def _next_sample(key: str, last: int) -> None:
    index = state.widget(key)
    state.set_widget(key, (int(index) + 1) % (last + 1) if isinstance(index, int) else 0)


def question(run: Run, *, knows_class: bool) -> tuple[str | None, Layer, str]:
    """Show the choice of class, layer and method."""
    classes = [TRUE_CLASS, *run.record.data.classes]
    own = _("the true class") if knows_class else _("what A says")
    wanted = urls.get(Param.CLASS)
    target = st.selectbox(
        _("Explain the score of"),
        classes,
        classes.index(wanted) if wanted in classes else 0,
        key="cam-class",
        format_func=lambda name: name or own,
        help=_("The same class for both networks; its logit is explained."),
    )
    graph, _cost = cached.network(run.record.spec)
    places = {layer.name: layer for layer in layers(graph)}
    layer = places[_segments(_("Layer"), list(places), Param.LAYER, list(places)[-1])]
    method = _segments(
        _("Method"),
        list(METHODS),
        Param.METHOD,
        "gradcam",
        {k: m.title for k, m in METHODS.items()},
    )
    last = list(places)[-1]
    advice = (
        ""
        if method != "gradcam" or layer.name == last
        else _(
            " Before the last stage, HiResCAM is the better choice: averaging the gradients "
            "there shows places that the network did not use."
        )
    )
    field = layer.receptive_field
    panels.note(
        _("Read at {address}: {h} × {w} cells of {stride} px, each sees {field}.").format(
            address=layer.address,
            h=layer.height,
            w=layer.width,
            stride=layer.stride,
            field=_("the whole image") if field is None else f"{field} px",
        )
        + advice
    )
    urls.put(Param.CLASS, target or "")
    return target or None, layer, method


def _segments(
    label: str, options: list[str], param: Param, default: str, titles: dict[str, str] | None = None
) -> str:
    wanted = urls.get(param)
    chosen = st.segmented_control(
        label,
        options,
        default=wanted if wanted in options else default,
        required=True,
        key=f"cam-{param.value}-{'-'.join(options)}",
        width="stretch",
        format_func=lambda o: _((titles or {}).get(str(o), str(o))),
    )
    value = chosen if chosen in options else default
    urls.put(param, "" if value == default else value)
    return value


def view() -> View:
    """Show how the maps are drawn."""
    names = list(SCALES)
    scale = st.segmented_control(
        _("Scale"),
        names,
        default="share",
        required=True,
        key="cam-scale",
        width="stretch",
        format_func=lambda s: _(SCALES[s].title) if s in SCALES else str(s),
        help=_("Shared: each map is divided by its own sum, and one colour bar spans both."),
    )
    opacity = st.slider(_("Heat over the image [%]"), 0, 100, 60, 5, key="cam-opacity")
    grey = st.toggle(_("Grey image under the heat"), value=True, key="cam-grey")
    cells = st.toggle(_("Show the cells"), value=False, key="cam-cells")
    look = Look(size=448, opacity=opacity / 100, grey=grey, cells=cells)
    return View(scale if scale in SCALES else "share", look)


def show(found: Comparison, how: View) -> None:
    """Show image, both maps on their scale, the difference, and the numbers."""
    drawn = draw(found, how.scale, how.look)
    at_left, in_the_middle, at_right = st.columns((1, 2.02, 1))
    label = f"{found.label} · " if found.label else ""
    facts = f"{label}{len(found.image)} px, {_('the same crop for both')}"
    with at_left:
        _picture(_("Image"), facts, to_png(drawn.image))
    with in_the_middle:
        _maps(found, drawn, how.scale)
    with at_right:
        _picture(_("Difference"), _("A − B, in shares of the heat"), to_png(drawn.difference))
        ends = (_("B more"), f"±{percent(drawn.limit)}", _("A more"))
        _bar(to_png(colour_bar(DIVERGING, *BAR_PIXELS)), *ends)
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
    bar = to_png(colour_bar(VIRIDIS, *BAR_PIXELS))
    sides = ((found.a, drawn.a, drawn.end_a, "a"), (found.b, drawn.b, drawn.end_b, "b"))
    for column, (side, pixels, end, mark) in zip(st.columns(2), sides, strict=True):
        with column:
            _picture(side.title, _says(found.target, side), to_png(pixels), mark)
            if not scale.shared:
                _bar(bar, "0", _(scale.caption), written(end, scale))
    if scale.shared:
        _bar(bar, "0", _(scale.caption), written(drawn.end_a, scale))


def _picture(title: str, facts: str, png: bytes, mark: str = "") -> None:
    dot = f'<span class="rx-mark rx-{mark}"></span>' if mark else ""
    st.html(
        f'<div class="rx-cam"><h2 class="rx-h2">{dot}{escape(title)}</h2>'
        f'<div class="rx-note">{escape(facts)}</div></div>'
    )
    st.image(png, width="stretch", alt=f"{title}: {facts}")


def _bar(png: bytes, low: str, caption: str, high: str) -> None:
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
    gap = found.disagreement
    if gap is None:
        panels.note(_("One of the maps is empty, so there is no disagreement to measure."))
        return
    halves = [percent(side.half_area or 0, 0) for side in (found.a, found.b)]
    panels.strip(
        [
            Figure(
                _("Disagreement"),
                f"{gap.total_variation:.2f}",
                _("of 1"),
                _("heat that would have to move"),
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
                _("overlap of the hottest fifths"),
            ),
            Figure(_("Centres apart"), f"{gap.centre_distance:.1f}", "px", _("of the image")),
            Figure(
                _("Half of the heat fills"),
                " | ".join(halves),
                "",
                _("of the cells, A | B"),
                _("The smallest part of the map that holds half of its heat."),
            ),
        ]
    )
    panels.note(
        _(
            "One image and one training seed each: two seeds of one network may differ as much, "
            "so do not conclude yet. A map shows where the score is sensitive, not why the "
            "network is right."
        )
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
