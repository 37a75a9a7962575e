"""Charts that are printed and shown in lessons: lines, dots, bars and a scatter as SVG elements."""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple
from xml.etree import ElementTree as ET

from explorer.figures.print_axes import Axes, Frame, axes, extent, names_below, numbers_below
from explorer.figures.svg import number
from explorer.figures.theme import COMPARED

if TYPE_CHECKING:
    from collections.abc import Sequence

_DASHES = ("", "9 4", "4 3", "1.5 3")
_GAP = 15.0
_LETTER = 6.6
"""About the width of a letter [px]."""


class Line(NamedTuple):
    """One network in a chart.

    Attributes:
        name: At its end.
        x: Where its values lie.
        y: Its values; None where there is none.
        style: 0 to 3: colour, mark and dashes.
        faint: Whether it is one of several seeds, drawn thin and without a name.
    """

    name: str
    x: tuple[float, ...]
    y: tuple[float | None, ...]
    style: int = 0
    faint: bool = False

    @property
    def points(self) -> list[tuple[float, float]]:
        """Return the points that there are."""
        return [(x, y) for x, y in zip(self.x, self.y, strict=True) if y is not None]


class Point(NamedTuple):
    """One network in a scatter or a bar chart."""

    name: str
    x: float
    y: float
    style: int = 0


def room_for(names: Sequence[str]) -> float:
    """Return the room that names need at the right of a chart [px]."""
    return 34.0 + _LETTER * max((len(name) for name in names), default=0)


def lines(
    found: Sequence[Line], frame: Frame, alt: str, *, zero: bool = True, marked: bool = True
) -> ET.Element:
    """Draw lines with their names at their ends.

    Args:
        found: The networks, faint ones first.
        frame: How.
        alt: The message in one sentence.
        zero: Whether the y axis begins at zero.
        marked: Whether every point has its mark.
    """
    points = [point for line in found for point in line.points]
    xs = extent((x for x, _ in points), pad=0.0)
    drawn = axes(frame, xs, extent((y for _, y in points), zero=zero), alt)
    numbers_below(drawn)
    for line in found:
        _line(drawn, line, marked=marked and not line.faint and len(line.points) <= 60)
    _ends(drawn, [line for line in found if not line.faint and line.points])
    return drawn.root


def by_name(found: Sequence[Line], names: Sequence[str], frame: Frame, alt: str) -> ET.Element:
    """Draw values that belong to names, such as blocks, as marks on stems."""
    values = [y for line in found for _, y in line.points]
    drawn = axes(frame, (-0.5, len(names) - 0.5), extent(values, zero=True), alt)
    names_below(drawn, names)
    for line in found:
        colour = COMPARED[frame.theme][line.style]
        shift = 4.0 * (line.style - (len(found) - 1) / 2)
        for x, y in line.points:
            at = drawn.x(x) + shift
            d = f"M{at:.1f} {drawn.y(0):.1f}L{at:.1f} {drawn.y(y):.1f}"
            drawn.path(d, colour, 1.2, _DASHES[line.style])
            _mark(drawn, line.style, at, drawn.y(y), 3.5)
    _ends(drawn, [line for line in found if line.points])
    return drawn.root


def bars(found: Sequence[Point], frame: Frame, alt: str, words: Sequence[str]) -> ET.Element:
    """Draw one bar for each network, its value above it.

    Args:
        found: The networks; only their values count.
        frame: How.
        alt: The message in one sentence.
        words: The values as they are written.
    """
    drawn = axes(frame, (-0.5, len(found) - 0.5), extent((p.y for p in found), zero=True), alt)
    names_below(drawn, [point.name for point in found])
    left, right = frame.span_x
    wide = min(64.0, 0.6 * (right - left) / max(1, len(found)))
    for place, (point, text) in enumerate(zip(found, words, strict=True)):
        x, top = drawn.x(place), drawn.y(point.y)
        shape = {"x": x - wide / 2, "y": top, "width": wide, "height": drawn.y(0) - top}
        attributes = {name: f"{value:.1f}" for name, value in shape.items()}
        colour = COMPARED[frame.theme][point.style]
        ET.SubElement(drawn.root, "rect", attributes | {"fill": colour, "rx": "3"})
        drawn.text(text, x, top - 5, "ink")
    return drawn.root


