"""The network picture: pan, zoom, fold, unfold and select in the browser."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any, NamedTuple, cast

from streamlit.components.v2 import component

from explorer.figures.labels import LABELS
from explorer.figures.packed import packed
from explorer.ui.components.assets import LOOK, STYLE, loader
from explorer.ui.components.command import Command, command_of
from explorer.ui.i18n import _
from explorer.ui.state import widget

if TYPE_CHECKING:
    from collections.abc import Callable

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
    on_touch: Callable[[Touched], None] | None = None,
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
        on_touch: Told of it before the page is drawn again, which saves drawing it twice.
    """
    data = {
        "scene": packed(scene),
        "selected": selected,
        "broken": dict(broken or {}),
        "editable": is_editable,
        "labels": {key: _(words) for key, words in LABELS.items()},
        "name": name,
        **LOOK,
    }

    def tell() -> None:
        if on_touch is not None:
            on_touch(_touched(widget(key), is_editable=is_editable))

    result = _COMPONENT(key=key, data=data, on_selected_change=tell, on_command_change=tell)
    return _touched(result, is_editable=is_editable)


def _touched(told: object, *, is_editable: bool) -> Touched:
    """Return what a browser sent; anything may stand in it."""
    sent = cast("Mapping[str, object]", told) if isinstance(told, Mapping) else {}
    selected = sent.get("selected")
    command = command_of(sent.get("command")) if is_editable else None
    return Touched(selected if isinstance(selected, str) else None, command)
