"""The words inside pictures."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from explorer.words import _, mark, meant

if TYPE_CHECKING:
    from collections.abc import Mapping

LABELS: dict[str, str] = {
    "network": mark("Network"),
    "stages": mark("Stages"),
    "blocks": "Blocks",
    "ops": mark("Ops"),
    "zoom": mark("Zoom"),
    "zoom_in": mark("Zoom in"),
    "zoom_out": mark("Zoom out"),
    "fit": mark("Fit"),
    "table": mark("Table"),
    "picture": mark("Picture"),
    "save": mark("Save picture"),
    "fold": mark("fold"),
    "unfold": mark("unfold"),
    "stem": mark("stem"),
    "head": mark("head"),
    "block": mark("block"),
    "blocks_lower": mark("blocks"),
    "in_a_box": mark("{title} in a box"),
    "in_a_box_log": mark("{title} in a box, log scale"),
    "identity": mark("identity"),
    "identity_shortcut": mark("identity shortcut"),
    "projection": mark("projection"),
    "pad": mark("zero padding"),
    "weighted": mark("weighted shortcut"),
    "none": mark("without shortcut"),
    "add": mark("add"),
    "kept": mark("kept, not added"),
    "norm": mark("batch norm"),
    "act": mark("ReLU"),
    "split": mark("split"),
    "concat": mark("concat"),
    "stride": mark("stride"),
    "passes": mark("passes as it is"),
    "address": mark("Address"),
    "op": mark("Op"),
    "shape": mark("Output"),
    "params": mark("Parameters"),
    "macs": mark("MACs"),
    "help": mark("Arrows move along the line, Enter unfolds, Escape goes up, click selects."),
    "help_change": mark(
        "Drag a block, or a stage by its name, to another place; Escape lets go. "
        "Alt and an arrow move what has the focus, Ctrl+D duplicates it, Delete removes it, + adds "
        "another after it."
    ),
    "deleted": mark("deleted"),
    "change": mark("Change"),
    "move_back": mark("Move left"),
    "move_on": mark("Move right"),
    "move_up": mark("Move up"),
    "move_down": mark("Move down"),
    "duplicate": mark("Duplicate"),
    "remove": mark("Remove"),
    "add_block_after": mark("Add a block after it"),
    "add_stage_after": mark("Add a stage after it"),
    "add_stage": mark("Add a stage at the end"),
    "add_stage_short": mark("+ stage"),
}
"""Every key that a scene or the picture's controls use."""

_KEY = re.compile(r"\{(\w+)\}")


def spoken() -> dict[str, str]:
    """Return every label in the reader's language."""
    found = {key: _(words) for key, words in LABELS.items()}
    # Elsewhere the word heads a column of how many there are.
    return {**found, "blocks": meant("level of zoom", "Blocks")}


def fill(words: str, labels: Mapping[str, str]) -> str:
    """Return words with ``{key}`` replaced by its label; an unknown key stays."""
    return _KEY.sub(lambda found: labels.get(found[1], found[0]), words)
