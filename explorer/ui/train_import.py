"""A run that was trained elsewhere, taken in on the Train page."""

from __future__ import annotations

import shutil
import tempfile
from pathlib import Path
from typing import IO

import streamlit as st

from explorer.errors import DataError, ExplorerError
from explorer.store import runs
from explorer.store.imported import folder_of
from explorer.store.paths import home
from explorer.ui import cached, panels, state
from explorer.ui.compare_start import compare_runs
from explorer.ui.finished import finished_runs
from explorer.ui.guard import show
from explorer.ui.i18n import _
from explorer.ui.patience import Request, answers

MOST_MB = 2000
EXPECTED = 5.0
"""About what it takes to read the weights of a network and look through them [s]."""
_LAST, _TURN, _REFUSED = "train-taken-in", "train-take-in-turn", "train-take-in-refused"


def run_from_elsewhere() -> None:
    """Show a field for the file of a run, folded away, and what was taken in last."""
    with st.expander(_("A run from elsewhere"), key="run-from-elsewhere"):
        panels.note(
            _(
                "A file that “python -m explorer pack” wrote, on another machine or a cluster. "
                "Its network, numbers and checksums are checked; nothing in it is executed."
            )
        )
        turn = state.recall(_TURN, 0)
        file = st.file_uploader(
            _("The packed run"), type="zip", key=f"upload-run-{turn}", max_upload_size=MOST_MB
        )
        if file is not None:
            _take_in(file)
        refused = state.recall(_REFUSED)
        if isinstance(refused, ExplorerError):
            show(refused)
        _last()


def _take_in(file: IO[bytes]) -> None:
    """Check what was uploaded and keep it; either way the field is emptied."""
    try:
        folder = _placed(file)
    except ExplorerError as error:
        # The field is emptied all the same, or the file would be checked in every rerun.
        state.keep(_REFUSED, error)
    else:
        cached.forget_runs()
        state.keep(_REFUSED, None)
        state.keep(_LAST, folder.name)
    turn = state.recall(_TURN, 0)
    state.keep(_TURN, int(turn) + 1 if isinstance(turn, int) else 1)
    state.rerun()


def _placed(file: IO[bytes]) -> Path:
    try:
        with tempfile.TemporaryDirectory(dir=home().root, prefix=".upload-") as place:
            bundle = Path(place) / "run.zip"
            with bundle.open("wb") as out:
                shutil.copyfileobj(file, out)
            arguments = {"bundle": bundle, "folder": folder_of(bundle)}
            asked = Request("explorer.training.imports:import_bundle", arguments, EXPECTED)
            found = answers(
                [asked], "", "take-in", doing=_("Looking through the run …"), is_asked=True
            )
            assert found is not None, "it was asked for by the upload"
            return found[0]
    except OSError as error:
        raise DataError(
            _("The upload cannot be kept: {reason}.").format(reason=error.strerror or error),
            _("Check the free space of the disk."),
        ) from error


def _last() -> None:
    """Say what was taken in last, and lead to it."""
    name = state.recall(_LAST)
    if not isinstance(name, str):
        return
    found = finished_runs().get(name)
    if found is not None:
        panels.note(_("Taken in: {run}.").format(run=found.label))
        if st.button(_("See it among the runs"), key="to-taken-in"):
            compare_runs([name])
    elif (home().runs / name / runs.RECORD).is_file():
        panels.note(
            _("Taken in, but it had not ended when it was packed: pack it again once it has.")
        )
