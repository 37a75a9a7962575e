"""Frame, grid and ticks of the charts that are printed: plain SVG, presentation attributes only."""

from __future__ import annotations

from math import ceil, floor, isfinite, log10
from typing import TYPE_CHECKING, Literal, NamedTuple
from xml.etree import ElementTree as ET

from explorer.figures.svg import number
from explorer.figures.theme import FONT, PALETTES, Theme
from explorer.units import quantity

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

Form = Literal["share", "number"]
Range = tuple[float, float]
TEXT = 12.0
LARGE = 10_000
"""From here on figures on an axis have SI letters."""
_LEFT, _TOP, _BOTTOM = 46.0, 10.0, 36.0


class Frame(NamedTuple):
    """How a chart is drawn.

    Attributes:
        width: Of the whole picture [px].
        height: Of the whole picture [px].
        right: Room for labels at the right [px].
        theme: Colours.
        form: How values on the y axis are written; shares are 0..1.
        x_title: What is on the x axis.
        whole: Whether only whole numbers are written on the x axis.
    """

    width: float = 560.0
    height: float = 240.0
    right: float = 120.0
    theme: Theme = "light"
    form: Form = "number"
    x_title: str = ""
    whole: bool = False

    @property
    def span_x(self) -> Range:
        """Return the left and right edge of the plot [px]."""
        return _LEFT, self.width - self.right

    @property
    def span_y(self) -> Range:
        """Return the lower and upper edge of the plot [px]."""
        return self.height - _BOTTOM, _TOP

    def ink(self, role: str) -> str:
        """Return a colour of the theme by its role."""
        return PALETTES[self.theme][role]

    def words(self, value: float) -> str:
        """Return a value of the y axis as it is written."""
        return f"{100 * value:.3g} %" if self.form == "share" else f"{value:.3g}"


class Axes(NamedTuple):
    """A picture with axes, and where values lie in it.

    Attributes:
        root: The SVG element.
        frame: How it is drawn.
        xs: Least and largest value on the x axis.
        ys: The same of the y axis.
    """

    root: ET.Element
    frame: Frame
    xs: Range
    ys: Range

    def x(self, value: float) -> float:
        """Return where a value lies from the left [px]."""
        return _placed(value, self.xs, self.frame.span_x)

    def y(self, value: float) -> float:
        """Return where a value lies from the top [px]."""
        return _placed(value, self.ys, self.frame.span_y)

    def text(
        self, words: str, x: float, y: float, role: str = "ink2", anchor: str = "middle"
    ) -> None:
        """Write words."""
        place = {"x": number(x), "y": number(y), "font-size": number(TEXT)}
        look = {"fill": self.frame.ink(role), "text-anchor": anchor}
        ET.SubElement(self.root, "text", place | look).text = words

    def path(self, d: str, stroke: str, width: float, dash: str = "") -> None:
        """Draw a line."""
        look = {"d": d, "fill": "none", "stroke": stroke, "stroke-width": number(width)}
        ET.SubElement(self.root, "path", look | ({"stroke-dasharray": dash} if dash else {}))


def _placed(value: float, domain: Range, span: Range) -> float:
    low, high = domain
    share = (value - low) / (high - low) if high > low else 0.0
    return span[0] + share * (span[1] - span[0])


def ticks(low: float, high: float, num: int = 4) -> list[float]:
    """Return round steps of 1, 2, 2.5 or 5 times a power of ten, about ``num`` of them."""
    if not high > low:
        return [low]
    raw = (high - low) / num
    power = 10 ** floor(log10(raw))
    step = next(s for s in (power, 2 * power, 2.5 * power, 5 * power, 10 * power) if s >= raw)
    first, last = ceil(low / step - 1e-9), floor(high / step + 1e-9)
    return [float(f"{i * step:.12g}") for i in range(first, last + 1)]


def extent(values: Iterable[float], *, zero: bool = False, pad: float = 0.06) -> Range:
    """Return least and largest of finite values with room around, from zero if asked."""
    found = [value for value in values if isfinite(value)] or [0.0, 1.0]
    low, high = min(found), max(found)
    room = (high - low or abs(high) or 1.0) * pad
    return (min(0.0, low) if zero else low - room), high + room


def axes(frame: Frame, xs: Range, ys: Range, alt: str) -> Axes:
    """Return a picture with grid lines and the figures of the y axis."""
    size = {"width": number(frame.width), "height": number(frame.height)}
    box = f"0 0 {size['width']} {size['height']}"
    root = ET.Element(
        "svg",
        {"xmlns": "http://www.w3.org/2000/svg", **size, "viewBox": box, "font-family": FONT}
        | {"role": "img", "aria-label": alt},
    )
    found = Axes(root, frame, xs, ys)
    left, right = frame.span_x
    for value in ticks(*ys):
        y = found.y(value)
        found.path(f"M{number(left)} {y:.1f}L{number(right)} {y:.1f}", frame.ink("line"), 1)
        found.text(frame.words(value), left - 6, y + 4, "ink3", "end")
    middle = (left + right) / 2
    found.text(frame.x_title, middle, frame.height - 3)
    return found


def numbers_below(found: Axes) -> None:
    """Write the figures of the x axis."""
    for value in ticks(*found.xs, 6):
        if found.frame.whole and value != int(value):
            continue
        words = quantity(value) if abs(value) >= LARGE else f"{value:.4g}"
        found.text(words, found.x(value), found.frame.height - 20, "ink3")


def names_below(found: Axes, names: Sequence[str], room: float = 34.0) -> None:
    """Write names at 0, 1, 2, ...; of many only some."""
    left, right = found.frame.span_x
    widest = max((7.0 * len(name) for name in names), default=0.0)
    step = max(1, -(-int(len(names) * max(room, widest + 8)) // int(right - left)))
    for place, name in enumerate(names):
        if place % step == 0:
            found.text(name, found.x(place), found.frame.height - 20, "ink3")
