"""Many lesions at once, as background jobs: every block alone, several at random, reordered."""

from __future__ import annotations

import csv
import io
from typing import TYPE_CHECKING, NamedTuple

import streamlit as st

from explorer.analysis.block_range import label_of
from explorer.errors import ExplorerError
from explorer.figures.lesions import Unit, at_random, interval, reordered, sweep
from explorer.jobs import client
from explorer.jobs.people import may_change
from explorer.lesion.study import KIND, Study, What, kept
from explorer.store.records import State
from explorer.ui import cached, guard, panels, state, urls
from explorer.ui.guard import show
from explorer.ui.i18n import _, retold, sentences
from explorer.ui.lesion_view import caption
from explorer.ui.urls import Param
from explorer.units import percent

if TYPE_CHECKING:
    from collections.abc import Sequence

    from explorer.figures.charts import Chart
    from explorer.lesion.study import Curve, Found
    from explorer.store.records import Job
    from explorer.ui.finished import Run
    from explorer.ui.lesion_choice import Subject

Named = tuple[str, "Curve"]
_POLL = 1.0
"""Seconds between two looks at a job that runs."""
_MOST_JOBS = 50


class Words(NamedTuple):
    """What a study is called and how it is read."""

    label: str
    title: str
    reading: str
    axis: str


def words_of(what: What) -> Words:
    """Return the words of a study."""
    if what == "sweep":
        return Words(
            _("Each block alone"),
            _("Accuracy when only this block is deleted"),
            _("Bars begin at 0. Hatched: the block changes the shape. Lines divide the stages."),
            _("deleted block"),
        )
    if what == "random":
        return Words(
            _("Several at random"),
            _("Accuracy by the number of deleted blocks"),
            _("Mean over the draws; vertical lines are 95 % intervals of the mean."),
            _("deleted blocks"),
        )
    return Words(
        _("Reordered"),
        _("Accuracy after blocks of equal shape have changed places"),
        _("One dot is one order. Kendall's τ is 1 for the old order, less the more pairs turn."),
        _("Kendall's τ with the trained order"),
    )


def studies(subject: Subject) -> None:
    """Show the choice of a study, and its result or the button that starts it."""
    with st.container(border=True, key="lesion-studies"):
        what, seed = _choose()
        words = words_of(what)
        panels.heading(words.title, words.reading)
        study = _study(subject, what, seed)
        found = kept(study)
        if found is None:
            _pending(study, subject)
        else:
            _forget(study)
            _result(found, subject)


def _choose() -> tuple[What, int]:
    options: list[What] = ["sweep", "random", "reorder"]
    wanted = urls.get(Param.STUDY)
    first = next((what for what in options if what == wanted), options[0])
    start = state.start_widget("lesion-study", first)
    with st.container(horizontal=True, vertical_alignment="bottom"):
        chosen = st.segmented_control(
            _("Many lesions at once"),
            options,
            default=start,
            key="lesion-study",
            required=True,
            format_func=lambda what: words_of(what).label,
        )
        what = chosen if chosen in options else options[0]
        seed = 0
        if what != "sweep":
            asked = st.number_input(
                _("Seed of the draws"), 0, 9999, 0, key="lesion-seed", width=160
            )
            seed = int(asked)
    urls.put(Param.STUDY, "" if what == options[0] else what)
    return what, seed


def _study(subject: Subject, what: What, seed: int) -> Study:
    runs = [subject.run, *([subject.twin] if subject.twin else [])]
    return Study(
        what=what,
        runs=tuple(str(run.folder) for run in runs),
        stamps=tuple(cached.run_stamp(run.stamp, str(run.folder)) for run in runs),
        data=subject.data,
        data_stamp=subject.data_stamp,
        limit=subject.limit,
        seed=seed,
    )


def _jobs(study: Study) -> list[Job]:
    payload = study.model_dump(mode="json")
    return [job for job in client.jobs(_MOST_JOBS, kind=KIND) if job.payload == payload]


def _forget(study: Study) -> None:
    """Take jobs off the list whose result is kept in its file."""
    me = state.person()
    for job in _jobs(study):
        if job.state.is_final and may_change(me, job):
            client.delete(job.id, by=me)


