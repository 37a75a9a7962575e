"""The lesion lab: delete blocks of a trained network and see what it still knows."""

from __future__ import annotations

from typing import TYPE_CHECKING

import streamlit as st

from explorer.errors import ExplorerError
from explorer.ui import guard, lesion_view, panels
from explorer.ui.finished import finished_runs
from explorer.ui.i18n import _
from explorer.ui.lesion_choice import choose
from explorer.ui.lesion_deleted import choose_deleted
from explorer.ui.lesion_studies import studies

if TYPE_CHECKING:
    from explorer.ui.lesion_choice import Subject
    from explorer.ui.lesion_deleted import Blocks
    from explorer.ui.state import Hand


def section(now: Hand) -> None:
    """Show the choice of a run, its picture, and what its lesions do."""
    runs = {id_: run for id_, run in finished_runs().items() if not run.segments}
    if not runs:
        panels.note(_("No trained network yet: train one on the page Train."))
        return
    try:
        with st.container(border=True, key="lesion-bench"):
            subject = choose(runs, now.working)
            _say_which(subject, now)
            deleted = choose_deleted(subject.run)
        _bench(subject, deleted)
    except ExplorerError as error:
        guard.show(error)


def _say_which(subject: Subject, now: Hand) -> None:
    """Say that the run is of another network than the one in the title."""
    if subject.run.record.spec != now.working:
        panels.note(
            _(
                "Lesions need trained weights: this is {run}, not {hand} from the title. Once "
                "{hand} is trained it can be chosen here."
            ).format(run=subject.run.record.title, hand=now.title)
        )


def _bench(subject: Subject, deleted: Blocks) -> None:
    with st.spinner(_("Evaluating. A large set of images is read once, and kept.")):
        pair = lesion_view.evaluated(subject.run, subject, deleted)
    lesion_view.strip(pair, deleted)
    twin = lesion_view.evaluated(subject.twin, subject, deleted) if subject.twin else None
    lesion_view.results(pair, twin, subject, deleted)
    studies(subject)
    lesion_view.looks(subject, pair.whole.num_images, deleted)
