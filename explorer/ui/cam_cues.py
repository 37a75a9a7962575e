"""The experiments that expose: a network that follows a cue beside one that follows the shape."""

from __future__ import annotations

from html import escape
from typing import TYPE_CHECKING, cast

import streamlit as st

from explorer.cam.layers import layers
from explorer.data.experiments import EXPERIMENTS, trial
from explorer.errors import ExplorerError
from explorer.figures.heatmap import Look, to_png
from explorer.ui import cached, cached_cam, guard, nav, panels, state
from explorer.ui.cam_view import View, pictures
from explorer.ui.finished import finished_runs
from explorer.ui.i18n import _, sentences
from explorer.units import percent

if TYPE_CHECKING:
    from explorer.cam.measure.cues import Exposure
    from explorer.cam.measure.statistics import Interval
    from explorer.data.experiments import Experiment, Trial, Which
    from explorer.ui.finished import Run

NUM_SHOWN = 24
CLASS_OF_THE_SHAPE, ANSWER = "shape", "answer"


def section() -> None:
    """Show the choice of an experiment at the left, and what its two networks do at the right."""
    left, right = st.columns((1, 3.4), gap="medium")
    with left:
        name = _choice()
        experiment = EXPERIMENTS[name]
        panels.note(_(experiment.question))
        panels.note(_about(experiment))
        pair = pair_of(experiment)
    with right:
        if pair is None:
            _nothing(experiment)
            return
        try:
            _show(name, *pair)
        except ExplorerError as error:
            guard.show(error)


def _choice() -> str:
    names = list(EXPERIMENTS)
    chosen = st.segmented_control(
        _("Experiment"),
        names,
        default=names[0],
        required=True,
        key="cues-experiment",
        width="stretch",
        format_func=lambda n: _(EXPERIMENTS[n].title) if n in EXPERIMENTS else str(n),
    )
    return chosen if chosen in EXPERIMENTS else names[0]


def _about(experiment: Experiment) -> str:
    if experiment.cue == "marker":
        return _(
            "A was trained on shapes with a marker in a corner whose colour names the class in "
            "95 % of the images; B is the same network, trained without one. Both are then "
            "shown markers that agree with the shape, and markers that name another class."
        )
    return _(
        "A was trained on shapes whose texture goes with the class in 90 % of the images; B is the "
        "same network, trained on shapes of any texture. Both are then shown textures that agree "
        "with the shape, and textures that go with other classes. One texture goes with two "
        "classes, so by the texture alone one answer in two is right."
    )


def pair_of(experiment: Experiment) -> tuple[Run, Run] | None:
    """Return the run that was trained with the cue and the same network trained without it."""
    runs = [run for run in finished_runs().values() if not run.segments]
    for run in sorted(runs, key=lambda one: one.card is None):
        if run.record.data.name != experiment.data:
            continue
        for control in runs:
            if control.record.data.name == experiment.control and (
                control.record.spec == run.record.spec
            ):
                return run, control
    return None


def _nothing(experiment: Experiment) -> None:
    panels.heading(
        _("No networks for this experiment yet"),
        _("Train one network on {data} and the same network on {control}.").format(
            data=experiment.data, control=experiment.control
        ),
    )
    if st.button(_("Train a network"), type="primary", key="cues-train"):
        nav.go("train")


def _show(name: str, a: Run, b: Run) -> None:
    experiment = EXPERIMENTS[name]
    found = {
        "a": cached_cam.cam_cues(a.stamp, str(a.folder), name),
        "b": cached_cam.cam_cues(b.stamp, str(b.folder), name),
    }
    panels.heading(
        _("{title}: what the cue does to both").format(title=_(experiment.title)),
        _("{n} new images of each kind; 95 % intervals over images, one training each.").format(
            n=found["a"][0].num_images
        ),
    )
    st.html(_table(found, experiment))
    panels.note(_verdict(found["a"], found["b"], experiment))
    _one_image(name, a, b)


