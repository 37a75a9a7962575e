"""The right side of the Train page: the queue, one sweep, live curves, and the details of a run."""

from __future__ import annotations

from typing import TYPE_CHECKING

import streamlit as st

from explorer.api.queue import Asked, listed
from explorer.errors import JobError
from explorer.jobs import people
from explorer.ui import cached, nav, panels, state, urls
from explorer.ui.compare_start import compare_runs
from explorer.ui.components.live import live_runs
from explorer.ui.components.queue import Listing, queue
from explorer.ui.finished import TRAIN, finished_runs
from explorer.ui.guard import show
from explorer.ui.i18n import _, plural
from explorer.ui.masks import mask_gallery
from explorer.ui.train_deeds import MAX_SHOWN, act, shown, undo_button, was_added
from explorer.ui.train_details import details
from explorer.ui.train_sweep import field_titles, variant_label
from explorer.ui.train_teacher import teacher_part
from explorer.ui.urls import Param

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from explorer.store.records import Job

_LONGEST_ID = 64


def trainings() -> None:
    """Show all trainings, or one sweep where the link names it."""
    batch = urls.get(Param.SWEEP)[:_LONGEST_ID]
    jobs = listed(Asked(TRAIN, batch)) if batch else []
    if batch and not jobs:
        urls.put(Param.SWEEP, "")
        show(JobError(_("There is no such sweep here."), _("It may have been deleted.")))
    if jobs:
        _sweep(batch, jobs)
    else:
        _all()


def _all() -> None:
    jobs = listed(Asked(TRAIN))
    with st.container(horizontal=True, vertical_alignment="center"):
        panels.heading(
            _("Trainings") if jobs else _("No trainings yet"),
            _("What runs is on top, then what waits, then what has ended.") if jobs else "",
        )
        undo_button()
        teacher_part(is_busy=any(not job.state.is_final for job in jobs))
    alone = [job for job in jobs if not _is_part(job, jobs)]
    drawn = shown(alone)
    listing = Listing(
        TRAIN,
        shown=tuple(job.id for job in drawn),
        ticks=len(alone) > MAX_SHOWN,
    )
    if not jobs:
        panels.note(
            _(
                "Press Train this network in the form. Its curves are drawn here while it runs, "
                "and its Grad-CAM can be looked at when it has ended."
            )
        )
    _list(listing, jobs, "queue")
    _beneath(drawn)


def _is_part(job: Job, jobs: Sequence[Job]) -> bool:
    """Return whether a job is folded into a row with others of its submission."""
    return bool(job.batch) and sum(one.batch == job.batch for one in jobs) > 1


def _sweep(batch: str, jobs: list[Job]) -> None:
    """Show all trainings of one submission side by side."""
    title = str(jobs[0].payload.get("group_title", "")) or jobs[0].title
    with st.container(horizontal=True, vertical_alignment="center"):
        panels.heading(
            title,
            _(
                "Dot: the best so far; ring: the last; all on one scale. The best of many flatters "
                "itself: give it further seeds before you conclude."
            ),
        )
        undo_button()
        if st.button(_("All trainings"), icon=":material/arrow_back:", key="all-trainings"):
            urls.put(Param.SWEEP, "")
            st.rerun()
        if any(not job.state.is_final for job in jobs):
            st.button(_("Stop all"), key="stop-all", on_click=act, args=("stop_all", batch))
    drawn = shown(jobs)
    ids = tuple(job.id for job in drawn)
    fields = field_titles(jobs)
    listing = Listing(TRAIN, batch, ids, ticks=len(jobs) > MAX_SHOWN, fields=fields)
    _list(listing, jobs, "sweep")
    _beneath(drawn, lambda job: variant_label(job, fields))


def _list(listing: Listing, jobs: Sequence[Job], key: str) -> None:
    queue(
        listing._replace(bring=was_added()),
        jobs,
        act,
        key=key,
        is_class=people.is_class(),
        is_teacher=state.person().is_teacher,
    )


def _beneath(drawn: Sequence[Job], name: Callable[[Job], str] | None = None) -> None:
    """Show the curves of the chosen trainings, what to do with them, and one in detail."""
    runs = finished_runs()
    if drawn:
        asked = live_runs(drawn, _what, key="live", full=True, name=name)
        if asked.ended:
            cached.forget_runs()
            runs = finished_runs()
    ended = [job.id for job in drawn if job.id in runs]
    if ended:
        with st.container(horizontal=True):
            if st.button(_("Compare side by side"), key="to-compare"):
                compare_runs(ended)
            if st.button(_("Compare where they look"), key="to-cam"):
                nav.go("cam")
    for run_id in reversed(ended):
        mask_gallery(runs[run_id])
    wanted = urls.get(Param.JOB)[:_LONGEST_ID]
    if wanted:
        details(wanted)


def _what(job: Job) -> str:
    """Return the data and the length of a training."""
    data = str(job.payload.get("data", "")).rsplit("/", 1)[-1]
    epochs = dict(job.payload.get("recipe", {})).get("epochs", "?")
    words = plural("{n} epoch", "{n} epochs", epochs) if isinstance(epochs, int) else ""
    return f"{data} · {words}"
