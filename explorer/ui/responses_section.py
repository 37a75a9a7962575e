"""Layer responses (He et al. 2015, Fig. 7) of up to four networks."""

from __future__ import annotations

from typing import TYPE_CHECKING

import streamlit as st

from explorer.analysis.gradient_study import FORWARD_SPEED, Weights
from explorer.analysis.layer_responses import response_rows
from explorer.figures.layer_responses import MOST, responses
from explorer.spec.presets import preset, presets
from explorer.ui import cached, guard, nav, panels, state, urls
from explorer.ui.finished import finished_runs
from explorer.ui.i18n import _
from explorer.ui.legend import network_legend
from explorer.ui.page_theme import page_theme, plot
from explorer.ui.patience import Request, answers
from explorer.ui.rows_table import rows_table
from explorer.ui.urls import Param
from explorer.ui.weights_choice import choose_data, choose_seed, label_of
from explorer.units import count

if TYPE_CHECKING:
    from explorer.analysis.layer_responses import Response
    from explorer.ui.finished import Run
    from explorer.ui.state import Hand

HAND = "hand"
FIGURE_7 = ("plain20", "plain56", "resnet20", "resnet56")
"""Plain and residual networks of two depths; He et al. also show 110 layers."""
IMAGES = 64
_KEY = "response-networks"
_NEAR = (0.75, 1.33)


def section(now: Hand) -> None:
    """Show the choice of networks at the left and their responses at the right."""
    runs = finished_runs()
    left, right = st.columns((1, 3.4), gap="medium")
    with left, st.container(border=True, key="response-choices"):
        chosen = _choose(now, runs)
        data, seed = choose_data(), choose_seed()
    with right, guard.guard():
        if not chosen:
            panels.heading(
                _("No networks chosen"), _("Choose one to four in the list of networks.")
            )
            return
        requests = [_request(name, now, runs, data, seed) for name in chosen]
        found = answers(requests, _("Measure the responses"), "ask-responses")
        if found is None:
            _promise()
            return
        titles = _titles(chosen, now, runs)
        _show(dict(zip(titles, found, strict=True)), seed)


def _choose(now: Hand, runs: dict[str, Run]) -> list[str]:
    options = [HAND, *runs, *FIGURE_7]
    wanted = [name for name in urls.get(Param.NETWORKS).split(",") if name in options]
    start = state.start_widget(_KEY, wanted[:MOST] or [HAND])
    chosen = st.multiselect(
        _("Networks"),
        options,
        [name for name in start if name in options],
        key=_KEY,
        max_selections=MOST,
        format_func=lambda name: _title(name, now, runs),
        help=_("Up to four. Presets and the network in hand are looked at before training."),
    )
    st.button(
        _("Plain and residual, two depths"),
        on_click=state.set_widget,
        args=(_KEY, list(FIGURE_7)),
        width="stretch",
        help=_("Plain-20, Plain-56, ResNet-20 and ResNet-56, untrained."),
    )
    found = [name for name in chosen if name in options]
    urls.put(Param.NETWORKS, "" if found == [HAND] else ",".join(found))
    return found


def _title(name: str, now: Hand, runs: dict[str, Run]) -> str:
    if name in runs:
        return label_of(runs[name])
    if name == HAND:
        return _("{title} in hand, untrained").format(title=now.title)
    title = presets()[name].title if name in presets() else name
    return _("{title}, untrained").format(title=title)


def _titles(chosen: list[str], now: Hand, runs: dict[str, Run]) -> list[str]:
    """Return a name for each, with a letter where two would be called the same."""
    found: list[str] = []
    for name in chosen:
        title = _title(name, now, runs)
        same = sum(other.split(" (")[0] == title for other in found)
        found.append(f"{title} ({same + 1})" if same else title)
    return found


def _request(name: str, now: Hand, runs: dict[str, Run], data: str, seed: int) -> Request:
    run = runs.get(name)
    if run is not None:
        weights, spec = Weights(run.record.data.name, run=run.folder), run.record.spec
    else:
        spec = now.working if name == HAND else preset(name)
        weights = Weights(data, spec=spec, seed=seed)
    macs = cached.network(spec)[1].macs
    return Request(
        "explorer.gradient.study:response_of",
        {"weights": weights, "num_images": IMAGES},
        # At initialisation batch norm is settled on as many images.
        0.5 + (1 if run else 2) * IMAGES * macs / FORWARD_SPEED,
        run.stamp if run else "",
    )


def _promise() -> None:
    panels.heading(
        _("What will be here"),
        _(
            "The standard deviation of what each 3×3 convolution gives, after batch norm and "
            "before ReLU and addition. Small means that the layer changes the signal little."
        ),
    )


def _show(found: dict[str, tuple[Response, ...]], seed: int) -> None:
    theme = page_theme()
    network_legend(list(found))
    left, right = st.columns(2, gap="medium")
    with left, st.container(border=True, key="responses-by-layer"):
        panels.heading(
            _("In the order of layers"),
            _("[standard deviation] How strongly each 3×3 layer answers, first to last."),
        )
        plot(responses(found, _("3×3 layer"), theme), "responses-by-layer-chart")
    with right, st.container(border=True, key="responses-by-size"):
        panels.heading(
            _("Sorted"),
            _(
                "[standard deviation] The same, the strongest first: a lower curve is a network "
                "whose layers each change the signal less."
            ),
        )
        chart = responses(found, _("rank"), theme, by_size=True)
        plot(chart, "responses-by-size-chart")
    panels.note(_caption(found, seed))
    if all(_NEAR[0] < one.std < _NEAR[1] for layers in found.values() for one in layers):
        panels.note(
            _(
                "All responses are still close to 1, where batch norm starts them: before training "
                "and in short trainings the curves say little. He et al. trained for 64,000 steps: "
                "residual layers then respond less than plain ones, and less still in deeper "
                "networks."
            )
        )
        if st.button(_("Train a network"), key="responses-train"):
            nav.go("train")
    titles = {
        "network": _("Network"),
        "layer": _("Layer"),
        "address": _("Address"),
        "read_at": _("Read at"),
        "std": _("Standard deviation"),
        "rank": _("Rank"),
    }
    rows_table(response_rows(found), titles, "layer-responses")


def _caption(found: dict[str, tuple[Response, ...]], seed: int) -> str:
    words = _(
        "Measured on {n} held-out images of each network's data, over images, channels and "
        "positions, after batch norm, before ReLU and addition. Untrained weights: seed {seed}. "
        "Shortcuts and gates are left out."
    )
    if any(one.read_at == one.layer for layers in found.values() for one in layers):
        words = _(
            "Measured on {n} held-out images of each network's data, over images, channels and "
            "positions, after batch norm, before ReLU and addition; where batch norm stands "
            "before the convolution, at the convolution itself. Untrained weights: seed {seed}. "
            "Shortcuts and gates are left out."
        )
    return words.format(n=count(IMAGES), seed=seed)