def _table(found: dict[str, tuple[Exposure, Exposure]], experiment: Experiment) -> str:
    has_marker = experiment.cue == "marker"
    heads = [_("Network"), _("The cue"), _("Right by the shape"), _("Answers by the cue")]
    heads.append(_("Heat on the object"))
    if has_marker:
        heads.append(_("Heat on the marker"))
    line = "".join(f'<th scope="col">{escape(head)}</th>' for head in heads)
    whose = {"a": _("trained with the cue"), "b": _("trained without it")}
    rows: list[str] = []
    for mark, exposures in found.items():
        for one in exposures:
            cells = [
                f'<span class="rx-mark rx-{mark}"></span>{escape(whose[mark])}',
                escape(_("agrees") if one.which == "aligned" else _("is at odds")),
                _percent(one.accuracy),
                _percent(one.follows_cue),
                _chance(one.energy_object, one.object_area),
            ]
            if has_marker and one.energy_cue is not None:
                cells.append(_chance(one.energy_cue, one.cue_area or 0))
            rows.append("<tr>" + "".join(f"<td>{cell}</td>" for cell in cells) + "</tr>")
    return (
        f'<div class="rx-scroll" tabindex="0"><table class="rx-table"><thead><tr>{line}</tr>'
        f"</thead><tbody>{''.join(rows)}</tbody></table></div>"
    )


def _percent(value: Interval) -> str:
    ends = f"{percent(value.low, 0)} – {percent(value.high, 0)}"
    return escape(f"{percent(value.value, 0)} ({ends})")


def _chance(value: Interval, area: float) -> str:
    words = _("{value}, chance {chance}")
    return escape(words.format(value=percent(value.value), chance=percent(area)))


def _verdict(
    a: tuple[Exposure, Exposure], b: tuple[Exposure, Exposure], experiment: Experiment
) -> str:
    fall = [one[0].accuracy.value - one[1].accuracy.value for one in (a, b)]
    words = [
        _(
            "When the cue turns against the shape, A loses {a} points and B {b}. On images like "
            "those of its training A is right {accuracy} of the time: accuracy there does not give "
            "it away."
        ).format(
            a=f"{100 * fall[0]:.0f}",
            b=f"{100 * fall[1]:.0f}",
            accuracy=percent(a[0].accuracy.value, 0),
        )
    ]
    on_marker = a[0].energy_cue
    if experiment.cue == "marker" and on_marker is not None and a[0].cue_area:
        words.append(
            _("The map does: A has {times} times as much heat on the marker as chance.").format(
                times=f"{on_marker.value / a[0].cue_area:.1f}"
            )
        )
    else:
        words.append(
            _(
                "A map does not: the cue lies on the object itself, and heat on the object is the "
                "same for shape and texture."
            )
        )
    return sentences(words)


def _one_image(name: str, a: Run, b: Run) -> None:
    with st.container(horizontal=True, vertical_alignment="bottom", gap="medium"):
        which = st.segmented_control(
            _("One image, its cue"),
            ["aligned", "conflict"],
            default="conflict",
            required=True,
            key="cues-which",
            format_func=lambda w: _("agrees") if w == "aligned" else _("is at odds"),
        )
        index = st.number_input(_("Number"), 0, NUM_SHOWN - 1, key="cues-index", width=140)
        st.button(_("Next"), key="cues-next", on_click=_next)
        explained = st.segmented_control(
            _("Explain"),
            [ANSWER, CLASS_OF_THE_SHAPE],
            default=ANSWER,
            required=True,
            key="cues-explain",
            format_func=lambda w: (
                _("the answer of A") if w == ANSWER else _("the class of the shape")
            ),
        )
    record = a.record.data
    chosen = cast("Which", which if which in {"aligned", "conflict"} else "conflict")
    shown = trial(name, chosen, [int(index)], seed=record.seed, image_size=record.image_size)
    truth = record.classes[int(shown.labels[0])]
    graph, _cost = cached.network(a.record.spec)
    found = cached_cam.cam_several(
        (a.stamp, b.stamp),
        to_png(shown.images[0]),
        {
            "runs": [str(a.folder), str(b.folder)],
            "target": truth if explained == CLASS_OF_THE_SHAPE else None,
            "layer": layers(graph)[-1].name,
            "method": "gradcam",
        },
    )
    panels.note(_says(shown, record.classes))
    pictures(found, View("share", Look(size=448)))


def _next() -> None:
    index = state.widget("cues-index")
    state.set_widget("cues-index", (int(index) + 1) % NUM_SHOWN if isinstance(index, int) else 0)


def _says(shown: Trial, classes: tuple[str, ...]) -> str:
    named = [name for name, says in zip(classes, shown.named[0], strict=True) if says]
    return _("The shape is: {shape}. The cue speaks for: {named}.").format(
        shape=classes[int(shown.labels[0])], named=", ".join(named)
    )
