"""One training in detail: what came out, both times, how to make it again, and its files."""

from __future__ import annotations

import os
import tempfile
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING

import streamlit as st

from explorer.errors import DataError, ExplorerError
from explorer.jobs import client
from explorer.jobs.running import LOG_NAME
from explorer.store import runs
from explorer.store.bundles import pack
from explorer.store.paths import home
from explorer.store.records import State
from explorer.ui import panels, urls
from explorer.ui.guard import show
from explorer.ui.i18n import _
from explorer.ui.panels import Figure
from explorer.ui.rows_table import rows_table
from explorer.ui.urls import Param
from explorer.units import count, percent, seconds

if TYPE_CHECKING:
    from explorer.store.records import Job
    from explorer.store.runs import Result, RunRecord

_MOST_LOG = 4096


def details(job_id: str) -> None:
    """Show one training; where there is none, a sentence."""
    try:
        job = client.job(job_id)
    except ExplorerError as error:
        urls.put(Param.JOB, "")
        show(error)
        return
    with st.container(border=True, key="train-details"):
        with st.container(horizontal=True, vertical_alignment="center"):
            panels.heading(job.title, _what(job))
            st.button(_("Close"), key="close-details", on_click=urls.put, args=(Param.JOB, ""))
        if job.reason and job.state is not State.DONE:
            panels.note(_(job.reason))
        record = _record(job)
        if record is None:
            panels.note(_("It has not begun, so there is nothing to save yet."))
            _log(job)
            return
        if record.result is not None:
            panels.strip(_figures(record.result))
        for note in record.notes:
            panels.note(note)
        _again(record)
        _log(job)
        _files(job)


def _what(job: Job) -> str:
    data = str(job.payload.get("data", "")).rsplit("/", 1)[-1]
    return _("{data} · seed {n}").format(data=data, n=job.payload.get("seed", 0))


def _record(job: Job) -> RunRecord | None:
    try:
        return runs.read(home().run(job.id))
    except DataError:
        return None


def _figures(result: Result) -> list[Figure]:
    quality = Figure(_("Accuracy"), percent(result.accuracy), note=_held_out(result))
    if result.mean_iou is not None:
        quality = Figure(_("Mean IoU"), percent(result.mean_iou), note=_held_out(result))
    found = [
        quality,
        Figure(
            _("Training"),
            seconds(result.training_seconds or result.seconds),
            hint=_("Spent in steps alone; evaluating and waiting are left out."),
        ),
    ]
    if result.result_seconds is not None:
        found.append(
            Figure(
                _("Click to result"),
                seconds(result.result_seconds),
                hint=_("From the button to the result, with waiting, starting and evaluating."),
            )
        )
    if result.first_seconds is not None:
        found.append(
            Figure(
                _("Click to first curve"),
                seconds(result.first_seconds),
                hint=_("From the button to the first point."),
            )
        )
    found.append(Figure(_("Steps"), count(result.steps), note=_epochs(result)))
    return found


def _held_out(result: Result) -> str:
    return _("{n} held-out images").format(n=count(result.num_images))


def _epochs(result: Result) -> str:
    return _("{n} epochs").format(n=result.epochs)


def _again(record: RunRecord) -> None:
    """Show the command that makes the run again, with Streamlit's button that copies it."""
    if record.command:
        panels.note(_("To make it again on the command line, with the same result here:"))
        st.code(record.command, language="bash", wrap_lines=True)


def _log(job: Job) -> None:
    """Show the end of what its process has printed, if it has."""
    try:
        with (home().run(job.id) / LOG_NAME).open("rb") as log:
            log.seek(max(0, log.seek(0, os.SEEK_END) - _MOST_LOG))
            text = log.read().decode("utf-8", "replace").strip()
    except OSError:
        return
    if text:
        with st.expander(_("The end of its log"), key="run-log"):
            st.code(text, language=None, wrap_lines=True)


def _files(job: Job) -> None:
    """Offer the run as one file, and its curves as a table."""
    st.download_button(
        _("Save the run"),
        partial(_packed, home().run(job.id)),
        f"{job.id[:8]}.zip",
        "application/zip",
        icon=":material/download:",
        on_click="ignore",
        key="save-bundle",
        help=_(
            "One file with network, recipe, curves, weights and log; another installation takes "
            "it in."
        ),
    )
    points = client.metrics(job.id)
    names = sorted({name for point in points for name in point.data})
    rows = [{"step": point.step, **{n: point.data.get(n) for n in names}} for point in points]
    titles = {
        "epoch": _("Epoch"),
        "loss": _("Training loss"),
        "test_accuracy": _("Accuracy"),
        "test_mean_iou": _("Mean IoU"),
        "lr": _("Learning rate"),
        "images_per_second": _("Images in a second"),
    }
    if rows:
        shown = {"step": _("Step"), **{name: titles[name] for name in titles if name in names}}
        rows_table(rows, shown, f"curves-{job.id[:8]}")


def _packed(folder: Path) -> bytes:
    with tempfile.TemporaryDirectory(prefix="explorer-") as place:
        target = Path(place) / "run.zip"
        pack(folder, target)
        return target.read_bytes()
