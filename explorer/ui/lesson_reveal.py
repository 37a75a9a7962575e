"""What a step reveals: text, recorded curves, the paper's table beside ours, one's own runs."""

from __future__ import annotations

from typing import TYPE_CHECKING

import streamlit as st

from explorer.lessons import claims
from explorer.ui import cached_lessons
from explorer.ui.i18n import _
from explorer.ui.lesson_figures import figures, paper_tables, text
from explorer.ui.lesson_train import own_results, train

if TYPE_CHECKING:
    from explorer.lessons.lesson import Claim, Lesson, Step


def reveal(lesson: Lesson, name: str, step: Step) -> None:
    """Show what a step reveals."""
    assert step.reveal is not None
    if step.reveal.text:
        text(lesson, name, step.reveal.text)
    figures(lesson, name, step.reveal.figures)
    for claim in step.reveal.claims:
        _claim(lesson, name, claim)
    paper_tables(step.reveal.tables)
    if step.train:
        train(name, lesson.experiment(step.train))


def _claim(lesson: Lesson, name: str, claim: Claim) -> None:
    """Say what came out, in the recorded runs and in the reader's own."""
    experiment = lesson.experiment(claim.experiment)
    recorded = cached_lessons.recorded_runs(name, claim.experiment)
    own = own_results(name, experiment)
    for whose, found in ((_("Recorded here"), recorded), (_("Your runs"), own)):
        said = claims.sentence(claim, experiment, found) if found else ""
        if said:
            with st.container(key=f"claim-{claim.experiment}-{claim.of}-{claim.more}-{whose}"):
                text(lesson, name, f"**{whose}:** {said}")
