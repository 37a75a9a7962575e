"""Maps of more than two networks as one PNG that says by itself what it shows."""

from __future__ import annotations

from typing import TYPE_CHECKING

from PIL import Image

from explorer.figures.cam_picture import CAVEAT
from explorer.figures.cam_row import cam_row, sides_of
from explorer.figures.cam_scale import scale_of, written
from explorer.figures.colormaps import DIVERGING, VIRIDIS
from explorer.figures.heatmap import Look, colour_bar, to_png
from explorer.figures.sheet import INK_2, INK_3, Mark, Sheet
from explorer.units import percent
from explorer.words import _, sentences

if TYPE_CHECKING:
    from collections.abc import Sequence
    from pathlib import Path

    from explorer.cam.compare import Comparison

_MARGIN, _GAP, _SIDE = 40, 24, 448
_TOP, _BETWEEN, _BELOW = 180, 150, 110


def row_picture(
    comparisons: Sequence[Comparison],
    scale: str = "share",
    look: Look | None = None,
    font: Path | None = None,
) -> bytes:
    """Return image and maps in a row, and under them the differences from the first, as a PNG.

    Args:
        comparisons: As for ``cam_row``.
        scale: A key of ``SCALES``.
        look: How maps are drawn; its size is that of each picture.
        font: As for ``pair_picture``.

    Raises:
        ExplorerError: There is no such scale.
    """
    look = look or Look()
    shown, sides, chosen = cam_row(comparisons, scale, look), sides_of(comparisons), scale_of(scale)
    lefts = [_MARGIN + i * (_SIDE + _GAP) for i in range(1 + len(sides))]
    times, below = look.size / _SIDE, _TOP + _SIDE + _BETWEEN
    size = (lefts[-1] + _SIDE + _MARGIN, below + _SIDE + _BELOW)
    sheet = Sheet((round(size[0] * times), round(size[1] * times)), times, font)
    first = comparisons[0]
    end = sheet.write((_MARGIN, 68), _("Where do they look?"), 34, bold=True)
    asked = _("{method} of the class {target}: same image, class and grid.").format(
        method=_(first.method_title), target=first.target
    )
    sheet.write((end + 20, 68), asked, 21, INK_3)
    sheet.write((_MARGIN, 134), _("Image"), 25, bold=True)
    sheet.paste(Image.fromarray(shown.image), (_MARGIN, _TOP), radius=10)
    for left, side, mark, pixels, end in zip(
        lefts[1:], sides, Mark, shown.maps, shown.ends, strict=False
    ):
        sheet.mark(mark, (left, 118))
        sheet.write((left + 28, 134), side.title, 25, bold=True, width=_SIDE - 28)
        facts = _("{target} {probability}, rank {rank}").format(
            target=first.target, probability=percent(side.probability), rank=side.rank
        )
        sheet.write((left, 163), facts, 20, INK_3, width=_SIDE)
        sheet.paste(Image.fromarray(pixels), (left, _TOP), radius=10)
        sheet.write(
            (left, _TOP + _SIDE + 58), _("0 to {end}").format(end=written(end, chosen)), 18, INK_3
        )
    width = lefts[-1] + _SIDE - lefts[1]
    bar = colour_bar(VIRIDIS, sheet.px(width), sheet.px(16))
    sheet.paste(Image.fromarray(bar), (lefts[1], _TOP + _SIDE + 18), radius=3)
    caption = (lefts[1] + width / 2, _TOP + _SIDE + 58)
    sheet.write(caption, _(chosen.caption), 18, INK_2, anchor="ms")
    for left, name, one, pixels in zip(
        lefts[2:], "BCD", comparisons, shown.differences, strict=False
    ):
        gap = one.disagreement
        words = _("not defined") if gap is None else f"TV {gap.total_variation:.2f}"
        sheet.write((left, below - 16), f"A - {name}, {words}", 22, bold=True, width=_SIDE)
        sheet.paste(Image.fromarray(pixels), (left, below), radius=10)
    bar = colour_bar(DIVERGING[::-1], sheet.px(_SIDE), sheet.px(16))
    sheet.paste(Image.fromarray(bar), (lefts[1], below), radius=3)
    ends = _("A more, to ±{limit}, other more").format(limit=percent(shown.limit))
    sheet.write((lefts[1], below + 44), ends, 18, INK_3)
    read = _("Read at {where}, stride {stride} px.").format(
        where=first.a.layer.address, stride=first.a.layer.stride
    )
    sheet.write((_MARGIN, below + _SIDE + 70), sentences((read, _(CAVEAT))), 18, INK_3)
    return to_png(sheet.pixels())
