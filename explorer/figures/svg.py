"""Writes composed pictures as SVG; ``assets/js/draw.js`` writes the same characters.

Every element that stands for something is a group with the class ``item`` and its address, so
that style, selection and tests find it. Here the flow goes to the right.
"""

from __future__ import annotations

from html import escape
from typing import TYPE_CHECKING, Any

from explorer.address import is_inside
from explorer.figures.labels import fill
from explorer.figures.marks import (
    PRODUCT,
    WHOLE,
    Bar,
    Box,
    Copy,
    Dot,
    Frame,
    Link,
    Mark,
    Plus,
    Tag,
    Text,
    Tick,
    Wire,
    half,
)
from explorer.figures.scale import share
from explorer.figures.theme import CIVIDIS, ink_on, sample
from explorer.units import quantity

if TYPE_CHECKING:
    from collections.abc import Mapping

    from explorer.figures.architecture import Scene
    from explorer.figures.compose import Panel, Picture, Placed

MAX_SLICES = 8


def number(value: float) -> str:
    """Return a coordinate with as few digits as it needs."""
    return str(int(value)) if value == int(value) else f"{value:.1f}"


def body(scene: Scene, picture: Picture, selected: str | None, labels: Mapping[str, str]) -> str:
    """Return the elements of a picture in flow coordinates, the main line at y = 0."""
    pen = Pen(scene, selected, labels)
    parts = [pen.panel(panel, picture) for panel in picture.panels]
    parts += [_wire(wire, 0) for wire in picture.wires]
    parts += [pen.cell(placed) for placed in picture.placed]
    parts += [pen.shape(scene["input"], 32, picture)]
    last = picture.placed[-1]
    parts += [pen.shape(scene["head"]["shape"], last.s + last.cell.length / 2, picture)]
    return "".join(parts)


