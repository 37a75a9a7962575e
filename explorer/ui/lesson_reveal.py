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
    said = [line for claim in step.reveal.claims for line in _said(lesson, name, claim)]
    if said:
        with st.container(key="claims"):
            text(lesson, name, "\n\n".join(said))
    paper_tables(step.reveal.tables)
    if step.train:
        train(name, lesson.experiment(step.train))


def _said(lesson: Lesson, name: str, claim: Claim) -> list[str]:
    """Return what came out, in the recorded runs and in the reader's own."""
    experiment = lesson.experiment(claim.experiment)
    recorded = cached_lessons.recorded_runs(name, claim.experiment)
    own = own_results(name, experiment)
    both = ((_("Recorded runs"), recorded), (_("Your runs"), own))
    found = [
        (whose, claims.sentence(claim, experiment, results)) for whose, results in both if results
    ]
    return [f"**{whose}:** {words}" for whose, words in found if words]
