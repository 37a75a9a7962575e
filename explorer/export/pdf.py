"""A flat figure as a PDF: vectors, and text that can be searched and copied."""

from __future__ import annotations

import re
from itertools import groupby
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import TYPE_CHECKING

from fpdf import FPDF
from fpdf.drawing import PaintedPath
from fpdf.drawing_primitives import DeviceRGB, Transform
from fpdf.pattern import LinearGradient
from fpdf.svg import svg_path_converter

from explorer import words
from explorer.export.fonts import han, sans
from explorer.figures.theme import rgb

if TYPE_CHECKING:
    from collections.abc import Container
    from xml.etree.ElementTree import Element

POINTS = 0.75
"""One px is 1/96 inch, one point 1/72."""
_FAMILY, _FALLBACK, _HAN = "Sans", "Helvetica", "Han"
_STAND_INS = str.maketrans({"−": "-", "–": "-", "…": "...", "’": "'"})
_WEIGHTS = {"": 400, "B": 600}
_MOVE = re.compile(r"translate\(([-\d.]+)[ ,]([-\d.]+)\)")
_PAINT_SERVER = re.compile(r"url\(#([\w-]+)\)")


def to_pdf(figure: Element, title: str) -> bytes:
    """Return a PDF of one page, as large as the figure.

    Args:
        figure: From ``figures.paper.figure``: presentation attributes only.
        title: For the document's properties.
    """
    size = float(figure.get("width", 0)), float(figure.get("height", 0))
    # One unit is one px, so that places can be written as they are.
    pdf = FPDF(unit=POINTS, format=size)
    pdf.set_auto_page_break(auto=False)
    pdf.set_title(title)
    pdf.set_lang(words.language())
    pdf.add_page()
    # The font files are read until the document is finished.
    with TemporaryDirectory() as folder:
        Drawing(pdf, Path(folder)).draw(figure, 0, 0)
        return bytes(pdf.output())


def fitting(text: str, family: str) -> str:
    """Return words in signs that the font has: the stand-in font has only those of Latin 1."""
    if family != _FALLBACK:
        return text
    return text.translate(_STAND_INS).encode("latin-1", "replace").decode("latin-1")


class Drawing:
    """Draws elements onto the page of a document.

    Args:
        pdf: The document.
        folder: Where its font lies until it is finished.
    """

    def __init__(self, pdf: FPDF, folder: Path) -> None:
        """Add the font to the document, whose unit is one px."""
        self.pdf = pdf
        self.gradients: dict[str, list[str]] = {}
        font = sans()
        self.family = _FAMILY if font else _FALLBACK
        if font:
            path = folder / "sans.ttf"
            path.write_bytes(font)
            for style, weight in _WEIGHTS.items():
                pdf.add_font(_FAMILY, style, path, variations={"wght": weight})
        other = han() if words.language() != words.ENGLISH else None
        self.has_han = other is not None
        if other:
            for style in _WEIGHTS:
                pdf.add_font(_HAN, style, other)
            pdf.set_fallback_fonts([_HAN])

    def draw(self, element: Element, left: float, top: float) -> None:
        """Draw an element and what is in it, moved by an offset."""
        if element.tag == "linearGradient":
            colours = [stop.get("stop-color", "") for stop in element]
            self.gradients[element.get("id", "")] = colours
            return
        if element.tag == "text":
            self._text(element, left, top)
        elif element.tag in {"rect", "circle", "path"}:
            self._shape(element, left, top)
        if moved := _MOVE.fullmatch(element.get("transform", "")):
            left, top = left + float(moved[1]), top + float(moved[2])
        for child in element:
            self.draw(child, left, top)

    def _text(self, element: Element, left: float, top: float) -> None:
        pdf, shown = self.pdf, fitting(element.text or "", self.family)
        style = "B" if int(element.get("font-weight", "400")) >= _WEIGHTS["B"] else ""
        size = float(element.get("font-size", 12)) * POINTS
        pdf.set_text_color(*rgb(element.get("fill", "#000000")))
        runs: list[tuple[str, str, float]] = []
        for family, part in self._runs(shown):
            pdf.set_font(family, style, size)
            runs.append((family, part, pdf.get_string_width(part)))
        share = {"middle": 0.5, "end": 1.0}.get(element.get("text-anchor", ""), 0.0)
        x = left + _length(element, "x") - share * sum(width for _family, _part, width in runs)
        for family, part, width in runs:
            pdf.set_font(family, style, size)
            pdf.text(x, top + _length(element, "y"), part)
            x += width

    def _runs(self, text: str) -> list[tuple[str, str]]:
        """Return parts of a line, each with the font that has its signs: ``text`` takes one."""
        if not self.has_han:
            return [(self.family, text)]
        self.pdf.set_font(self.family)
        known: Container[int] = getattr(self.pdf.current_font, "cmap", ())
        parts = groupby(text, lambda sign: self.family if ord(sign) in known else _HAN)
        return [(family, "".join(signs)) for family, signs in parts]

    def _shape(self, element: Element, left: float, top: float) -> None:
        if named := _PAINT_SERVER.fullmatch(element.get("fill", "")):
            self._bar(element, left, top, self.gradients[named[1]])
            return
        path = PaintedPath()
        path.transform = Transform.translation(left, top)
        if element.tag == "rect":
            x, y, w, h, r = (_length(element, n) for n in ("x", "y", "width", "height", "rx"))
            path.rectangle(x, y, w, h, min(r, w / 2), min(r, h / 2))
        elif element.tag == "circle":
            path.circle(*(_length(element, n) for n in ("cx", "cy", "r")))
        else:
            svg_path_converter(path, element.get("d", ""))
        _paint(path, element)
        with self.pdf.drawing_context() as context:
            context.add_item(path)

    def _bar(self, element: Element, left: float, top: float, colours: list[str]) -> None:
        x, y = left + _length(element, "x"), top + _length(element, "y")
        width, height = _length(element, "width"), _length(element, "height")
        pattern = LinearGradient(x, y, x + width, y, colours)
        with self.pdf.use_pattern(pattern):
            self.pdf.rect(x, y, width, height, style="F")


def _paint(path: PaintedPath, element: Element) -> None:
    fill, stroke = element.get("fill", "#000000"), element.get("stroke", "none")
    path.style.fill_color = None if fill == "none" else _colour(fill)
    path.style.stroke_color = None if stroke == "none" else _colour(stroke)
    path.style.stroke_width = float(element.get("stroke-width", 1))
    if opacity := element.get("stroke-opacity"):
        path.style.stroke_opacity = float(opacity)
    if dashes := element.get("stroke-dasharray"):
        path.style.stroke_dash_pattern = [float(length) for length in dashes.split()]
    path.style.auto_close = False


def _colour(text: str) -> DeviceRGB:
    red, green, blue = (part / 255 for part in rgb(text))
    return DeviceRGB(red, green, blue)


def _length(element: Element, name: str) -> float:
    return float(element.get(name, 0))