class Pen:
    """Draws cells of one scene."""

    def __init__(self, scene: Scene, selected: str | None, labels: Mapping[str, str]) -> None:
        """Keep what every mark needs."""
        self.measure: dict[str, Any] | None = scene["measure"]
        self.selected = selected
        self.labels = labels

    def panel(self, panel: Panel, picture: Picture) -> str:
        """Return the ground of a stage with its name, note, link and shape."""
        address, top, bottom = panel.stage["address"], -picture.up, picture.down
        ring = _rect("ring", panel.s - 2, top - 2, panel.length + 4, bottom - top + 4, 12)
        ground = _rect("panel", panel.s, top, panel.length, bottom - top, 10)
        title = _text(panel.s + 10, top + 21, address, "start", "title")
        words = f"{address}, {panel.stage['count']} × {panel.stage['words']}"
        items = [self._item("stage", address, words, ring + ground + title, [address])]
        end = panel.s + panel.length
        if panel.note:
            note = fill(panel.note, self.labels)
            items.append(_text(end - 10, top + 21, note, "end", "t3"))
        middle = half(panel.s + panel.length / 2)
        items.append(self._link("link", middle, bottom - 14, panel.link, "middle", address))
        items.append(self.shape(panel.stage["shape"], middle, picture))
        return "".join(items)

    def shape(self, words: str, s: float, picture: Picture) -> str:
        """Return a shape under the row."""
        return _text(half(s), picture.down + 19, words, "middle", "t3")

    def cell(self, placed: Placed) -> str:
        """Return all marks of a cell."""
        drawn = "".join(self._mark(mark, placed) for mark in placed.cell.marks)
        return f'<g class="cell">{drawn}</g>'

    def _mark(self, mark: Mark, at: Placed) -> str:  # noqa: PLR0911 - one line for each mark
        s = at.s
        match mark:
            case Wire():
                return _wire(mark, s)
            case Copy():
                edge = self._colour(at.values[0]) or "var(--rx-line2)"
                return _rect(
                    "card", s + mark.s, mark.t, mark.along, mark.across, 5, f'stroke="{edge}"'
                )
            case Dot():
                return (
                    f'<circle class="dot" cx="{number(s + mark.s)}" cy="{number(mark.t)}" r="3"/>'
                )
            case Text():
                return self._words(mark, at)
            case Link():
                return self._link(
                    mark.style, s + mark.s, mark.t, mark.action, mark.anchor, at.target
                )
            case Frame():
                rect = _ringed("frame", s + mark.s, mark.t, mark.along, mark.across, 8)
                return self._item("block", at.address, self._title(at), rect, [at.address])
            case Box():
                return self._box(mark, at)
            case _:
                is_end = isinstance(mark, Plus | Bar)
                return self._op(mark.op, at, _small(mark, s), is_end=is_end)

    def _words(self, mark: Text, at: Placed) -> str:
        words = mark.words.replace("#", at.label)
        if words == "{value}":
            value = at.values[0]
            if value is None or self.measure is None:
                return ""
            words = quantity(value, self.measure["unit"])
        return _text(at.s + mark.s, mark.t, fill(words, self.labels), mark.anchor, mark.style)

    def _title(self, at: Placed) -> str:
        times = f"{at.num_blocks} × " if at.num_blocks > 1 else ""
        return f"{at.address}, {times}{fill(at.part['words'], self.labels)}, {at.part['shape']}"

    def _box(self, mark: Box, at: Placed) -> str:
        s, t = at.s + mark.s, mark.t
        value = at.values[mark.op + 1]
        colour = self._colour(value)
        ink = ink_on(colour) if colour else "var(--rx-ink)"
        plain = "bare"
        if colour is None and self.measure is None and mark.op == WHOLE:
            plain, ink = "solid", "var(--rx-card)"
        paint = f'fill="{colour}"' if colour else ""
        drawn = _ringed("" if colour else plain, s, t, mark.along, mark.across, 5, paint)
        drawn += _slices(mark, s, ink)
        middle, line = half(s + mark.along / 2), half(t + mark.across / 2)
        label = fill(
            mark.label.replace("#", at.label).replace("%", str(at.num_blocks)), self.labels
        )
        big = mark.op == WHOLE and not mark.detail
        style = f'style="fill:{ink}"'
        shift = -3 if mark.detail else 5 if big else 4
        drawn += _text(middle, line + shift, label, "middle", "bold big" if big else "bold", style)
        if mark.detail:
            drawn += _text(middle, line + 11, mark.detail, "middle", "small", style)
        if mark.op == WHOLE:
            kind = "stage" if at.part.get("count") else "block"
            return self._item(kind, at.address, self._title(at), drawn, at.members)
        return self._op(mark.op, at, drawn)

    def _op(self, op: int, at: Placed, drawn: str, *, is_end: bool = False) -> str:
        if op == WHOLE:
            return f'<g aria-hidden="true">{drawn}</g>' if is_end else drawn
        if "ops" not in at.part:
            return drawn
        name, words, shape, _params, _macs = at.part["ops"][op]
        address = at.prefix + name
        return self._item("op", address, f"{address}, {words}, {shape}", drawn, [address])

    def _item(self, kind: str, address: str, words: str, drawn: str, members: list[str]) -> str:
        style = "item selected" if self._is_selected(kind, address, members, drawn) else "item"
        return (
            f'<g class="{style}" role="button" data-testid="{kind}"'
            f' data-address="{escape(address)}" aria-label="{escape(words)}">{drawn}</g>'
        )

    def _is_selected(self, kind: str, address: str, members: list[str], drawn: str) -> bool:
        if self.selected is None:
            return False
        if kind == "op" or 'class="frame"' in drawn or 'class="panel"' in drawn:
            return self.selected == address
        return any(is_inside(self.selected, member) for member in members)

    def _link(self, style: str, s: float, t: float, action: str, anchor: str, target: str) -> str:
        words = escape(self.labels[action])
        return (
            f'<text class="{style}" x="{number(s)}" y="{number(t)}" text-anchor="{anchor}"'
            f' role="button" data-testid="{action}" data-target="{escape(target)}">{words}</text>'
        )

    def _colour(self, value: float | None) -> str | None:
        if value is None or self.measure is None:
            return None
        return sample(CIVIDIS, share(value, self.measure["domain"], self.measure["scale"]))


