"""Pictures of networks that scroll, zoom, fold and select together."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any, NamedTuple, cast

from streamlit.components.v2 import component

from explorer.figures.labels import spoken
from explorer.figures.packed import packed
from explorer.ui.components.assets import ASSETS, LOOK, STYLE, loader
from explorer.ui.i18n import _
from explorer.ui.state import widget

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from explorer.address import Address
    from explorer.figures.architecture import Scene

HTML = '<div class="rx-panes" data-rx-lights style="min-height:700px"></div>'
COMPARE_STYLE = (ASSETS / "css" / "compare.css").read_text(encoding="utf-8")

_COMPONENT: Any = component(
    "explorer_panes", html=HTML, css=STYLE + COMPARE_STYLE, js=loader("panes")
)


class Pane(NamedTuple):
    """One network.

    Attributes:
        key: Names it among the others, such as ``b``; what lights up together has one key.
        slot: Its mark and colour, 0..3.
        name: In words.
        words: How it differs from the baseline.
        scene: Its picture.
        selected: Address to outline, or None.
    """

    key: str
    slot: int
    name: str
    words: str
    scene: Scene
    selected: Address | None = None


class Picked(NamedTuple):
    """What the reader has selected.

    Attributes:
        pane: Key of the network; as a browser sends it.
        address: In that network.
    """

    pane: str
    address: Address


def labels() -> dict[str, str]:
    """Return the words of the panes."""
    return {
        **spoken(),
        "same": _("the same"),
        "changed": _("changed"),
        "added": _("added: not in the baseline"),
        "removed": _("removed: only in the baseline"),
        "baseline": _("baseline"),
        "against": _("Against {letter}"),
        "difference": _("Difference"),
    }


def network_panes(
    panes: Sequence[Pane],
    links: Sequence[dict[str, Any] | None],
    *,
    baseline: int,
    key: str,
    on_pick: Callable[[Picked], None],
) -> None:
    """Show networks one above the other, and tell what is selected before the page is drawn again.

    Args:
        panes: The networks, at most four.
        links: For each how it corresponds to the baseline (``explorer.figures.panes.written``);
            None for the baseline itself.
        baseline: Its position.
        key: Of the component.
        on_pick: Told what was selected, unchecked.
    """
    data = {
        "panes": [{**pane._asdict(), "scene": packed(pane.scene)} for pane in panes],
        "links": list(links),
        "baseline": baseline,
        "labels": labels(),
        "look": LOOK,
    }

    def tell() -> None:
        picked = _picked(widget(key))
        if picked is not None:
            on_pick(picked)

    _COMPONENT(key=key, data=data, on_picked_change=tell)


def _picked(told: object) -> Picked | None:
    """Return what a browser sent; anything may stand in it."""
    sent = cast("Mapping[str, object]", told) if isinstance(told, Mapping) else {}
    found = sent.get("picked")
    if not isinstance(found, Mapping):
        return None
    pane, address = (cast("Mapping[str, object]", found).get(k) for k in ("pane", "address"))
    if not (isinstance(pane, str) and isinstance(address, str)):
        return None
    return Picked(pane[:8], address[:40])
