"""The form that starts a training, and the list of those that run."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import streamlit as st

from explorer.errors import DataError, ExplorerError
from explorer.jobs import client
from explorer.jobs.people import may_change
from explorer.training.recipes import DEFAULT, recipes
from explorer.ui import cached, datasets, nav, panels, state
from explorer.ui.compare_start import compare_runs
from explorer.ui.components.live import live_runs
from explorer.ui.finished import TRAIN, finished_runs, training_jobs
from explorer.ui.guard import show
from explorer.ui.i18n import _
from explorer.ui.masks import mask_gallery
from explorer.units import count, quantity

if TYPE_CHECKING:
    from explorer.store.records import Job
    from explorer.ui.state import Hand

MAX_SHOWN = 4
LARGE = 64
"""Side of images for which a stem at full resolution is slow [px]."""


def training_form(now: Hand) -> None:
    """Show what will be trained, on what and how; a button starts it."""
    _network(now)
    problem: DataError | None = None
    data = ""
    try:
        data = datasets.choice("train-data", with_masks=now.spec.head.kind == "segment")
    except DataError as error:
        problem = error
    _advise(now, data)
    recipe, changes = _recipe()
    seed = int(
        st.number_input(
            _("Seed"),
            0,
            2**31 - 1,
            0,
            key="train-seed",
            persist_state="session",
            help=_("The same seed gives the same weights on the same machine."),
        )
    )
    if st.button(_("Train this network"), type="primary", width="stretch", key="start-training"):
        if problem:
            show(problem)
            return
        payload = {
            "spec": now.working.model_dump(mode="json"),
            "data": data,
            "recipe": {**recipes()[recipe].recipe.model_dump(mode="json"), **changes},
            "seed": seed,
            "device": "auto",
            "title": now.title,
        }
        _start(now.title, payload)


def _network(now: Hand) -> None:
    _graph, cost = cached.network(now.working)
    panels.heading(
        now.title,
        _("{params} parameters, {macs} at {size} px").format(
            params=count(cost.params), macs=quantity(cost.macs, "MAC"), size=cost.image_size
        ),
    )
    if st.button(_("Change the network"), key="to-build"):
        nav.go("build")


def _advise(now: Hand, data: str) -> None:
    """Say what would make the training of large images much quicker."""
    size = datasets.image_size_of(data) or 0
    stem = now.working.stem
    if size >= LARGE and stem.stride == 1 and not stem.pool:
        panels.note(
            _(
                "These images are {size} px. With stride 2 in the stem (Build, under Image, stem "
                "and head) a training takes about a quarter of the time."
            ).format(size=size)
        )


def _recipe() -> tuple[str, dict[str, Any]]:
    known = recipes()
    names = list(known)
    chosen = st.selectbox(
        _("Recipe"),
        names,
        names.index(DEFAULT),
        key="train-recipe",
        persist_state="session",
        format_func=lambda name: _(known[name].title) if name in known else str(name),
    )
    name = chosen if chosen in known else DEFAULT
    base = known[name].recipe
    st.caption(_(known[name].line))
    epochs = st.number_input(
        _("Epochs"),
        1,
        1000,
        base.epochs,
        key=f"train-epochs-{name}",
        persist_state="session",
        help=_("How often every training image is seen."),
    )
    with st.expander(_("Batch size and learning rate")):
        batch = st.number_input(
            _("Batch size"),
            2,
            4096,
            base.batch_size,
            key=f"train-batch-{name}",
            persist_state="session",
        )
        rate = st.number_input(
            _("Learning rate"),
            1e-6,
            10.0,
            base.lr,
            format="%.4g",
            key=f"train-lr-{name}",
            persist_state="session",
        )
    return name, {"epochs": epochs, "batch_size": batch, "lr": rate}


def _start(title: str, payload: dict[str, Any]) -> None:
    try:
        client.submit(TRAIN, payload, title=title, user=state.visitor())
    except ExplorerError as error:
        show(error)
    else:
        st.toast(_("Queued. You may leave this page; the training goes on."))


def training_list() -> None:
    """Show the chosen trainings with their live curves; a sentence while there are none."""
    jobs = training_jobs()
    if not jobs:
        panels.heading(_("No trainings yet"))
        panels.note(
            _(
                "Start one at the left. Its curves are drawn here while it runs, and its "
                "Grad-CAM can be looked at when it has ended."
            )
        )
        return
    shown = _shown(jobs)
    asked = live_runs(shown, _what, key="live")
    if asked.stop in {job.id for job in jobs}:
        client.cancel(str(asked.stop), by=state.person())
    if asked.ended:
        cached.forget_runs()
    me = state.person()
    done = [job for job in shown if job.state.is_final]
    mine = [job for job in done if may_change(me, job)]
    runs = finished_runs()
    for job in reversed(done):
        if job.id in runs:
            mask_gallery(runs[job.id])
    with st.container(horizontal=True):
        ended = [job.id for job in shown if job.id in runs]
        if ended and st.button(_("Compare side by side"), key="to-compare"):
            compare_runs(ended)
        if st.button(_("Compare where they look"), key="to-cam"):
            nav.go("cam")
        if mine and st.button(_("Delete the shown that have ended"), key="delete-ended"):
            for job in mine:
                client.delete(job.id, by=me)
            st.rerun()


def _what(job: Job) -> str:
    """Return the data and the length of a training."""
    data = str(job.payload.get("data", "")).rsplit("/", 1)[-1]
    epochs = dict(job.payload.get("recipe", {})).get("epochs", "?")
    return _("{data} · {n} epochs").format(data=data, n=epochs)


def _shown(jobs: list[Job]) -> list[Job]:
    """Return the trainings to show, oldest first: the newest four, or what the reader chose."""
    if len(jobs) <= MAX_SHOWN:
        return jobs[::-1]
    by_id = {job.id: job for job in jobs}
    chosen = st.multiselect(
        _("Shown"),
        list(by_id),
        default=list(by_id)[:MAX_SHOWN],
        max_selections=MAX_SHOWN,
        key=f"shown-{jobs[0].id}",
        format_func=lambda i: by_id[i].title if i in by_id else str(i),
    )
    return [by_id[i] for i in reversed(chosen) if i in by_id]
