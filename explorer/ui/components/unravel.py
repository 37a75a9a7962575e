"""The unravelled view: every path of a network, moved apart in the browser."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from streamlit.components.v2 import component

from explorer.figures.unravelled import LABELS
from explorer.ui.components.assets import LOOK, STYLE, loader
from explorer.ui.i18n import _

if TYPE_CHECKING:
    from explorer.address import Address

HTML = '<div class="rx-unravel" style="min-height:600px"></div>'

_COMPONENT: Any = component("explorer_unravel", html=HTML, css=STYLE, js=loader("unravel"))


def unravelled_picture(paths: dict[str, Any], *, key: str) -> Address | None:
    """Show the paths and return the block that the reader has just clicked, if any.

    Args:
        paths: From ``explorer.figures.unravelled.unravelled``; cache it.
        key: Of the component.
    """
    data = {"paths": paths, "labels": {name: _(words) for name, words in LABELS.items()}, **LOOK}
    result = _COMPONENT(key=key, data=data, on_block_change=_ignore)
    return result.block


def _ignore() -> None:
    """Let the result carry the trigger; the page reads it."""
