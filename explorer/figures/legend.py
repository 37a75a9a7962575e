"""The legend of a picture: the measure with its unit, then the kinds of lines that occur."""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

from explorer.figures.labels import fill
from explorer.figures.marks import half, text_width
from explorer.figures.theme import CIVIDIS

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from explorer.figures.architecture import Scene

BAR_LENGTH, MIN_BAR = 170, 90
ROW = 22
BAR_ROW = 36
SPACE = 16


class Legend(NamedTuple):
    """A drawn legend and its height [px]."""

    elements: str
    height: float


class _Entry(NamedTuple):
    width: float
    height: float
    elements: str


def legend(
    scene: Scene, width: float, labels: Mapping[str, str], *, with_ticks: bool = False
) -> Legend:
    """Return the legend, wrapped to a width, its top left corner at (0, 0).

    Args:
        scene: What is explained.
        width: Room [px].
        labels: Words by key.
        with_ticks: Whether normalisation and activation are drawn, too.
    """
    entries = [*_measure(scene, width, labels), *_lines(scene["kinds"], labels)]
    if with_ticks:
        entries += [_tick("norm", labels), _tick("act", labels)]
    x, y, row, parts = 0.0, 0.0, 0.0, ""
    for entry in entries:
        if x > 0 and x + entry.width > width:
            x, y, row = 0.0, y + row, 0.0
        parts += f'<g transform="translate({half(x):g} {half(y):g})">{entry.elements}</g>'
        x += entry.width + SPACE
        row = max(row, entry.height)
    return Legend(parts, y + row)


def _measure(scene: Scene, width: float, labels: Mapping[str, str]) -> list[_Entry]:
    measure = scene["measure"]
    if measure is None:
        return []
    title = labels.get(measure["title"], measure["title"])
    key = "in_a_box_log" if measure["scale"] == "log" else "in_a_box"
    words = labels[key].replace("{title}", title)
    begin = text_width(words) + 8
    length = min(BAR_LENGTH, max(MIN_BAR, half(width - begin - 18)))
    parts = _text(0, words) + _bar(begin, length)
    for place, label in measure["ticks"]:
        anchor = "start" if place == 0 else "middle"
        x = half(begin + place * length)
        parts += f'<text class="t3 small" x="{x:g}" y="32" text-anchor="{anchor}">{label}</text>'
    return [_Entry(begin + length + 14, BAR_ROW, parts)]


def _bar(begin: float, length: float) -> str:
    """Return the colour bar."""
    last = len(CIVIDIS) - 1
    stops = "".join(
        f'<stop offset="{i / last:.3f}" stop-color="{colour}"/>' for i, colour in enumerate(CIVIDIS)
    )
    defs = f'<defs><linearGradient id="rx-scale">{stops}</linearGradient></defs>'
    return defs + (
        f'<rect x="{begin:g}" y="8" width="{length:g}" height="11" rx="2" fill="url(#rx-scale)"/>'
    )


def _lines(kinds: Sequence[str], labels: Mapping[str, str]) -> list[_Entry]:
    entries: list[_Entry] = []
    if "identity" in kinds:
        line = '<path class="arc" d="M0 14H26"/>'
        entries.append(_entry(line, 33, labels["identity_shortcut"]))
    for kind, sign in (("projection", "1×1"), ("pad", "pad"), ("weighted", "×")):
        if kind in kinds:
            line = (
                '<path class="arc" d="M0 14H44"/>'
                '<rect class="tag" x="8" y="5" width="28" height="18" rx="4"/>'
                f'<text class="tagtext" x="22" y="18" text-anchor="middle">{sign}</text>'
            )
            entries.append(_entry(line, 51, labels[kind]))
    if "added" in kinds:
        plus = (
            '<circle class="plus" cx="7" cy="14" r="7"/>'
            '<path class="plus" d="M7 14m-3.5 0h7m-3.5 -3.5v7"/>'
        )
        entries.append(_entry(plus, 20, fill("{add}", labels)))
    if "kept" in kinds:
        bar = '<rect class="bar" x="1" y="4" width="5" height="20" rx="2.5"/>'
        entries.append(_entry(bar, 12, labels["kept"]))
    return entries


def _tick(style: str, labels: Mapping[str, str]) -> _Entry:
    mark = f'<rect class="{style}" x="1" y="5" width="4" height="18" rx="1.5"/>'
    return _entry(mark, 11, labels[style])


def _entry(mark: str, begin: float, words: str) -> _Entry:
    return _Entry(begin + text_width(words), ROW, mark + _text(begin, words))


def _text(x: float, words: str) -> str:
    return f'<text class="t2" x="{x:g}" y="18" text-anchor="start">{words}</text>'
