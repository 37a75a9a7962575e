"""A white sheet for raster pictures: text, marks, rules and pasted pictures, to scale.

Text is set in the font that comes with Pillow, so that a picture is the same on every machine; what
that has no signs for, in another, where there is one.
"""

from __future__ import annotations

import unicodedata
from enum import Enum
from functools import lru_cache
from typing import TYPE_CHECKING

import numpy as np
from PIL import Image, ImageDraw, ImageFont

from explorer.figures.theme import COMPARED

if TYPE_CHECKING:
    from pathlib import Path

    from numpy.typing import NDArray

    Point = tuple[float, float]

INK, INK_2, INK_3, LINE = "#161a21", "#434c5a", "#667080", "#dbdfe6"
_BOLD = 0.022
_SMOOTH = 4
# The font has ASCII and a few signs; these are the ones in use that it lacks.
_STAND_INS = str.maketrans({"×": "x", "−": "-", "–": "-", "…": "..."})
_OWN_SIGNS = set("±·°«»‘’“”")


class Mark(Enum):
    """The mark of a compared network: a disc, a square, a triangle or a diamond."""

    A, B, C, D = COMPARED["light"]


def plain(text: str) -> str:
    """Return text in signs that the font has: letters without accents, ``?`` for the rest."""
    decomposed = unicodedata.normalize("NFKD", text.translate(_STAND_INS))
    kept = (char for char in decomposed if not unicodedata.combining(char))
    return "".join(c if c.isascii() or c in _OWN_SIGNS else "?" for c in kept)


class Sheet:
    """A picture that is drawn in layout units and comes out in pixels.

    Args:
        size: Width and height [px].
        scale: Pixels in one unit.
        font: For lines with other signs than Pillow's font has.
    """

    def __init__(self, size: tuple[int, int], scale: float, font: Path | None = None) -> None:
        """Begin with a white sheet."""
        self._scale, self._other = scale, font
        self._canvas = Image.new("RGB", size, "white")
        self._draw = ImageDraw.Draw(self._canvas)

    def px(self, length: float) -> int:
        """Return a length in whole pixels, at least one."""
        return max(1, round(length * self._scale))

    def pixels(self) -> NDArray[np.uint8]:
        """Return what was drawn, (H, W, 3)."""
        return np.asarray(self._canvas)

    def write(
        self,
        at: Point,
        text: str,
        size: float,
        colour: str = INK,
        *,
        anchor: str = "ls",
        bold: bool = False,
        width: float | None = None,
    ) -> float:
        """Write a line at its anchor, by default the left end of the base line.

        Text that is wider than ``width`` ends in dots. Returns where it ends, in units.
        """
        font, shown = _font(size * self._scale), plain(text)
        if self._other is not None and shown.count("?") > text.count("?"):
            # Chinese fonts lack the minus sign.
            font, shown = _font(size * self._scale, self._other), text.replace("−", "-")
        while width is not None and shown and font.getlength(shown) > width * self._scale:
            shown = f"{shown.removesuffix('...')[:-1].rstrip()}..." if len(shown) > 3 else ""
        stroke = size * self._scale * _BOLD if bold else 0
        place = (at[0] * self._scale, at[1] * self._scale)
        self._draw.text(place, shown, colour, font, anchor=anchor, stroke_width=stroke)
        return at[0] + font.getlength(shown) / self._scale

    def mark(self, mark: Mark, at: Point) -> None:
        """Draw the mark of a network, 18 units wide, its upper left corner at a point."""
        side = self.px(18)
        end = side * _SMOOTH
        stencil = Image.new("L", (end, end), 255 if mark is Mark.B else 0)
        middle = end / 2
        if mark is Mark.A:
            ImageDraw.Draw(stencil).ellipse((0, 0, end, end), 255)
        elif mark is Mark.C:
            ImageDraw.Draw(stencil).polygon(((middle, 0), (end, end), (0, end)), 255)
        elif mark is Mark.D:
            corners = ((middle, 0), (end, middle), (middle, end), (0, middle))
            ImageDraw.Draw(stencil).polygon(corners, 255)
        colour = Image.new("RGB", (side, side), mark.value)
        self._canvas.paste(colour, self._place(at), stencil.resize((side, side)))

    def rule(self, at: Point, width: float) -> None:
        """Draw a thin line to the right."""
        left, top = self._place(at)
        self._draw.line((left, top, left + self.px(width), top), LINE, self.px(1.5))

    def paste(self, picture: Image.Image, at: Point, radius: float = 0) -> None:
        """Put a picture, already in pixels, with rounded corners."""
        large = (picture.width * _SMOOTH, picture.height * _SMOOTH)
        stencil = Image.new("L", large, 0)
        box = (0, 0, large[0] - 1, large[1] - 1)
        ImageDraw.Draw(stencil).rounded_rectangle(box, self.px(radius) * _SMOOTH, 255)
        self._canvas.paste(picture, self._place(at), stencil.resize(picture.size))

    def _place(self, at: Point) -> tuple[int, int]:
        return round(at[0] * self._scale), round(at[1] * self._scale)


@lru_cache(maxsize=32)
def _font(size: float, path: Path | None = None) -> ImageFont.FreeTypeFont:
    font = ImageFont.load_default(size) if path is None else ImageFont.truetype(path, size)
    assert isinstance(font, ImageFont.FreeTypeFont), "Pillow was built without FreeType"
    return font
