"""Tags and notes of one run, in a form under the list."""

from __future__ import annotations

from typing import TYPE_CHECKING

import streamlit as st

from explorer.errors import ExplorerError
from explorer.store import labels
from explorer.ui import state
from explorer.ui.guard import show
from explorer.ui.i18n import _

if TYPE_CHECKING:
    from explorer.store.labels import Labels
    from explorer.ui.finished import Run

NOTHING_EDITED = ""
_EDITED = "compare-edited"


def edited() -> str:
    """Return the run whose labels are open; empty for none."""
    return str(state.recall(_EDITED, NOTHING_EDITED))


def start_editing(run_id: str) -> None:
    """Open the labels of a run; the empty string closes them."""
    state.keep(_EDITED, run_id)


def edit_labels(run: Run, known: Labels) -> None:
    """Show tags and notes of a run as a form that saves them with the run."""
    tags_key, notes_key = f"tags-{run.id}", f"notes-{run.id}"
    with st.container(border=True, key="compare-labels"):
        at_left, at_right = st.columns((1, 2), gap="medium")
        with at_left:
            tags = state.start_widget(tags_key, ", ".join(known.tags))
            st.text_input(
                _("Tags of {title}").format(title=run.record.title),
                tags,
                key=tags_key,
                max_chars=600,
                placeholder=_("baseline, lesson 1"),
                help=_("Short words, divided by commas. They are kept with the run."),
            )
        with at_right:
            notes = state.start_widget(notes_key, known.notes)
            st.text_area(_("Notes"), notes, key=notes_key, max_chars=labels.MAX_NOTES, height=100)
        with st.container(horizontal=True):
            st.button(
                _("Save tags and notes"),
                type="primary",
                key="labels-save",
                on_click=_save,
                args=(run, tags_key, notes_key),
            )
            st.button(
                _("Close"), key="labels-close", on_click=start_editing, args=(NOTHING_EDITED,)
            )


def _save(run: Run, tags_key: str, notes_key: str) -> None:
    tags, notes = (str(state.widget(key) or "") for key in (tags_key, notes_key))
    try:
        found = labels.Labels(tags=labels.tags_of(tags), notes=notes[: labels.MAX_NOTES].strip())
        labels.write(labels.place_of(run.id, run.folder), found)
    except ExplorerError as error:
        show(error)
        return
    start_editing(NOTHING_EDITED)