def _pending(study: Study, subject: Subject) -> None:
    job = next(iter(_jobs(study)), None)
    if job is not None and not job.state.is_final:
        _running(job.id)
        return
    if job is not None and job.state is State.FAILED:
        panels.note(_("The last try failed: {reason}").format(reason=_(job.reason)))
    panels.note(
        _(
            "Not measured yet. It runs in the background and is kept: seconds for the bundled "
            "digits, minutes for larger networks and more images."
        )
    )
    if st.button(_("Measure"), type="primary", key="lesion-measure"):
        try:
            title = _("{study}: {network}").format(
                study=words_of(study.what).label, network=subject.run.record.title
            )
            client.submit(KIND, study.model_dump(mode="json"), title=title, user=state.visitor())
        except ExplorerError as error:
            show(error)
        else:
            state.rerun()


@st.fragment(run_every=_POLL)
def _running(job_id: str) -> None:
    try:
        job = client.job(job_id)
    except ExplorerError:
        state.rerun()
        return
    if job.state.is_final:
        state.rerun()
        return
    with guard.guard():
        words = retold(job.text) or _("waiting for its turn")
        st.progress(job.fraction or 0.0, f"{words} · {percent(job.fraction or 0.0, 0)}")
        me = state.person()
        if may_change(me, job) and st.button(_("Stop"), key="lesion-stop"):
            client.cancel(job_id, by=me)


def _result(found: Found, subject: Subject) -> None:
    runs = [subject.run, *([subject.twin] if subject.twin else [])]
    curves = [(run.record.title, curve) for run, curve in zip(runs, found.curves, strict=True)]
    chart = _chart(found.study.what, subject.run, curves)
    st.plotly_chart(
        chart.figure, key="lesion-study-chart", config={"displayModeBar": False}, alt=chart.alt
    )
    first = found.curves[0]
    panels.note(sentences((_drawn(found), caption(subject, first.num_images))))
    with st.expander(_("Table")):
        st.dataframe(study_table(found, curves), hide_index=True)
    st.download_button(
        _("Save CSV"),
        lambda: study_csv(curves),
        f"lesions-{found.study.what}.csv",
        "text/csv",
        icon=":material/download:",
        on_click="ignore",
        key="lesion-study-csv",
    )


def _drawn(found: Found) -> str:
    if found.study.what == "sweep":
        return ""
    words = _("{n} draws for each number, seed {seed}.")
    return words.format(n=found.study.repeats, seed=found.study.seed)


def _chart(what: What, run: Run, curves: Sequence[Named]) -> Chart:
    axis, lines = words_of(what).axis, (_("whole network"), _("chance"))
    if what == "sweep":
        return sweep(units_of(run), curves, axis, lines)
    return (at_random if what == "random" else reordered)(curves, axis, lines)


def units_of(run: Run) -> list[Unit]:
    """Return the blocks of a run as a sweep names them."""
    graph, _cost = cached.network(run.record.spec)
    firsts = {stage.blocks[0].address for stage in graph.stages}
    return [
        Unit(
            label_of(block),
            block.address in firsts,
            graph.shape_of(block.entry) != graph.shape_of(block.exit),
        )
        for block in graph.blocks
    ]


def study_table(found: Found, curves: Sequence[Named]) -> list[dict[str, str]]:
    """Return the rows of a study: one for each unit, number of deletions, or order."""
    rows: list[dict[str, str]] = []
    for name, curve in curves:
        if found.study.what == "random":
            for k in sorted({point.at for point in curve.points}):
                mean, low, high = interval([p.accuracy for p in curve.points if p.at == k])
                rows.append(
                    {
                        _("Network"): name,
                        _("Deleted"): str(k),
                        _("Mean accuracy"): percent(mean),
                        _("95 % interval"): f"{percent(low)} – {percent(high)}",
                    }
                )
            continue
        for point in curve.points:
            is_sweep = found.study.what == "sweep"
            place = point.units[0] if is_sweep else f"{point.tau:.3f}"
            rows.append(
                {
                    _("Network"): name,
                    (_("Deleted") if is_sweep else _("Kendall's τ")): place,
                    _("Accuracy"): percent(point.accuracy),
                }
            )
    return rows


def study_csv(curves: Sequence[Named]) -> str:
    """Return every lesion of a study as CSV."""
    text = io.StringIO()
    writer = csv.writer(text)
    writer.writerow(("network", "number", "units", "tau", "accuracy", "whole", "images"))
    for name, curve in curves:
        for point in curve.points:
            tau = "" if point.tau is None else repr(point.tau)
            units = " ".join(point.units)
            writer.writerow(
                (name, point.at, units, tau, repr(point.accuracy), curve.baseline, curve.num_images)
            )
    return text.getvalue()
