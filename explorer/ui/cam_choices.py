"""What to compare and how to show it: runs, image, class, layer, method, scale."""

from __future__ import annotations

from html import escape
from typing import TYPE_CHECKING

import streamlit as st

from explorer.cam.methods import METHODS, recommended
from explorer.figures.cam_scale import SCALES
from explorer.figures.heatmap import Look
from explorer.store.zoo import PREFIX
from explorer.ui import cam_layer, panels, pretrained, state, urls
from explorer.ui.cam_image import data_of
from explorer.ui.cam_layer import choose_place
from explorer.ui.cam_view import View
from explorer.ui.i18n import _
from explorer.ui.urls import Param

if TYPE_CHECKING:
    from explorer.ui.cam_layer import Place
    from explorer.ui.finished import Run

TRUE_CLASS = ""


MOST = 4
_PARAMS = (Param.RUN_A, Param.RUN_B, Param.RUN_C, Param.RUN_D)
NONE = ""


def choose_runs(runs: dict[str, Run]) -> list[Run]:
    """Show the choice of two to four runs; the link keeps it."""
    places = st.columns((1, 1, 0.42), vertical_alignment="bottom")
    with places[0]:
        a = _run_choice(runs, _("Network A"), _first(runs), "cam-a")
    same = {
        i: run for i, run in runs.items() if run.record.data.classes == runs[a].record.data.classes
    }
    chosen = [a]
    with places[1]:
        wanted = urls.get(Param.RUN_B)
        usual = wanted if wanted in same else _partner(runs[a], same)
        chosen.append(_run_choice(same, _("Network B"), usual, f"cam-b-{a}"))
    with places[2]:
        pretrained.offer()
    chosen += [more for number in (2, 3) if (more := urls.get(_PARAMS[number])) in same]
    for param, run in zip(_PARAMS, chosen, strict=False):
        urls.put(param, run)
    return [runs[i] for i in dict.fromkeys(chosen)] if len(set(chosen)) > 1 else [runs[a]] * 2


def choose_more(runs: dict[str, Run], shown: list[Run]) -> None:
    """Show the choice of a third and a fourth network beside those that are shown."""
    classes = shown[0].record.data.classes
    same = [i for i, run in runs.items() if run.record.data.classes == classes]
    if len(same) < 3:
        return
    first = [run.id for run in shown[:2]]
    wanted = [urls.get(param) for param in _PARAMS[2:]]
    options = [i for i in same if i not in first]
    key = f"cam-more-{'-'.join(first)}"
    start = state.start_widget(key, [i for i in dict.fromkeys(wanted) if i in options])
    chosen = st.multiselect(
        _("Beside them"),
        options,
        [i for i in start if i in options],
        key=key,
        max_selections=MOST - 2,
        format_func=lambda i: runs[i].label if i in runs else str(i),
        placeholder=_("Up to two more networks"),
    )
    kept = [str(i) for i in chosen if i in options]
    if kept != [i for i in wanted if i]:
        for param, value in zip(_PARAMS[2:], [*kept, NONE, NONE], strict=False):
            urls.put(param, value)
        state.rerun()


def _first(runs: dict[str, Run]) -> str:
    """Return the network that is A at first: the latest own one but one, or a bundled one."""
    wanted = urls.get(Param.RUN_A)
    if wanted in runs:
        return wanted
    own = [i for i, run in runs.items() if not run.card]
    if len(own) > 1:
        return own[1]
    return next((i for i, run in runs.items() if _is_fair(run, runs)), next(iter(runs)))


def _is_fair(run: Run, runs: dict[str, Run]) -> bool:
    """Return whether a bundled run has another of equal cost beside it, on data that is here."""
    other = runs.get(f"{PREFIX}{run.card.pair}") if run.card and not run.card.twin else None
    if other is None or other.record.spec == run.record.spec:
        return False
    return other.record.data.name == run.record.data.name and data_of(run) is not None


def _partner(run: Run, same: dict[str, Run]) -> str:
    """Return the network to stand beside another: its pair, or any of the same classes."""
    pair = f"{PREFIX}{run.card.pair}" if run.card else ""
    return pair if pair in same else next((i for i in same if i != run.id), run.id)


def _run_choice(runs: dict[str, Run], label: str, usual: str, key: str) -> str:
    ids = list(runs)
    chosen = st.selectbox(
        label,
        ids,
        ids.index(usual),
        key=key,
        format_func=lambda i: runs[i].label if i in runs else str(i),
    )
    return chosen if chosen in runs else usual


def question(shown: list[Run], *, knows_class: bool) -> tuple[str | None, Place, str]:
    """Show the choice of class, layer and method."""
    own = _("the true class") if knows_class else _("what A says")
    target = class_choice(shown[0], own)
    place = choose_place(shown)
    method = _method(is_last=place.is_last)
    about_method(method, is_last=place.is_last)
    cam_layer.about(place.layer)
    return target, place, method


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
        key=f"cam-class-{own}",
        format_func=lambda name: name or own,
        help=_("The same class for both networks; its logit is explained."),
    )
    urls.put(Param.CLASS, target or "")
    return target or None


def _method(*, is_last: bool) -> str:
    """Show the choice of the method; the default depends on the layer."""
    options = list(METHODS)
    default = recommended("gradcam", is_last=is_last)
    wanted = urls.get(Param.METHOD)
    chosen = st.selectbox(
        _("Method"),
        options,
        options.index(wanted if wanted in options else default),
        key=f"cam-method-{default}",
        format_func=_method_words,
    )
    value = chosen if chosen in options else default
    urls.put(Param.METHOD, "" if value == default else value)
    return value


def _method_words(name: str) -> str:
    if name not in METHODS:
        return str(name)
    title = _(METHODS[name].title)
    return _("{title}, in the background").format(title=title) if METHODS[name].is_long else title


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
        help=_(
            "Shared: each map is divided by its own sum, and one colour bar spans all. Logit: what "
            "each cell adds to the score; logits of two networks have different scales. Rank: the "
            "share of cells that are no hotter. Own: each map up to its own maximum, as most "
            "libraries show it, so that brightness cannot be compared."
        ),
    )
    opacity = st.slider(_("Heat over the image [%]"), 0, 100, 60, 5, key="cam-opacity")
    grey = st.toggle(_("Grey image under the heat"), value=True, key="cam-grey")
    cells = st.toggle(_("Show the cells"), value=False, key="cam-cells")
    contour = st.toggle(
        _("Line around half of the heat"),
        value=False,
        key="cam-contour",
        help=_("A white line around the smallest region that holds half of the heat."),
    )
    look = Look(size=448, opacity=opacity / 100, grey=grey, cells=cells, contour=contour)
    return View(scale if scale in SCALES else "share", look)
