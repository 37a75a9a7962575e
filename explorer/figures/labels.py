"""The words inside pictures, in English; a page passes its translations instead."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Mapping

LABELS: dict[str, str] = {
    "network": "Network",
    "stages": "Stages",
    "blocks": "Blocks",
    "ops": "Ops",
    "zoom": "Zoom",
    "zoom_in": "Zoom in",
    "zoom_out": "Zoom out",
    "fit": "Fit",
    "table": "Table",
    "picture": "Picture",
    "save": "Save picture",
    "fold": "fold",
    "unfold": "unfold",
    "stem": "stem",
    "head": "head",
    "block": "block",
    "blocks_lower": "blocks",
    "in_a_box": "{title} in a box",
    "log_scale": "log scale",
    "identity": "identity",
    "identity_shortcut": "identity shortcut",
    "projection": "projection",
    "pad": "zero padding",
    "weighted": "weighted shortcut",
    "none": "without shortcut",
    "add": "add",
    "kept": "kept, not added",
    "norm": "batch norm",
    "act": "ReLU",
    "split": "split",
    "concat": "concat",
    "stride": "stride",
    "passes": "passes as it is",
    "address": "Address",
    "op": "Op",
    "shape": "Output",
    "params": "Parameters",
    "macs": "MACs",
    "help": "Arrows move along the line, Enter unfolds, Escape goes up, click selects.",
    "help_change": "Drag a block, or a stage by its name, to another place; Escape lets go. "
    "Alt and an arrow move what has the focus, Ctrl+D duplicates it, Delete removes it, + adds "
    "another after it.",
    "deleted": "deleted",
    "change": "Change",
    "move_back": "Move left",
    "move_on": "Move right",
    "move_up": "Move up",
    "move_down": "Move down",
    "duplicate": "Duplicate",
    "remove": "Remove",
    "add_block_after": "Add a block after it",
    "add_stage_after": "Add a stage after it",
    "add_stage": "Add a stage at the end",
    "add_stage_short": "+ stage",
}
"""Every key that a scene or the picture's controls use."""

_KEY = re.compile(r"\{(\w+)\}")


def fill(words: str, labels: Mapping[str, str] = LABELS) -> str:
    """Return words with ``{key}`` replaced by its label; an unknown key stays."""
    return _KEY.sub(lambda found: labels.get(found[1], found[0]), words)
