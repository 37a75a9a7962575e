"""How well maps mark the object: start the measurement, watch it, find its last result again."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import streamlit as st

from explorer.cam.layers import layers
from explorer.cam.measure.stored import stored
from explorer.cam.methods import METHODS, recommended
from explorer.data.registry import catalogue
from explorer.errors import ExplorerError, JobError
from explorer.jobs import client
from explorer.jobs.people import may_change
from explorer.store.paths import home
from explorer.store.records import State
from explorer.store.runs import training_of
from explorer.ui import cached, cam_results, guard, nav, panels, state
from explorer.ui.finished import finished_runs
from explorer.ui.i18n import _, plural, retold

if TYPE_CHECKING:
    from explorer.store.records import Job
    from explorer.ui.finished import Run

LOCALISE = "localise"
NUM_IMAGES, FEWEST, MOST = 200, 20, 2000
MAX_SEARCHED = 500
"""Newest jobs among which the measurements of a pair are looked for."""


def section(a: Run, b: Run) -> None:
    """Show the form at the left; progress and results of this pair at the right."""
    jobs = jobs_of(a, b)
    left, right = st.columns((1, 3.4), gap="medium")
    with left:
        _form(a, b, is_busy=any(not job.state.is_final for job in jobs))
    with right:
        try:
            _state_of(jobs)
        except ExplorerError as error:
            guard.show(error)


def jobs_of(a: Run, b: Run) -> list[Job]:
    """Return the measurements of a pair, either way round, newest first."""
    pair = {str(a.folder), str(b.folder)}
    found: list[Job] = []
    for job in client.jobs(MAX_SEARCHED, kind=LOCALISE):
        runs = job.payload.get("runs")
        if isinstance(runs, list) and pair <= set(runs) and runs[0] in pair:
            found.append(job)
    return found


def seeds_of(run: Run, runs: dict[str, Run]) -> list[Run]:
    """Return a run and the others that differ from it in nothing but the seed, each seed once."""
    found = {run.record.seed: run}
    for other in runs.values():
        if training_of(other.record) == training_of(run.record):
            found.setdefault(other.record.seed, other)
    return list(found.values())


def _measured_runs(a: Run, b: Run) -> list[Run]:
    runs = finished_runs()
    own = seeds_of(a, runs)
    return own if training_of(a.record) == training_of(b.record) else own + seeds_of(b, runs)


def _form(a: Run, b: Run, *, is_busy: bool) -> None:
    titles = {
        info.name: info.title
        for info in catalogue()
        if info.has_masks and info.classes == a.record.data.classes
    }
    if not titles:
        panels.heading(
            _("No data with masks"),
            _(
                "A measurement needs to know where the object is, and the data of these networks "
                "has no masks. Train two networks on shapes."
            ),
        )
        if st.button(_("Train a network"), key="measured-train"):
            nav.go("train")
        return
    names = list(titles)
    own = a.record.data.name
    data = st.selectbox(
        _("Images of"),
        names,
        names.index(own) if own in names else 0,
        key="measured-data",
        format_func=lambda name: titles.get(name, str(name)),
    )
    layer, is_last = _layer(a, b)
    methods = _methods(is_last=is_last)
    images = st.number_input(
        _("Images"),
        FEWEST,
        MOST,
        NUM_IMAGES,
        10,
        key="measured-images",
        help=_("Held-out images; with 200 or more of them the sizes can be told apart."),
    )
    runs = _measured_runs(a, b)
    panels.note(_seeds(runs, a, b))
    if st.button(
        _("Measure"),
        type="primary",
        width="stretch",
        key="measure",
        disabled=is_busy or not methods,
    ):
        _start(
            _("{a} and {b}: do their maps mark the object?").format(
                a=a.record.title, b=b.record.title
            ),
            {
                "runs": [str(run.folder) for run in runs],
                "data": data if data in names else names[0],
                "methods": methods,
                "images": int(images),
                "layer": None if is_last else layer,
            },
        )


def _layer(a: Run, b: Run) -> tuple[str, bool]:
    """Show the choice of a stage that both have at one stride; say whether it is the last."""
    strides = [
        {one.name: one.stride for one in layers(cached.network(run.record.spec)[0])}
        for run in (a, b)
    ]
    common = [name for name, stride in strides[0].items() if strides[1].get(name) == stride]
    last = list(strides[0])[-1]
    options = [*common, *([] if last in common else [last])]
    chosen = st.segmented_control(
        _("Layer"),
        options,
        default=last,
        required=True,
        key=f"measured-layer-{'-'.join(options)}",
        width="stretch",
    )
    name = chosen if chosen in options else last
    return name, name == last


def _methods(*, is_last: bool) -> list[str]:
    first = recommended("gradcam", is_last=is_last)

    def words(name: str) -> str:
        title = _(METHODS[name].title) if name in METHODS else str(name)
        return _("{title}, slow").format(title=title) if METHODS[name].is_long else title

    chosen = st.multiselect(
        _("Methods"),
        list(METHODS),
        [first],
        key=f"measured-methods-{first}",
        format_func=words,
    )
    if any(METHODS[name].is_long for name in chosen):
        panels.note(
            _("A slow method goes through the network many times for each image: take fewer.")
        )
    for name in chosen:
        if recommended(name, is_last=is_last) != name:
            panels.note(
                _("{method} is not sound before the last stage; HiResCAM or LayerCAM are.").format(
                    method=METHODS[name].title
                )
            )
    return list(chosen)


def _seeds(runs: list[Run], a: Run, b: Run) -> str:
    if training_of(a.record) == training_of(b.record):
        return _("Both are one network in different trainings, so they are measured as one.")
    own = sum(training_of(run.record) == training_of(a.record) for run in runs)
    words = [
        _("{title}: {seeds}").format(title=title, seeds=plural("{n} seed", "{n} seeds", count))
        for title, count in ((a.record.title, own), (b.record.title, len(runs) - own))
    ]
    return _("Measured with all trainings that differ only in their seed. {a}; {b}.").format(
        a=words[0], b=words[1]
    )


def _start(title: str, payload: dict[str, Any]) -> None:
    try:
        client.submit(LOCALISE, payload, title=title, user=state.visitor())
    except ExplorerError as error:
        guard.show(error)
    else:
        state.rerun()


def _state_of(jobs: list[Job]) -> None:
    done = [job for job in jobs if job.state is State.DONE]
    if not jobs:
        panels.heading(
            _("Not measured yet"),
            _(
                "The measurement asks on many images whether the heat lies on the object, and "
                "whether the network needs what the map marks. It runs in the background and is "
                "found here again."
            ),
        )
        return
    if not jobs[0].state.is_final:
        progress(jobs[0].id)
    elif jobs[0].state is State.FAILED:
        guard.show(JobError(_("The last measurement failed."), _(jobs[0].reason)))
    elif jobs[0].state is State.CANCELLED:
        panels.note(_("The last measurement was stopped."))
    if done:
        cam_results.show(stored(home().run(_result(done).id)))


def _result(done: list[Job]) -> Job:
    """Return the newest result, or the one that the reader chose."""
    if len(done) == 1:
        return done[0]
    by_id = {job.id: job for job in done}
    chosen = st.selectbox(
        _("Result"),
        list(by_id),
        key=f"measured-result-{done[0].id}",
        format_func=lambda i: _what(by_id[i]) if i in by_id else str(i),
    )
    return by_id.get(chosen, done[0])


def _what(job: Job) -> str:
    methods = job.payload.get("methods", [])
    return " · ".join(
        (
            str(job.payload.get("data", "")).rsplit("/", 1)[-1],
            ", ".join(METHODS[m].title for m in methods if m in METHODS),
            str(job.payload.get("layer") or _("last stage")),
            plural("{n} image", "{n} images", int(job.payload.get("images", 0))),
        )
    )


@st.fragment(run_every="1s")
def progress(job_id: str) -> None:
    """Show how far a measurement is; the page is drawn anew when it ends."""
    with guard.guard():
        job = client.job(job_id)
        if job.state.is_final:
            state.rerun()
        with st.container(horizontal=True, vertical_alignment="bottom"):
            waits = job.state is State.QUEUED
            words = _("Waiting for its turn") if waits else retold(job.text) or "…"
            st.progress(job.fraction or 0.0, words)
            me = state.person()
            if may_change(me, job) and st.button(_("Stop"), key=f"measured-stop-{job_id}"):
                client.cancel(job_id, by=me)