def _small(mark: Tick | Bar | Plus | Tag, s: float) -> str:
    s += mark.s
    match mark:
        case Tick():
            top = mark.t - mark.across / 2
            ring = _rect("ring", s - 3, top - 3, 10, mark.across + 6, 4)
            return ring + _rect(mark.style, s, top, 4, mark.across, 1.5)
        case Bar():
            ring = _rect("ring", s - 3, mark.t - 3, 11, mark.across + 6, 5)
            return ring + _rect("bar", s, mark.t, 5, mark.across, 2.5)
        case Tag():
            left, top = s - mark.width / 2, mark.t - 9
            words = _text(s, mark.t + 4, mark.label, "middle", "tagtext")
            return _ringed("tag", left, top, mark.width, 18, 4) + words
        case Plus():
            x, y, r = number(s), number(mark.t), mark.radius
            style = "plus in" if mark.inside else "plus"
            return (
                f'<circle class="ring" cx="{x}" cy="{y}" r="{number(r + 4)}"/>'
                f'<circle class="{style}" cx="{x}" cy="{y}" r="{number(r)}"/>'
                f'<path class="{style}" d="M{x} {y}{_sign(mark)}"/>'
            )


def _sign(mark: Plus) -> str:
    """Return the two strokes of a plus or, for a product, of a cross."""
    reach = half(mark.radius / 2)
    arm, span = number(reach), number(2 * reach)
    if mark.inside == PRODUCT:
        return f"m-{arm} -{arm}l{span} {span}m0 -{span}l-{span} {span}"
    return f"m-{arm} 0h{span}m-{arm} -{arm}v{span}"


def _slices(mark: Box, s: float, ink: str) -> str:
    """Return the cardinality as thin slices in the left edge of a box."""
    if mark.groups < 2:
        return ""
    count = min(mark.groups, MAX_SLICES)
    lines = "".join(
        f"M{number(s)} {number(half(mark.t + mark.across * i / count))}h6" for i in range(1, count)
    )
    edge = f"M{number(s + 6)} {number(mark.t)}v{number(mark.across)}"
    return f'<path d="{lines}{edge}" style="stroke:{ink}" stroke-opacity=".7" fill="none"/>'


def _ringed(
    style: str, s: float, t: float, along: float, across: float, radius: float, more: str = ""
) -> str:
    ring = _rect("ring", s - 3, t - 3, along + 6, across + 6, radius + 2)
    return ring + _rect(style, s, t, along, across, radius, more)


def _rect(
    style: str, s: float, t: float, along: float, across: float, radius: float, more: str = ""
) -> str:
    return (
        f'<rect class="{style}" x="{number(s)}" y="{number(t)}" width="{number(along)}"'
        f' height="{number(across)}" rx="{number(radius)}"{" " + more if more else ""}/>'
    )


def _text(s: float, t: float, words: str, anchor: str, style: str, more: str = "") -> str:
    return (
        f'<text class="{style}" x="{number(s)}" y="{number(t)}" text-anchor="{anchor}"'
        f"{' ' + more if more else ''}>{escape(words, quote=False)}</text>"
    )


def _wire(mark: Wire, s: float) -> str:
    flat = mark.points
    points = [(flat[i] + s, flat[i + 1]) for i in range(0, len(flat), 2)]
    path = _rounded(points, 9 if mark.style == "arc" else 6)
    if mark.arrow:
        x, y = points[-1]
        back = number(x - 5)
        path += f"M{back} {number(y - 3.5)}L{number(x)} {number(y)}L{back} {number(y + 3.5)}"
    return f'<path class="{mark.style}" d="{path}"/>'


def _rounded(points: list[tuple[float, float]], radius: float) -> str:
    """Return a path through points, axis by axis, with round corners."""
    x, y = points[0]
    path = f"M{number(x)} {number(y)}"
    for before, corner, after in zip(points, points[1:], points[2:], strict=False):
        r = min(radius, _half_way(before, corner), _half_way(after, corner))
        x, y = _towards(corner, before, r)
        u, v = _towards(corner, after, r)
        bend = f"Q{number(corner[0])} {number(corner[1])} {number(u)} {number(v)}"
        path += f"L{number(x)} {number(y)}{bend}"
    x, y = points[-1]
    return f"{path}L{number(x)} {number(y)}"


def _half_way(a: tuple[float, float], b: tuple[float, float]) -> int:
    return int(max(abs(a[0] - b[0]), abs(a[1] - b[1])) / 2)


def _towards(
    start: tuple[float, float], end: tuple[float, float], distance: float
) -> tuple[float, float]:
    """Return the point at a distance from ``start`` on the horizontal or vertical to ``end``."""
    dx, dy = end[0] - start[0], end[1] - start[1]
    if abs(dx) >= abs(dy):
        return start[0] + (distance if dx > 0 else -distance), start[1]
    return start[0], start[1] + (distance if dy > 0 else -distance)
