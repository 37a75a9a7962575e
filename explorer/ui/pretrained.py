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


def offer() -> None:
    """Show a folded choice of networks to fetch, and how far one is that is being fetched."""
    jobs = client.jobs(MAX_SEARCHED, kind=KIND)
    active = next((job for job in jobs if not job.state.is_final), None)
    if active is not None:
        progress(active.id)
    with st.expander(_("More networks: trained on ImageNet, fetched when you ask")):
        _choice(jobs, is_busy=active is not None)


def _choice(jobs: list[Job], *, is_busy: bool) -> None:
    here = {one.name for one in fetched()}
    names = list(PRETRAINED)
    at_left, at_right = st.columns((1, 2), gap="medium")
    with at_left:
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
    with at_right:
        panels.note(
            _("{title}: {accuracy} on ImageNet (published). Trained by {source}.").format(
                title=found.title, accuracy=percent(found.accuracy), source=_(found.source)
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
            guard.show(JobError(_("The last download did not end well."), last.reason))
        if last is not None and last.state is State.CANCELLED and name not in here:
            panels.note(_("The last download was stopped; what has arrived is gone on with."))
    if clicked:
        _start(name)


def _words(name: str, here: set[str]) -> str:
    if name not in PRETRAINED:
        return name
    title = PRETRAINED[name].title
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
            title=_("Fetch {title}").format(title=found.title),
            user=state.visitor(),
        )
    except ExplorerError as error:
        guard.show(error)
    else:
        state.rerun()