def scatter(found: Sequence[Point], frame: Frame, alt: str) -> ET.Element:
    """Draw one mark for each network, its name beside it."""
    xs, ys = extent((p.x for p in found), pad=0.12), extent((p.y for p in found), pad=0.15)
    drawn = axes(frame, xs, ys, alt)
    numbers_below(drawn)
    for point in found:
        x, y = drawn.x(point.x), drawn.y(point.y)
        _mark(drawn, point.style, x, y, 5.0)
        drawn.text(point.name, x + 10, y + 4, "ink", "start")
    return drawn.root


def _line(drawn: Axes, line: Line, *, marked: bool) -> None:
    colour = COMPARED[drawn.frame.theme][line.style]
    steps = [f"{drawn.x(x):.1f} {drawn.y(y):.1f}" for x, y in line.points]
    if not steps:
        return
    width = 0.8 if line.faint else 2.0
    drawn.path("M" + "L".join(steps), colour, width, "" if line.faint else _DASHES[line.style])
    if marked:
        for x, y in line.points:
            _mark(drawn, line.style, drawn.x(x), drawn.y(y), 2.5)


def _ends(drawn: Axes, found: Sequence[Line]) -> None:
    """Write names and last values at the right, none over another."""
    wanted = [drawn.y(line.points[-1][1]) for line in found]
    order = sorted(range(len(found)), key=lambda i: wanted[i])
    last = 6.0 - _GAP
    left = drawn.frame.span_x[1] + 10
    for i in order:
        last = max(wanted[i], last + _GAP)
        _mark(drawn, found[i].style, left, last, 4.0)
        drawn.text(found[i].name, left + 9, last + 4, "ink", "start")


def _mark(drawn: Axes, style: int, x: float, y: float, r: float) -> None:
    """Draw a disc, square, triangle or diamond in the network's colour."""
    fill = {"fill": COMPARED[drawn.frame.theme][style]}
    if style == 0:
        place = {"cx": f"{x:.1f}", "cy": f"{y:.1f}", "r": number(r)}
        ET.SubElement(drawn.root, "circle", place | fill)
        return
    corners = {
        1: ((-r, -r), (r, -r), (r, r), (-r, r)),
        2: ((0, -r), (r, r), (-r, r)),
        3: ((0, -r), (r, 0), (0, r), (-r, 0)),
    }[style]
    d = "L".join(f"{x + dx:.1f} {y + dy:.1f}" for dx, dy in corners)
    ET.SubElement(drawn.root, "path", {"d": f"M{d}Z"} | fill)


def strips(found: Sequence[tuple[str, Sequence[float]]], frame: Frame, alt: str) -> ET.Element:
    """Draw all values of each network as dots above its name, and a bar at their mean.

    Args:
        found: Name and values of each network.
        frame: How.
        alt: The message in one sentence.
    """
    ys = extent((value for _, values in found for value in values), zero=True)
    drawn = axes(frame, (-0.5, len(found) - 0.5), ys, alt)
    names_below(drawn, [name for name, _ in found])
    for style, (_, values) in enumerate(found):
        middle, colour = drawn.x(style), COMPARED[frame.theme][style % len(_DASHES)]
        for place, value in enumerate(values):
            # Side by side, so that equal results can be counted.
            shift = 9.0 * ((place + 1) // 2) * (1 if place % 2 else -1) if len(values) < 9 else 0.0
            _mark(drawn, style % len(_DASHES), middle + shift, drawn.y(value), 4.0)
        mean = drawn.y(sum(values) / len(values)) if values else 0.0
        if values:
            drawn.path(f"M{middle - 26:.1f} {mean:.1f}L{middle + 26:.1f} {mean:.1f}", colour, 2.0)
    return drawn.root
