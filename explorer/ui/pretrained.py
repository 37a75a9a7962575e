"""ImageNet networks of others: offered with their licence, fetched by a job, found again."""

from __future__ import annotations

from typing import TYPE_CHECKING

import streamlit as st

from explorer.data.download import Wanted, can_reach, offline
from explorer.errors import ExplorerError, JobError
from explorer.jobs import client
from explorer.store.pretrained import KIND, PRETRAINED, fetched
from explorer.store.records import State
from explorer.ui import guard, panels, state
from explorer.ui.cam_measured import progress
from explorer.ui.i18n import _
from explorer.units import percent

if TYPE_CHECKING:
    from explorer.store.records import Job

MAX_SEARCHED = 200


def watch() -> None:
    """Show how far a network is that is being fetched; nothing where none is."""
    active = next((job for job in _jobs() if not job.state.is_final), None)
    if active is not None:
        progress(active.id)


def offer() -> None:
    """Show a folded choice of networks that can be fetched."""
    with st.popover(_("More"), help=_("Networks trained on ImageNet"), width="stretch"):
        panels.heading(_("Trained on ImageNet"), _("Fetched when you ask, kept on this machine."))
        _choice()


def _jobs() -> list[Job]:
    return client.jobs(MAX_SEARCHED, kind=KIND)


def _choice() -> None:
    jobs = _jobs()
    is_busy = any(not job.state.is_final for job in jobs)
    here = {one.name for one in fetched()}
    names = list(PRETRAINED)
    name = st.selectbox(
        _("Network"),
        names,
        key="pretrained",
        format_func=lambda n: _words(str(n), here),
        help=_("ResNet-50 and Res2Net-50 26w × 4s are the fair pair: one recipe, equal cost."),
    )
    name = name if name in PRETRAINED else names[0]
    found = PRETRAINED[name]
    clicked = st.button(
        _("Fetch {size} MB").format(size=f"{found.megabytes:.0f}"),
        key="pretrained-fetch",
        disabled=is_busy or name in here,
    )
    panels.note(
        _("{title}: {accuracy} on ImageNet (published). Trained by {source}.").format(
            title=_(found.title), accuracy=percent(found.accuracy), source=_(found.source)
        )
    )
    panels.note(_("Licence: {text}").format(text=_(found.licence)))
    panels.note(
        _(
            "From {host}; its SHA-256 must begin with {digits}. It is read as numbers only, "
            "and kept in your data folder."
        ).format(host=Wanted(found.url, "", 0, "").host, digits=found.digest[:8])
    )
    if name in here:
        panels.note(_("It is on this machine: choose it above as network A or B."))
    last = next((job for job in jobs if job.payload.get("name") == name), None)
    if last is not None and last.state is State.FAILED and name not in here and not clicked:
        guard.show(JobError(_("The last download did not end well."), _(last.reason)))
    if last is not None and last.state is State.CANCELLED and name not in here:
        panels.note(_("The last download was stopped; what has arrived is gone on with."))
    if clicked:
        _start(name)


def _words(name: str, here: set[str]) -> str:
    if name not in PRETRAINED:
        return name
    title = _(PRETRAINED[name].title)
    return _("{title} · on this machine").format(title=title) if name in here else title


def _start(name: str) -> None:
    found = PRETRAINED[name]
    wanted = Wanted(found.url, found.digest, 0, found.title)
    if not can_reach(wanted.host):
        guard.show(offline(wanted))
        return
    try:
        client.submit(
            KIND,
            {"name": name},
            title=_("Fetch {title}").format(title=_(found.title)),
            user=state.visitor(),
        )
    except ExplorerError as error:
        guard.show(error)
    else:
        state.rerun()
