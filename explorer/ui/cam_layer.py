"""Where a map is read: the end of a stage, or any tensor, clicked in the network's picture."""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

import streamlit as st

from explorer.cam.layers import layer_within, layers
from explorer.ui import cached, cached_cam, panels, state, urls
from explorer.ui.components.network import Touched, network_picture
from explorer.ui.i18n import _
from explorer.ui.urls import Param

if TYPE_CHECKING:
    from collections.abc import Sequence

    from explorer.cam.layers import Layer
    from explorer.ui.finished import Run

TENSOR = "tensor"
_KEY = "cam-tensor"


class Place(NamedTuple):
    """A tensor that was chosen.

    Attributes:
        layer: The tensor.
        is_last: Whether the head pools it, so that Grad-CAM is exact there.
        among: What else can be clicked in the picture; empty while a stage is chosen.
    """

    layer: Layer
    is_last: bool
    among: tuple[Layer, ...] = ()


def choose_place(shown: Sequence[Run]) -> Place:
    """Show the choice of a stage, or of any tensor that all networks have; the link keeps it.

    Args:
        shown: The networks, A first.
    """
    graph, _cost = cached.network(shown[0].record.spec)
    stages = {layer.name: layer for layer in layers(graph)}
    last = list(stages)[-1]
    wanted = urls.get(Param.LAYER)
    among = cached_cam.common_layers(tuple(run.record.spec for run in shown))
    named = {layer.address: layer for layer in among}
    usual = wanted if wanted in stages else TENSOR if wanted in named else last
    key = f"cam-layer-{'-'.join(stages)}"
    start = state.start_widget(key, usual)
    chosen = st.segmented_control(
        _("Layer"),
        [*stages, TENSOR],
        default=start,
        required=True,
        key=key,
        width="stretch",
        format_func=lambda name: _("other") if name == TENSOR else str(name),
        help=_("The end of a stage, or 'other': any tensor, clicked in the network's picture."),
    )
    if chosen == TENSOR and named:
        layer = _tensor(named, wanted, stages[last])
        urls.put(Param.LAYER, layer.address)
        return Place(layer, layer.address == stages[last].address, among)
    name = chosen if chosen in stages else last
    urls.put(Param.LAYER, "" if name == last else name)
    return Place(stages[name], name == last)


def _tensor(named: dict[str, Layer], wanted: str, last: Layer) -> Layer:
    usual = last.address if last.address in named else list(named)[-1]
    start = state.start_widget(_KEY, wanted if wanted in named else usual, named)
    chosen = st.selectbox(
        _("Tensor"),
        list(named),
        list(named).index(start),
        key=_KEY,
        format_func=lambda a: _words(named[a]) if a in named else str(a),
        help=_(
            "What all shown networks have under one address, with cells of one size. In another "
            "family the same address may stand elsewhere in the block."
        ),
    )
    return named.get(str(chosen), named[usual])


def _words(layer: Layer) -> str:
    return f"{layer.address} · {layer.height} × {layer.width}"


def picture(run: Run, place: Place) -> None:
    """Show the network of a run; a click reads the map at what was clicked."""
    if not place.among:
        return
    graph, _cost = cached.network(run.record.spec)

    def take(touched: Touched) -> None:
        found = layer_within(graph, touched.selected or "", place.among)
        if found is not None:
            state.set_widget(_KEY, found.address)

    panels.note(
        _(
            "Click an op, a block or a stage: the map is read at its output. 'Ops' shows every "
            "tensor by its address."
        )
    )
    network_picture(
        cached.bare_scene(run.record.spec),
        place.layer.address,
        key=f"cam-network-{run.id}",
        on_touch=take,
        name=run.record.title,
    )


def about(layer: Layer) -> None:
    """Say which tensor is read, what its cells stand for, and what each of them sees."""
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
