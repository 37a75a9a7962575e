"""Data for trainings: sets that are downloaded, and images of one's own, looked at before."""

from __future__ import annotations

import shutil
from typing import TYPE_CHECKING, Any

import streamlit as st

from explorer.api.queue import Asked, listed
from explorer.data.cache import data_folder
from explorer.data.fetch import offers
from explorer.data.uploads import MAX_ZIP_BYTES, keep_files, keep_zip
from explorer.errors import ExplorerError
from explorer.jobs import client, people
from explorer.ui import datasets, panels, state
from explorer.ui.components.queue import Listing, queue
from explorer.ui.guard import show
from explorer.ui.i18n import _, sentences
from explorer.ui.train_deeds import act
from explorer.ui.train_preview import preview
from explorer.units import quantity

if TYPE_CHECKING:
    from pathlib import Path

    from explorer.data.fetch import Offer

FETCH = "fetch"
"""Kind of the job that downloads a set."""
MOST_MB = MAX_ZIP_BYTES // 1_000_000
_LAST = "train-uploaded"
_SEEN = "train-previewed"
_REFUSED = "train-upload-refused"
_STEP = 0.02
"""Of the bar: no browser is told more often."""


def data_tools() -> None:
    """Show the two ways to get more data, folded away."""
    with st.expander(_("More data"), key="more-data"):
        published, own = st.tabs([_("Download"), _("Your own images")])
        with published:
            _downloads()
        with own:
            _own()


def _downloads() -> None:
    found = {offer.name: offer for offer in offers()}
    name = st.selectbox(
        _("Published set"),
        list(found),
        key="fetch-name",
        format_func=lambda one: _(found[one].title) if one in found else str(one),
    )
    if name not in found:
        return
    offer = found[name]
    st.caption(_(offer.summary))
    panels.note(_(offer.licence))
    _size(offer)
    jobs = listed(Asked(FETCH))
    going = any(job.payload.get("data") == name and not job.state.is_final for job in jobs)
    if offer.is_there:
        panels.note(_("It is on this machine: choose it under Data."))
    elif st.button(
        _("Download {size}").format(size=quantity(offer.download_bytes, "B")),
        key="fetch-start",
        disabled=going,
    ):
        _fetch(offer)
    if jobs:
        _progress()


def _size(offer: Offer) -> None:
    """Say what it takes on the disk, and what the disk has."""
    place = data_folder()
    near = next(parent for parent in (place, *place.parents) if parent.exists())
    free = shutil.disk_usage(near).free
    words = _("It takes {needed} on the disk; {free} are free.").format(
        needed=quantity(offer.disk_bytes, "B"), free=quantity(free, "B")
    )
    too_little = "" if free >= offer.disk_bytes else _("That is too little: free some space first.")
    panels.note(sentences((words, too_little)))


def _fetch(offer: Offer) -> None:
    try:
        client.submit(FETCH, {"data": offer.name}, title=_(offer.title), user=state.visitor())
    except ExplorerError as error:
        show(error)
    else:
        st.rerun()


def _progress() -> None:
    """Show the downloads: how far they are, and a way to stop them."""
    me = state.person()
    listing = Listing(FETCH, has_curves=False)
    is_class = people.is_class()
    queue(
        listing,
        listed(Asked(FETCH)),
        act,
        key="fetch-queue",
        is_class=is_class,
        is_teacher=me.is_teacher,
    )


def _own() -> None:
    """Take a zip or a folder, and show what is in it before anybody trains on it."""
    panels.note(
        _(
            "One folder of images for each class, such as cat/1.jpg and dog/1.jpg: as a zip, or "
            "the folder itself. Held-out images may be apart, under train and test."
        )
    )
    turn = state.recall("train-upload-turn", 0)
    zipped = st.file_uploader(
        _("A zip"), type="zip", key=f"upload-zip-{turn}", max_upload_size=MOST_MB
    )
    folder = st.file_uploader(
        _("Or a folder"),
        accept_multiple_files="directory",
        key=f"upload-folder-{turn}",
        max_upload_size=MOST_MB,
    )
    if zipped is not None or folder:
        _keep(zipped, folder or [])
    refused = state.recall(_REFUSED)
    if isinstance(refused, ExplorerError):
        show(refused)
    kept = state.recall(_LAST)
    if isinstance(kept, str) and kept:
        panels.note(_("Kept as {name}: choose it under Data.").format(name=kept))
    found = datasets.found()
    if found:
        names = list(found)
        first = names.index(kept) if isinstance(kept, str) and kept in names else 0
        name = st.selectbox(_("Look into"), names, first, key=f"preview-name-{turn}")
        if st.button(_("Show its images"), key="preview-show"):
            state.keep(_SEEN, name)
        # Opening hundreds of files takes a moment: only what somebody asked for is looked into.
        if name in found and name == state.recall(_SEEN):
            preview(found[name])


def _keep(zipped: Any, files: list[Any]) -> None:  # noqa: ANN401 - Streamlit's uploaded files
    """Check what was uploaded and keep it; either way the field is emptied."""
    try:
        path = _placed(zipped, files)
    except ExplorerError as error:
        # The field is emptied all the same, or the file would be looked at in every rerun.
        state.keep(_REFUSED, error)
    else:
        state.keep(_REFUSED, None)
        state.keep(_LAST, path.stem)
        state.keep(_SEEN, path.stem)
    turn = state.recall("train-upload-turn", 0)
    state.keep("train-upload-turn", int(turn) + 1 if isinstance(turn, int) else 1)
    state.rerun()


def _placed(zipped: Any, files: list[Any]) -> Path:  # noqa: ANN401 - Streamlit's uploaded files
    place, whole = datasets.folder(), sum(file.size for file in ([zipped] if zipped else files))
    bar = st.progress(0.0, _("Looking at the images …"))
    shown = 0.0

    def tell(done: int) -> None:
        nonlocal shown
        share = min(1.0, done / max(1, whole))
        if share - shown >= _STEP:
            shown = share
            bar.progress(share, _("Looking at the images …"))

    if zipped is not None:
        return keep_zip(zipped.name, zipped, place, tell)
    name = str(files[0].name).replace("\\", "/").partition("/")[0]
    return keep_files(name, ((file.name, file) for file in files), place, tell)
