"""The network picture: pan, zoom, fold, unfold and select in the browser."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from streamlit.components.v2 import component

from explorer.figures.labels import LABELS
from explorer.figures.packed import packed
from explorer.ui.components.assets import LOOK, STYLE, loader
from explorer.ui.i18n import _

if TYPE_CHECKING:
    from explorer.address import Address
    from explorer.figures.architecture import Scene

HTML = '<div class="rx-network" style="min-height:463px"></div>'

_COMPONENT: Any = component("explorer_network", html=HTML, css=STYLE, js=loader("network"))


def network_picture(
    scene: Scene,
    selected: Address | None = None,
    *,
    key: str,
    broken: Address | None = None,
    name: str = "network",
) -> Address | None:
    """Show a network and return what the reader has just selected, None if nothing new.

    Zoom, folds and position stay as they are when the scene changes.

    Args:
        scene: From ``explorer.figures.architecture.scene``; cache it.
        selected: Address to outline; parts that hide it are unfolded.
        key: Of the component.
        broken: Address of the block that does not fit in the edited network, dashed in red.
        name: Of the saved file, without its ending.
    """
    data = {
        "scene": packed(scene),
        "selected": selected,
        "broken": broken,
        "labels": {key: _(words) for key, words in LABELS.items()},
        "name": name,
        **LOOK,
    }
    result = _COMPONENT(key=key, data=data, on_selected_change=_ignore)
    return result.selected


def _ignore() -> None:
    """Let the result carry the trigger; the page reads it."""
