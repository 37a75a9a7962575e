"""Maps of two to four networks as one SVG: pictures inside, words and scales as vectors."""

from __future__ import annotations

from base64 import b64encode
from html import escape
from typing import TYPE_CHECKING

from explorer.figures.cam_row import cam_row, sides_of
from explorer.figures.cam_scale import scale_of, written
from explorer.figures.colormaps import DIVERGING, VIRIDIS
from explorer.figures.heatmap import Look, colour_bar, to_png
from explorer.figures.theme import COMPARED, FONT, PALETTES
from explorer.units import percent
from explorer.words import _, listed

if TYPE_CHECKING:
    from collections.abc import Sequence

    import numpy as np
    from numpy.typing import NDArray

    from explorer.cam.compare import Comparison

_SIDE, _GAP, _MARGIN = 220, 14, 24
_TOP = 96
_INK, _NOTE = PALETTES["light"]["ink"], PALETTES["light"]["ink3"]
_MARKS = (
    '<circle cx="6" cy="-5" r="5.5"/>',
    '<rect x="0.5" y="-10.5" width="11" height="11"/>',
    '<path d="M6-11 12 0H0Z"/>',
    '<path d="M6-11.5 12.5-5 6 1.5-.5-5Z"/>',
)


def cam_svg(
    comparisons: Sequence[Comparison], scale: str = "share", look: Look | None = None
) -> str:
    """Return a stand-alone SVG of the image, the maps and the differences from the first.

    Args:
        comparisons: As for ``cam_row``.
        scale: A key of ``SCALES``.
        look: How maps are drawn.

    Raises:
        ExplorerError: There is no such scale.
    """
    chosen, row = scale_of(scale), cam_row(comparisons, scale, look)
    first, sides = comparisons[0], sides_of(comparisons)
    columns = 1 + len(sides)
    lefts = [_MARGIN + i * (_SIDE + _GAP) for i in range(columns)]
    below = _TOP + _SIDE + 84
    parts = [
        _text(_MARGIN, 36, _("Where do they look?"), 20, bold=True),
        _text(_MARGIN, 58, _asked(first), 13, _NOTE),
        _text(lefts[0], _TOP - 8, _("Image"), 13, bold=True),
        _picture(row.image, lefts[0], _TOP),
    ]
    for i, (side, pixels) in enumerate(zip(sides, row.maps, strict=True)):
        colour, left = COMPARED["light"][i], lefts[i + 1]
        mark = f'<g transform="translate({left},{_TOP - 8})" fill="{colour}">{_MARKS[i]}</g>'
        facts = _("{probability}, ranked {rank}; to {end}").format(
            probability=percent(side.probability),
            rank=side.rank,
            end=written(row.ends[i], chosen),
        )
        parts += [
            mark,
            _text(left + 18, _TOP - 8, _short(side.title), 13, bold=True),
            _picture(pixels, left, _TOP),
            _text(left, _TOP + _SIDE + 18, facts, 11.5, _NOTE),
        ]
    width = lefts[-1] + _SIDE - lefts[1]
    parts += [
        _picture(colour_bar(VIRIDIS, 440, 10), lefts[1], _TOP + _SIDE + 30, width, 9),
        _text(
            lefts[1],
            _TOP + _SIDE + 54,
            _("0 to the end: {caption}").format(caption=_(chosen.caption)),
            11.5,
            _NOTE,
        ),
    ]
    for i, (one, pixels) in enumerate(zip(comparisons, row.differences, strict=True)):
        left = lefts[i + 2]
        gap = one.disagreement
        words = (
            _("not defined")
            if gap is None
            else _("total variation {value}").format(value=f"{gap.total_variation:.2f}")
        )
        parts += [
            _text(left, below - 8, listed((f"A − {'BCD'[i]}", words)), 12, bold=True),
            _picture(pixels, left, below),
        ]
    parts += [
        _picture(colour_bar(DIVERGING[::-1], 220, 10), lefts[1], below, _SIDE, 9),
        _text(
            lefts[1],
            below + 26,
            " · ".join((_("A more"), f"±{percent(row.limit)}", _("other more"))),
            11.5,
            _NOTE,
        ),
        _text(
            _MARGIN,
            below + _SIDE + 28,
            _(
                "Read at {layer}, stride {stride} px. A map shows where the features of this layer "
                "are active that raise the score of one class, not why."
            ).format(layer=first.a.layer.address, stride=first.a.layer.stride),
            11.5,
            _NOTE,
        ),
    ]
    size = (lefts[-1] + _SIDE + _MARGIN, below + _SIDE + 48)
    return (
        f'<svg xmlns="http://www.w3.org/2000/svg" width="{size[0]}" height="{size[1]}" '
        f'viewBox="0 0 {size[0]} {size[1]}" font-family="{escape(FONT)}">'
        f'<rect width="100%" height="100%" fill="#fff"/>{"".join(parts)}</svg>'
    )


def _asked(one: Comparison) -> str:
    return _("{method} of the class {target}").format(method=_(one.method_title), target=one.target)


def _text(
    x: float, y: float, text: str, size: float, colour: str = _INK, *, bold: bool = False
) -> str:
    weight = ' font-weight="600"' if bold else ""
    return (
        f'<text x="{x:g}" y="{y:g}" font-size="{size:g}" fill="{colour}"{weight}>'
        f"{escape(text)}</text>"
    )


def _picture(
    pixels: NDArray[np.uint8], x: float, y: float, width: float = _SIDE, height: float = _SIDE
) -> str:
    data = b64encode(to_png(pixels)).decode()
    return (
        f'<image x="{x:g}" y="{y:g}" width="{width:g}" height="{height:g}" '
        f'preserveAspectRatio="none" href="data:image/png;base64,{data}"/>'
    )


def _short(title: str) -> str:
    return title if len(title) <= 28 else f"{title[:27]}…"
