"""The controls that a link can leave away, so that a lesson shows only what a step needs.

The pages ask ``explorer.ui.hiding.hidden`` by these names; a name that no page asks for fails a
test.
"""

from __future__ import annotations

CONTROLS: dict[str, str] = {
    "presets": "the choice of a preset",
    "history": "undo and redo",
    "exchange": "export and import",
    "link": "the button that copies the link",
    "compare": "the button that compares the network in hand with what it came from",
    "train": "the button that trains the network in hand",
    "form": "the form and the table that change the network",
    "costs": "the strip of costs",
    "paths": "the charts of paths under the picture",
    "tables": "the tables of costs under the picture",
    "sections": "the choice of a section",
    "reveal": "the answers of a lesson",
    "class": "the results of the class",
    "now": "training in a lesson",
}
"""Name in the link -> what it is."""
MAX_HIDDEN = 12


def hidden_in(text: str) -> frozenset[str]:
    """Return the controls that a link leaves away; names that there are not are passed over."""
    return frozenset(text.split(",")[:MAX_HIDDEN]) & frozenset(CONTROLS)
