"""What to compare and how to show it: runs, image, class, layer, method, scale."""

from __future__ import annotations

from html import escape
from typing import TYPE_CHECKING

import streamlit as st

from explorer.cam.layers import layers
from explorer.cam.methods import METHODS, recommended
from explorer.errors import DataError
from explorer.figures.cam_scale import SCALES
from explorer.figures.heatmap import Look
from explorer.ui import cached, panels, state, urls
from explorer.ui.cam_view import View
from explorer.ui.i18n import _
from explorer.ui.urls import Param

if TYPE_CHECKING:
    from explorer.cam.layers import Layer
    from explorer.ui.finished import Run

HELD_OUT, UPLOAD = "sample", "upload"
TRUE_CLASS = ""


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


def image_choice(run: Run) -> tuple[bytes | tuple[str, int], bool]:
    """Show the choice of the image; return it, and whether its true class is known.

    Raises:
        DataError: An upload is asked for and there is none yet.
    """
    source = st.segmented_control(
        _("Image"),
        [HELD_OUT, UPLOAD],
        default=HELD_OUT,
        required=True,
        key="cam-source",
        width="stretch",
        format_func=lambda s: _("Held-out image") if s == HELD_OUT else _("Upload"),
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
    own = _("the true class") if knows_class else _("what A says")
    target = class_choice(run, own)
    graph, _cost = cached.network(run.record.spec)
    places = {layer.name: layer for layer in layers(graph)}
    last = list(places)[-1]
    layer = places[_segments(_("Layer"), list(places), Param.LAYER, last)]
    is_last = layer.name == last
    method = _method(is_last=is_last)
    about_method(method, is_last=is_last)
    _about_layer(layer)
    return target, layer, method


def class_choice(run: Run, own: str) -> str | None:
    """Show the choice of the class; return None for the one that is known by itself.

    Args:
        run: Whose classes are offered.
        own: How the class that is known by itself is called.
    """
    classes = [TRUE_CLASS, *run.record.data.classes]
    wanted = urls.get(Param.CLASS)
    target = st.selectbox(
        _("Explain the score of"),
        classes,
        classes.index(wanted) if wanted in classes else 0,
        key="cam-class",
        format_func=lambda name: name or own,
        help=_("The same class for both networks; its logit is explained."),
    )
    urls.put(Param.CLASS, target or "")
    return target or None


def _method(*, is_last: bool) -> str:
    """Show the choice of the method; the default depends on the layer."""
    options = [n for n, m in METHODS.items() if m.reads == "layer" and not m.is_long]
    default = recommended("gradcam", is_last=is_last)
    wanted = urls.get(Param.METHOD)
    chosen = st.selectbox(
        _("Method"),
        options,
        options.index(wanted if wanted in options else default),
        key=f"cam-method-{default}",
        format_func=lambda name: _(METHODS[name].title) if name in METHODS else str(name),
    )
    value = chosen if chosen in options else default
    urls.put(Param.METHOD, "" if value == default else value)
    return value


def about_method(name: str, *, is_last: bool) -> None:
    """Say what a method computes, who proposed it and where it is not sound.

    Args:
        name: A key of ``METHODS``.
        is_last: Whether the map is read at the last stage.
    """
    method = METHODS[name]
    lines = "".join(
        f"<div><b>{escape(label)}</b> {escape(text)}</div>"
        for label, text in (
            (_("Definition"), _(method.definition)),
            (_("Paper"), method.paper),
            (_("Limit"), _(method.limits)),
        )
    )
    st.html(f'<div class="rx-method rx-note">{lines}</div>')
    if is_last:
        return
    if recommended(name, is_last=False) != name:
        panels.note(
            _(
                "{method} is not sound at this layer: take HiResCAM or LayerCAM, which keep the "
                "gradient of every place."
            ).format(method=method.title)
        )
    elif name == recommended("gradcam", is_last=False):
        panels.note(
            _(
                "HiResCAM is the choice before the last stage, LayerCAM is another: averaging the "
                "gradients there, as Grad-CAM does, shows places that the network did not use."
            )
        )


def _about_layer(layer: Layer) -> None:
    field = layer.receptive_field
    panels.note(
        _("Read at {address}: {h} × {w} cells of {stride} px, each sees {field}.").format(
            address=layer.address,
            h=layer.height,
            w=layer.width,
            stride=layer.stride,
            field=_("the whole image") if field is None else f"{field} px",
        )
    )


def _segments(
    label: str, options: list[str], param: Param, default: str, titles: dict[str, str] | None = None
) -> str:
    wanted = urls.get(param)
    chosen = st.segmented_control(
        label,
        options,
        default=wanted if wanted in options else default,
        required=True,
        key=f"cam-{param.value}-{default}-{'-'.join(options)}",
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
