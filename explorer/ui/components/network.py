"""The network picture: pan, zoom, fold, unfold and select in the browser."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, NamedTuple

from streamlit.components.v2 import component

from explorer.figures.labels import LABELS
from explorer.figures.packed import packed
from explorer.ui.components.assets import LOOK, STYLE, loader
from explorer.ui.components.command import Command, command_of
from explorer.ui.i18n import _

if TYPE_CHECKING:
    from collections.abc import Collection, Mapping

    from explorer.address import Address
    from explorer.figures.architecture import Scene

HTML = '<div class="rx-network" style="min-height:463px"></div>'

_COMPONENT: Any = component("explorer_network", html=HTML, css=STYLE, js=loader("network"))


class Touched(NamedTuple):
    """What the reader has just done in the picture.

    Attributes:
        selected: Address of what was clicked, None if nothing new.
        command: How the network is to be changed, None if it is not.
    """

    selected: Address | None = None
    command: Command | None = None


def network_picture(
    scene: Scene,
    selected: Address | None = None,
    *,
    key: str,
    broken: Mapping[Address, str] | None = None,
    name: str = "network",
    is_editable: bool = False,
    deleted: Collection[Address] | None = None,
) -> Touched:
    """Show a network and return what the reader has just done to it.

    Zoom, folds and position stay as they are when the scene changes.

    Args:
        scene: From ``explorer.figures.architecture.scene``; cache it.
        selected: Address to outline; parts that hide it are unfolded.
        key: Of the component.
        broken: Addresses at which the edited network does not fit, each with the reason in words;
            dashed in red.
        name: Of the saved file, without its ending.
        is_editable: Whether stages and blocks can be moved, copied, added and removed.
        deleted: Blocks that a lesion has taken out, crossed; None where a click only selects.
            With it every block is drawn by itself, so that each can be clicked.
    """
    data = {
        "scene": packed(scene),
        "selected": selected,
        "broken": dict(broken or {}),
        "editable": is_editable,
        "deleted": None if deleted is None else list(deleted),
        "labels": {key: _(words) for key, words in LABELS.items()},
        "name": name,
        **LOOK,
    }
    result = _COMPONENT(key=key, data=data, on_selected_change=_ignore, on_command_change=_ignore)
    selected = result.selected if isinstance(result.selected, str) else None
    return Touched(selected, command_of(result.command) if is_editable else None)


def _ignore() -> None:
    """Let the result carry the trigger; the page reads it."""
