"""The network picture: pan, zoom, fold, unfold and select in the browser."""

from __future__ import annotations

from collections.abc import Mapping
from types import MappingProxyType
from typing import TYPE_CHECKING, Any, NamedTuple, cast

from streamlit.components.v2 import component

from explorer.figures.labels import spoken
from explorer.figures.packed import packed
from explorer.ui.components.assets import LOOK, STYLE, loader
from explorer.ui.components.command import Command, command_of
from explorer.ui.state import widget

if TYPE_CHECKING:
    from collections.abc import Callable, Collection

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


class Marks(NamedTuple):
    """What is crossed or dashed in the picture.

    Attributes:
        broken: Addresses at which the edited network does not fit, each with the reason in words;
            dashed in red.
        deleted: Blocks that a lesion has taken out, crossed; None where a click only selects.
            With it every block is drawn by itself, so that each can be clicked.
    """

    broken: Mapping[Address, str] = MappingProxyType({})
    deleted: Collection[Address] | None = None


UNMARKED = Marks()


def network_picture(
    scene: Scene,
    selected: Address | None = None,
    *,
    key: str,
    on_touch: Callable[[Touched], None],
    name: str = "network",
    marks: Marks = UNMARKED,
    is_editable: bool = False,
) -> None:
    """Show a network and tell what the reader does to it before the page is drawn again.

    Zoom, folds and position stay as they are when the scene changes.

    Args:
        scene: From ``explorer.figures.architecture.scene``; cache it.
        selected: Address to outline; parts that hide it are unfolded.
        key: Of the component.
        on_touch: Told what was done.
        name: Of the saved file, without its ending.
        marks: What is crossed or dashed.
        is_editable: Whether stages and blocks can be moved, copied, added and removed.
    """
    data = {
        "scene": packed(scene),
        "selected": selected,
        "broken": dict(marks.broken),
        "editable": is_editable,
        "deleted": None if marks.deleted is None else list(marks.deleted),
        "labels": spoken(),
        "name": name,
        **LOOK,
    }

    def tell() -> None:
        on_touch(_touched(widget(key), is_editable=is_editable))

    _COMPONENT(key=key, data=data, on_selected_change=tell, on_command_change=tell)


def _touched(told: object, *, is_editable: bool) -> Touched:
    """Return what a browser sent; anything may stand in it."""
    sent = cast("Mapping[str, object]", told) if isinstance(told, Mapping) else {}
    selected = sent.get("selected")
    command = command_of(sent.get("command")) if is_editable else None
    return Touched(selected if isinstance(selected, str) else None, command)
