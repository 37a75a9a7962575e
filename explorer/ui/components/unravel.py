"""The unravelled view: every path of a network, moved apart in the browser."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, NamedTuple

from streamlit.components.v2 import component

from explorer.figures.unravelled import LABELS
from explorer.ui.components.assets import LOOK, STYLE, loader
from explorer.ui.i18n import _

if TYPE_CHECKING:
    from explorer.address import Address

HTML = '<div class="rx-unravel" style="min-height:600px"></div>'

_COMPONENT: Any = component("explorer_unravel", html=HTML, css=STYLE, js=loader("unravel"))


class Shown(NamedTuple):
    """What the reader has opened and chosen.

    Attributes:
        open: 0 stacked to 100 unravelled.
        path: Labels of the blocks that the followed path goes through; None without one.
        block: Address of the block whose paths are filled; may be empty.
    """

    open: int = 100
    path: tuple[str, ...] | None = None
    block: Address = ""


def unravelled_picture(paths: dict[str, Any], start: Shown, *, key: str) -> Shown | None:
    """Show the paths and return what the reader has just chosen, None if nothing new.

    Nothing comes back while the slider moves, only once it is let go.

    Args:
        paths: From ``explorer.figures.unravelled.unravelled``; cache it.
        start: What is shown at first.
        key: Of the component.
    """
    data = {
        "paths": paths,
        "labels": {name: _(words) for name, words in LABELS.items()},
        "start": {"open": start.open / 100, "path": start.path, "block": start.block},
        **LOOK,
    }
    found = _COMPONENT(key=key, data=data, on_shown_change=_ignore).shown
    if not found:
        return None
    path = found["path"]
    return Shown(int(found["open"]), None if path is None else tuple(path), str(found["block"]))


def _ignore() -> None:
    """Let the result carry the trigger; the page reads it."""
