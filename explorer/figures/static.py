"""A picture as a file: one SVG with its legend, its style and nothing outside itself."""

from __future__ import annotations

from html import escape
from typing import TYPE_CHECKING

from explorer.figures.compose import Level, View, compose
from explorer.figures.labels import spoken
from explorer.figures.legend import legend
from explorer.figures.marks import half
from explorer.figures.svg import body, number
from explorer.figures.theme import FONT, PICTURE_HEIGHT, Theme, style_sheet, variables

if TYPE_CHECKING:
    from collections.abc import Mapping

    from explorer.figures.architecture import Scene

MARGIN = 16
MIN_WIDTH = 720
ROOM = 960


def svg(
    scene: Scene,
    level: Level = "blocks",
    states: Mapping[str, str] | None = None,
    theme: Theme = "light",
    *,
    selected: str | None = None,
    room: float = ROOM,
    labels: Mapping[str, str] | None = None,
) -> str:
    """Return the picture of a network as a stand-alone SVG file.

    Args:
        scene: From ``architecture.scene``.
        level: Zoom level.
        states: ``fold``, ``blocks`` or ``ops`` for single stages, runs and blocks.
        theme: ``light`` or ``dark``.
        selected: Address to outline.
        room: Length that the row of blocks should fit into [px].
        labels: Words inside the picture; those of the reader's language by default.
    """
    labels = labels or spoken()
    picture = compose(scene, View(level, states or {}, selected, room))
    width = max(MIN_WIDTH, half(picture.length + 2 * MARGIN))
    has_ticks = 'class="norm"' in (drawn := body(scene, picture, selected, labels))
    key = legend(scene, width - 2 * MARGIN, labels, with_ticks=has_ticks)
    top = key.height + 8
    height = max(PICTURE_HEIGHT, half(top + picture.up + picture.down + 30))
    left = half((width - picture.length) / 2)
    title = escape(labels["network"])
    return (
        f'<svg xmlns="http://www.w3.org/2000/svg" width="{number(width)}" height="{number(height)}"'
        f' viewBox="0 0 {number(width)} {number(height)}" role="img" aria-label="{title}"'
        f' font-family="{FONT}" style="{variables(theme)}background:var(--rx-card)">'
        f"<style>{style_sheet(is_file=True)}</style>"
        f'<g transform="translate({MARGIN} 4)">{key.elements}</g>'
        f'<g transform="translate({number(left)} {number(top + picture.up)})">{drawn}</g></svg>'
    )
