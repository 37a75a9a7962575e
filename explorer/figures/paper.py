"""A figure fit for a paper: title, legend, picture, and a line on how to read it."""

from __future__ import annotations

from typing import TYPE_CHECKING
from xml.etree import ElementTree as ET

from explorer.figures.compose import TITLE_ROOM, Level, View, compose
from explorer.figures.flat import flattened
from explorer.figures.labels import spoken
from explorer.figures.legend import legend
from explorer.figures.marks import half
from explorer.figures.svg import body, number
from explorer.figures.theme import FONT, PALETTES
from explorer.words import _

if TYPE_CHECKING:
    from collections.abc import Iterator

    from explorer.figures.architecture import Scene

MARGIN = 16
MIN_WIDTH = 640
ROOM = 960
TITLE_ROW, NOTE_ROW = 46, 15
_INK, _INK_2, _PAPER = (PALETTES["light"][role] for role in ("ink", "ink2", "page"))
_GROUPS = 'stroke-opacity=".7"'


def figure(
    scene: Scene, title: str, facts: str, level: Level = "blocks", room: float = ROOM
) -> ET.Element:
    """Return the figure as one SVG element, light, with presentation attributes only.

    Args:
        scene: From ``architecture.scene``.
        title: Name of the network.
        facts: The line under it, such as its parameters and MACs.
        level: Zoom level.
        room: Length that the row of blocks should fit into [px].
    """
    picture = compose(scene, View(level, {}, None, room))
    # On a page nothing unfolds, so no room is kept for it.
    up = max(placed.cell.up for placed in picture.placed) + TITLE_ROOM
    down = max(placed.cell.down for placed in picture.placed) + 10
    picture = picture._replace(up=up, down=down)
    width = max(MIN_WIDTH, half(picture.length + 2 * MARGIN))
    labels = spoken()
    drawn = body(scene, picture, None, labels)
    key = legend(scene, width - 2 * MARGIN, labels, with_ticks='class="norm"' in drawn)
    notes = list(_notes(drawn))
    line = half(TITLE_ROW + key.height + 10 + picture.up)
    bottom = half(line + picture.down + 44)
    height = half(bottom + NOTE_ROW * len(notes))
    root = ET.Element(
        "svg",
        {
            "xmlns": "http://www.w3.org/2000/svg",
            "width": number(width),
            "height": number(height),
            "viewBox": f"0 0 {number(width)} {number(height)}",
            "font-family": FONT,
        },
    )
    ET.SubElement(root, "title").text = title
    ground = {"x": "0", "y": "0", "width": number(width), "height": number(height)}
    ET.SubElement(root, "rect", ground | {"fill": _PAPER})
    _write(root, title, 22, 16, _INK, bold=True)
    _write(root, facts, 38, 11.5, _INK_2)
    _moved(root, MARGIN, TITLE_ROW, key.elements)
    _moved(root, half((width - picture.length) / 2), line, drawn)
    for i, note in enumerate(notes):
        _write(root, note, bottom + NOTE_ROW * i, 10.5, _INK_2)
    return root


def _notes(drawn: str) -> Iterator[str]:
    """Yield how to read the marks that occur and that the legend does not name."""
    if 'class="card"' in drawn:
        yield _(
            "A box is a block, numbered by its place in the stage; ×n is n blocks in a row. "
            "Below: output shapes."
        )
    else:
        yield _("A box is a block, numbered by its place in the stage. Below: output shapes.")
    if _GROUPS in drawn:
        yield _("Slices in the left edge of a box: its convolution has groups (cardinality).")


def _write(
    root: ET.Element, words: str, y: float, size: float, ink: str, *, bold: bool = False
) -> None:
    place = {"x": number(MARGIN), "y": number(y), "font-size": number(size), "fill": ink}
    weight = {"font-weight": "600"} if bold else {}
    ET.SubElement(root, "text", place | weight).text = words


def _moved(root: ET.Element, x: float, y: float, elements: str) -> None:
    place = f"translate({number(x)} {number(y)})"
    ET.SubElement(root, "g", {"transform": place}).extend(flattened(elements))
