"""Worksheets as PDF: A4, text that can be searched, charts as vectors."""

from __future__ import annotations

from pathlib import Path
from tempfile import TemporaryDirectory
from typing import TYPE_CHECKING

from fpdf import FPDF
from fpdf.enums import XPos, YPos
from fpdf.fonts import FontFace

from explorer.export.pdf import POINTS, Drawing, fitting
from explorer.figures.theme import PALETTES, rgb
from explorer.lessons.worksheet import Field, Grid, Heading, Part, Picture
from explorer.words import _, language

if TYPE_CHECKING:
    from collections.abc import Iterable

    from explorer.lessons.prose import Block, Span

_A4 = 793.7, 1122.5
"""A4 in px of 1/96 inch, the unit of the document: charts are drawn as on the screen."""
_MARGIN, _INDENT = 72.0, 18.0
_SIZES = {1: 26.0, 2: 18.0, 3: 15.0}
_BODY, _SMALL, _TABLE = 14.0, 11.0, 11.0
_LINE = 1.4
_INK, _INK3 = (rgb(PALETTES["light"][role]) for role in ("ink", "ink3"))
_HEAD = FontFace(emphasis="BOLD")


def written(title: str, parts: Iterable[Part]) -> bytes:
    """Return a document with a title and its parts in order."""
    pdf = FPDF(unit=POINTS, format=_A4)
    pdf.set_margin(_MARGIN)
    pdf.set_auto_page_break(auto=True, margin=_MARGIN)
    pdf.set_title(title)
    pdf.set_lang(language())
    # The font files are read until the document is finished.
    with TemporaryDirectory() as folder:
        writer = _Writer(pdf, Path(folder))
        pdf.add_page()
        for part in parts:
            writer.write(part)
        return bytes(pdf.output())


class _Writer:
    """Writes parts one under the other."""

    def __init__(self, pdf: FPDF, folder: Path) -> None:
        self.pdf = pdf
        self.drawing = Drawing(pdf, folder)
        self.family = self.drawing.family

    def write(self, part: Part) -> None:
        match part:
            case Heading(level, text):
                self._heading(level, text)
            case Field(label, value):
                self._field(label, value)
            case Grid():
                self._grid(part)
            case Picture():
                self._picture(part)
            case _:
                self._block(part)

    def _font(self, size: float, style: str = "") -> None:
        self.pdf.set_font(self.family, style, size * POINTS)
        self.pdf.set_text_color(*_INK)

    def _words(self, text: str) -> str:
        return fitting(text, self.family)

    def _heading(self, level: int, text: str) -> None:
        size = _SIZES[level]
        # A heading does not stay alone at the foot of a page.
        if self.pdf.will_page_break(4 * size):
            self.pdf.add_page()
        self.pdf.ln(0 if level == 1 else 0.9 * size)
        self._font(size, "B")
        self._line(self._words(text), size)
        self.pdf.ln(3)

    def _line(self, words: str, size: float) -> None:
        self.pdf.multi_cell(0, _LINE * size, words, align="L", new_x=XPos.LMARGIN, new_y=YPos.NEXT)

    def _field(self, label: str, value: str | None) -> None:
        pdf = self.pdf
        if pdf.will_page_break(2 * _BODY):
            pdf.add_page()
        self._font(_BODY, "B")
        pdf.write(_LINE * _BODY, self._words(f"{_('{label}:').format(label=label)} "))
        self._font(_BODY)
        if value is None:
            y = pdf.get_y() + _BODY
            pdf.line(pdf.get_x() + 4, y, pdf.w - _MARGIN, y)
        else:
            pdf.write(_LINE * _BODY, self._words(value))
        pdf.ln(_LINE * _BODY + 4)

    def _block(self, block: Block) -> None:
        pdf = self.pdf
        is_item = block.kind in {"item", "number"}
        self._font(_BODY)
        if is_item:
            pdf.set_x(_MARGIN + 6)
            pdf.cell(_INDENT - 6, _LINE * _BODY, self._words("·"))
        # In one go: only so are lines broken between words.
        words = self._words("".join(_marked(span) for span in block.spans))
        pdf.multi_cell(
            0,
            _LINE * _BODY,
            words,
            align="L",
            markdown=True,
            new_x=XPos.LMARGIN,
            new_y=YPos.NEXT,
        )
        pdf.ln(2 if is_item else 5)

    def _grid(self, grid: Grid) -> None:
        pdf = self.pdf
        pdf.ln(2)
        self._font(_TABLE)
        align = ("LEFT", *("RIGHT",) * (len(grid.heads) - 1))
        widest = max((len(row[0]) for row in grid.rows), default=1)
        first = max(8, min(26, widest))
        widths = (first, *(max(8, min(16, len(h))) for h in grid.heads[1:]))
        with pdf.table(
            col_widths=widths,
            text_align=align,
            headings_style=_HEAD,
            line_height=_LINE * _TABLE,
            borders_layout="HORIZONTAL_LINES",
            padding=2,
        ) as drawn:
            for row in (grid.heads, *grid.rows):
                drawn.row([self._words(cell) for cell in row])
        self._notes(grid.notes)

    def _notes(self, notes: Iterable[str]) -> None:
        pdf = self.pdf
        pdf.ln(2)
        for note in notes:
            pdf.set_font(self.family, "", _SMALL * POINTS)
            pdf.set_text_color(*_INK3)
            self._line(self._words(note), _SMALL)
        pdf.ln(4)

    def _picture(self, picture: Picture) -> None:
        pdf, svg = self.pdf, picture.chart.svg
        height = float(svg.get("height", 0))
        if pdf.will_page_break(height + 3 * _BODY):
            pdf.add_page()
        pdf.ln(4)
        self._font(_BODY, "B")
        self._line(self._words(picture.chart.title), _BODY)
        top = pdf.get_y()
        self.drawing.draw(svg, pdf.l_margin, top)
        pdf.set_xy(pdf.l_margin, top + height)
        self._notes([picture.note])


def _marked(span: Span) -> str:
    """Return words with the marks for bold that fpdf reads; its other marks are not ours."""
    text = span.text.replace("**", "*").replace("__", "_").replace("--", "-")
    return f"**{text}**" if span.bold and text.strip() else text
