"""Train an experiment now: background jobs, live curves, the reader's results and the class's."""

from __future__ import annotations

from typing import TYPE_CHECKING

import streamlit as st

from explorer.data.registry import catalogue
from explorer.errors import ExplorerError
from explorer.figures import print_charts
from explorer.figures.print_axes import Frame
from explorer.jobs import client
from explorer.lessons import pool, sources
from explorer.lessons.lesson import MAX_SHOWN
from explorer.ui import panels, state
from explorer.ui.components.drawing import drawing
from explorer.ui.components.live import live_runs
from explorer.ui.finished import TRAIN
from explorer.ui.guard import show
from explorer.ui.hiding import hidden
from explorer.ui.i18n import _, plural
from explorer.ui.page_theme import page_theme
from explorer.ui.rows_table import rows_table
from explorer.units import seconds as in_words

if TYPE_CHECKING:
    from explorer.lessons.experiment import Experiment, Setting
    from explorer.lessons.results import Results
    from explorer.store.records import Job

MAX_JOBS = 500
"""The newest jobs that results are looked for in."""


def own_results(name: str, experiment: Experiment) -> Results | None:
    """Return what the reader's own runs of an experiment came to; None while none is done."""
    for setting in _settings(experiment):
        found = pool.results(setting, _own(name, experiment, setting), client.metrics)
        if found:
            return found
    return None


def _settings(experiment: Experiment) -> list[Setting]:
    """Return the settings that can be trained here, the quick one first."""
    found = [experiment.quick, experiment.recorded]
    return [s for s in found if s is not None and s.epochs and sources.is_here(s)]


def _own(name: str, experiment: Experiment, setting: Setting) -> list[Job]:
    jobs = client.jobs(MAX_JOBS, user=state.visitor(), kind=TRAIN)
    return pool.latest(pool.of_experiment(name, experiment, setting, jobs))


def train(name: str, experiment: Experiment) -> None:
    """Show the buttons that train, the live curves, and what a class has found."""
    settings = _settings(experiment)
    if settings and not hidden("now"):
        with st.container(border=True, key="train-now"):
            panels.heading(
                _("Train them yourself"),
                _("In the background; you can leave this page and come back."),
            )
            for setting in settings:
                _start(name, experiment, setting, is_quick=setting is experiment.quick)
            _live(name, experiment, settings)
    if not hidden("class"):
        for setting in settings:
            _class(name, experiment, setting)


def _start(name: str, experiment: Experiment, setting: Setting, *, is_quick: bool) -> None:
    num = sum(info.num_images for info in catalogue() if info.name == setting.data)
    time = pool.seconds(experiment, setting, setting.images or num)
    networks = plural("{n} network", "{n} networks", len(experiment.arms))
    words = _("Train {networks} on {data}, {epochs} · about {time}").format(
        networks=networks,
        data=sources.words(setting),
        epochs=plural("{n} epoch", "{n} epochs", setting.epochs),
        time=_about(time),
    )
    running = [j for j in _own(name, experiment, setting) if not j.state.is_final]
    if st.button(words, key=f"train-{'quick' if is_quick else 'full'}", disabled=bool(running)):
        try:
            tasks = [(one.title, one.payload) for one in pool.jobs_for(name, experiment, setting)]
            client.submit_all(TRAIN, tasks, user=state.visitor())
        except ExplorerError as error:
            show(error)
        else:
            st.rerun()


def _about(time: float) -> str:
    """Return a time as one says it of what is not known exactly [s]."""
    minutes = round(time / 60)
    return plural("{n} minute", "{n} minutes", minutes) if minutes else in_words(round(time))


def _live(name: str, experiment: Experiment, settings: list[Setting]) -> None:
    jobs = [job for setting in settings for job in _own(name, experiment, setting)]
    if not jobs:
        return
    chosen = sorted(jobs, key=lambda job: job.created)[-len(experiment.arms) :]
    asked = live_runs(chosen[:MAX_SHOWN], lambda _job: "", key=f"live-{name}-{experiment.name}")
    others = chosen[MAX_SHOWN:]
    if others:
        titles = ", ".join(job.title for job in others)
        panels.note(_("Also trained, not drawn: {titles}.").format(titles=titles))
    if asked.stop in {job.id for job in chosen}:
        client.cancel(str(asked.stop), by=state.person())
    if asked.ended:
        # The table and the sentences above have another result to show.
        state.rerun()


def _class(name: str, experiment: Experiment, setting: Setting) -> None:
    """Show the results of everybody who has run the same definition, without names."""
    jobs = client.jobs(MAX_JOBS, kind=TRAIN)
    found = pool.errors(pool.of_experiment(name, experiment, setting, jobs))
    num = sum(len(values) for values in found.values())
    if not num:
        return
    arms = [arm for arm in experiment.arms if arm.name in found]
    rows = [(arm.title, found[arm.name]) for arm in arms]
    panels.heading(
        _("All runs of this class"),
        _("Held-out error of each run on {data}; a bar is the mean. Nobody is named.").format(
            data=sources.words(setting)
        ),
    )
    means = "; ".join(f"{title} {100 * sum(v) / len(v):.1f} % ({len(v)})" for title, v in rows)
    alt = _("{n} runs. Mean held-out error: {means}.").format(n=num, means=means)
    frame = Frame(width=620, right=12, theme=page_theme(), form="share")
    drawn = print_charts.strips(rows, frame, alt)
    # Both settings of an experiment may have results.
    key = f"class-{experiment.name}-{setting.data}-{setting.epochs}"
    with st.container(key=key):
        drawing(drawn, key=f"drawing-{key}")
    panels.note(alt)
    every = [
        {_("network"): title, _("Held-out error"): v} for title, vs in rows for v in sorted(vs)
    ]
    rows_table(every, {head: head for head in every[0]}, key)
