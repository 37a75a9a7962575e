"""What a person does with a job in a list, carried out."""

from __future__ import annotations

from typing import TYPE_CHECKING, cast

import streamlit as st

from explorer.errors import ExplorerError
from explorer.jobs import client, people
from explorer.store.records import State
from explorer.ui import cached, state, urls
from explorer.ui.guard import show
from explorer.ui.i18n import _
from explorer.ui.train_clone import clone
from explorer.ui.urls import Param

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from explorer.jobs.people import Person
    from explorer.store.records import Job
    from explorer.ui.components.queue import Deed

FIRST, USUAL = 1, 0
MOST = 500
_SHOWN, _ASIDE, _ADDED = "train-shown", "train-aside", "train-added"
_MOST_UNDO = 20
MAX_SHOWN = 4


def act(deed: Deed, target: str) -> None:
    """Do what a person asks for with a job or a submission; what is wrong is said."""
    try:
        _act(deed, target, state.person())
    except ExplorerError as error:
        show(error)


def _act(deed: Deed, target: str, me: Person) -> None:
    deeds: dict[str, Callable[[], object]] = {
        "stop": lambda: client.cancel(target, by=me),
        "stop_all": lambda: _stop_all(target, me),
        "pause": lambda: client.pause(target, by=me),
        "resume": lambda: client.resume(target, by=me),
        "retry": lambda: client.retry(target, by=me),
        "anew": lambda: client.retry(target, by=me, fresh=True),
        "clone": lambda: clone(client.job(target)),
        "up": lambda: _move_up(target, me),
        "first": lambda: client.prioritise(target, FIRST, by=me),
        "usual": lambda: client.prioritise(target, USUAL, by=me),
        "delete": lambda: _delete(target, me),
        "show": lambda: _show(target, is_on=True),
        "hide": lambda: _show(target, is_on=False),
        "details": lambda: urls.put(Param.JOB, target),
        "sweep": lambda: urls.put(Param.SWEEP, target),
    }
    deeds[deed]()


def _stop_all(batch: str, me: Person) -> None:
    """Cancel everything of a submission that has not ended."""
    for job in client.jobs(MOST, batch=batch):
        if not job.state.is_final:
            client.cancel(job.id, by=me)


def _move_up(job_id: str, me: Person) -> None:
    """Let a waiting job change places with the one of the same user before it."""
    job = client.job(job_id)
    people.require_own(me, job)
    waiting = sorted(
        (one for one in client.jobs(MOST, user=job.user) if one.state is State.QUEUED),
        key=lambda one: (one.position, one.id),
    )
    ids = [one.id for one in waiting]
    at = ids.index(job_id) if job_id in ids else 0
    if at > 0:
        client.move(job_id, ids[at - 1], by=me)
    elif job_id in ids:
        st.toast(_("It is the first of its owner's already; whose turn it is, the queue decides."))


def _delete(job_id: str, me: Person) -> None:
    client.put_aside(job_id, by=me)
    cached.forget_runs()
    state.keep(_ASIDE, [*aside(), job_id][-_MOST_UNDO:])
    if urls.get(Param.JOB) == job_id:
        urls.put(Param.JOB, "")


def note_added() -> None:
    """Remember that something was queued, so that the list of it is brought into sight."""
    state.keep(_ADDED, value=True)


def was_added() -> bool:
    """Return, once, whether something was queued since the list was last shown."""
    found = state.recall(_ADDED) is True
    state.keep(_ADDED, value=False)
    return found


def aside() -> list[str]:
    """Return what was deleted in this session and can be brought back, the latest last."""
    found = state.recall(_ASIDE)
    return cast("list[str]", found) if isinstance(found, list) else []


def undo_button() -> None:
    """Offer to bring back what was deleted last."""
    deleted = aside()
    if not deleted:
        return
    try:
        title = client.job(deleted[-1]).title
    except ExplorerError:
        title = _("the run")
    st.button(
        _("Undo: bring back {title}").format(title=title),
        icon=":material/undo:",
        key="train-bring-back",
        on_click=_bring_back,
        help=_("It can be brought back while this page is open, at most for a day."),
    )


def _bring_back() -> None:
    deleted = aside()
    if not deleted:
        return
    job_id = deleted.pop()
    state.keep(_ASIDE, deleted)
    try:
        client.bring_back(job_id, by=state.person())
    except ExplorerError as error:
        show(error)
    cached.forget_runs()


def shown(jobs: Sequence[Job]) -> tuple[Job, ...]:
    """Return the jobs whose curves are drawn: those that were chosen, else four.

    They are those that run, then the newest that have a curve, then those that start next.

    Args:
        jobs: That can be chosen, the newest first.
    """
    by_id = {job.id: job for job in jobs}
    kept = state.recall(_SHOWN)
    chosen = [one for one in cast("list[str]", kept) if one in by_id] if kept else []
    if not chosen:
        drawable = [job for job in jobs if job.last_seq or not job.state.is_final]
        first = sorted(drawable, key=_turn)[:MAX_SHOWN]
        chosen = [job.id for job in reversed(jobs) if job in first]
    _drawn(chosen)
    return tuple(by_id[one] for one in chosen)


def _turn(job: Job) -> tuple[int, float]:
    """Return by what it is decided whose curves are drawn; smaller is first."""
    if job.state is State.RUNNING:
        return 0, 0.0
    return (1, -job.created) if job.last_seq else (2, job.position)


def _drawn(ids: list[str]) -> None:
    state.keep("train-drawn", ids)


def _show(job_id: str, *, is_on: bool) -> None:
    found = state.recall("train-drawn")
    drawn = cast("list[str]", found) if isinstance(found, list) else []
    left = [one for one in drawn if one != job_id]
    # A fifth takes the place of the first: four are told apart by colour.
    state.keep(_SHOWN, [*left, job_id][-MAX_SHOWN:] if is_on else left)
