"""A comparison of two maps as one PNG that says by itself what it shows."""

from __future__ import annotations

from typing import TYPE_CHECKING

from PIL import Image

from explorer.figures.cam_panels import Panels, panels
from explorer.figures.cam_scale import Scale, scale_of, written
from explorer.figures.colormaps import DIVERGING, NETWORK_A, NETWORK_B, VIRIDIS
from explorer.figures.heatmap import Look, colour_bar, to_png
from explorer.figures.sheet import INK, INK_2, INK_3, Mark, Sheet
from explorer.units import percent
from explorer.words import _, mark, sentences

if TYPE_CHECKING:
    from pathlib import Path

    from explorer.cam.compare import Comparison, Side

_MARGIN, _GAP, _SIDE = 40, 24, 448
_WIDTH = 2 * _MARGIN + 4 * _SIDE + 3 * _GAP
_TOP, _BELOW = 180, 248
_HEIGHT = _TOP + _SIDE + _BELOW
_LEFTS = tuple(_MARGIN + i * (_SIDE + _GAP) for i in range(4))
CAVEAT = mark(
    "A map shows where the features are active that raise the score of one class, not why."
)


def pair_picture(
    comparison: Comparison,
    scale: str = "share",
    look: Look | None = None,
    font: Path | None = None,
) -> bytes:
    """Return the side-by-side picture as a PNG of ``picture_size`` pixels.

    Image, A, B and difference in a row; one colour bar under both maps, or one under each where
    each has its own scale; then the numbers, and where and how the maps were read.

    Args:
        comparison: What to draw.
        scale: A key of ``SCALES``.
        look: How maps are drawn; its size is that of each of the four pictures.
        font: For signs beyond Latin ones; None draws them as ``?``.

    Raises:
        ExplorerError: There is no such scale.
    """
    look = look or Look()
    chosen, shown = scale_of(scale), panels(comparison, scale, look)
    sheet = Sheet(picture_size(look), look.size / _SIDE, font)
    _head(sheet, comparison, chosen)
    for left, picture in zip(_LEFTS, shown[:4], strict=True):
        sheet.paste(Image.fromarray(picture), (left, _TOP), radius=10)
    _bars(sheet, comparison, chosen, shown)
    _numbers(sheet, comparison)
    _foot(sheet, comparison)
    return to_png(sheet.pixels())


def picture_size(look: Look) -> tuple[int, int]:
    """Return width and height of the whole picture [px]."""
    return round(_WIDTH * look.size / _SIDE), round(_HEIGHT * look.size / _SIDE)


def _head(sheet: Sheet, comparison: Comparison, scale: Scale) -> None:
    """Write what is compared, and a title with the facts over each picture."""
    heading = sheet.write((_MARGIN, 68), _("Where do they look?"), 34, bold=True)
    words = (
        _("{method} of the class {target}: same image, class and grid, one scale for both.")
        if scale.shared
        else _("{method} of the class {target}: same image, class and grid, each on its own scale.")
    )
    asked = words.format(method=_(comparison.method_title), target=comparison.target)
    sheet.write((heading + 20, 68), asked, 21, INK_3)
    size = comparison.image.shape[0]
    truth = _("{size} px, the same for both").format(size=size)
    if comparison.label:
        truth = _("truth: {label}").format(label=comparison.label)
    _title(sheet, 0, _("Image"), truth)
    for i, side, sign in ((1, comparison.a, Mark.A), (2, comparison.b, Mark.B)):
        is_right = comparison.label in {None, side.top[0].class_name}
        words = (
            _("{target} {probability}, rank {rank}")
            if is_right
            else _("{target} {probability}, rank {rank}, its answer is wrong")
        )
        facts = words.format(
            target=comparison.target, probability=percent(side.probability), rank=side.rank
        )
        _title(sheet, i, side.title, facts, sign)
    _title(sheet, 3, _("Difference"), _("share of the heat, A − B"))


def _title(sheet: Sheet, column: int, title: str, facts: str, sign: Mark | None = None) -> None:
    left, width = _LEFTS[column], _SIDE
    if sign is not None:
        sheet.mark(sign, (left, 118))
        left, width = left + 28, width - 28
    sheet.write((left, 134), title, 25, bold=True, width=width)
    sheet.write((_LEFTS[column], 163), facts, 20, INK_3, width=_SIDE)


def _bars(sheet: Sheet, comparison: Comparison, scale: Scale, shown: Panels) -> None:
    """Draw one bar under both maps, or one under each, and the difference's own."""
    height, width = comparison.a.heat.shape
    caption = _("{caption}, {height} × {width} cells").format(
        caption=_(scale.caption), height=height, width=width
    )
    if scale.shared:
        _bar(sheet, _LEFTS[1], 2 * _SIDE + _GAP, caption, written(shown.end_a, scale))
    else:
        for left, end in ((_LEFTS[1], shown.end_a), (_LEFTS[2], shown.end_b)):
            _bar(sheet, left, _SIDE, _("to its own maximum"), written(end, scale))
    for left, side in ((_LEFTS[1], comparison.a), (_LEFTS[2], comparison.b)):
        if side.is_dead:
            sheet.write((left + 16, _TOP + 32), _("nothing speaks for this class"), 19, bold=True)
    left, right, line = _LEFTS[3], _LEFTS[3] + _SIDE, _TOP + _SIDE + 58
    _scale_of_colours(sheet, left, _SIDE, diverging=True)
    limit = f"±{percent(shown.limit)}" if comparison.disagreement else _("not defined")
    sheet.write((left, line), _("A more"), 18, NETWORK_A, bold=True)
    sheet.write(((left + right) / 2, line), limit, 18, INK_3, anchor="ms")
    sheet.write((right, line), _("B more"), 18, NETWORK_B, anchor="rs", bold=True)


def _bar(sheet: Sheet, left: float, width: int, caption: str, end: str) -> None:
    line = _TOP + _SIDE + 58
    _scale_of_colours(sheet, left, width, diverging=False)
    sheet.write((left, line), "0", 18, INK_3)
    sheet.write((left + width / 2, line), caption, 18, INK_2, anchor="ms")
    sheet.write((left + width, line), end, 18, INK_3, anchor="rs")


def _scale_of_colours(sheet: Sheet, left: float, width: int, *, diverging: bool) -> None:
    # The difference's scale begins with A, as its sides are named.
    table = DIVERGING[::-1] if diverging else VIRIDIS
    picture = Image.fromarray(colour_bar(table, sheet.px(width), sheet.px(16)))
    sheet.paste(picture, (left, _TOP + _SIDE + 18), radius=3)


def _numbers(sheet: Sheet, comparison: Comparison) -> None:
    """Write the numbers in one row."""
    top = _TOP + _SIDE + 86
    sheet.rule((_MARGIN, top), _WIDTH - 2 * _MARGIN)
    gap = comparison.disagreement
    title = _("Disagreement (TV, 0 to 1)")
    rows: list[tuple[str, str]] = [(title, _("not defined: a map is empty"))]
    if gap is not None:
        rows = [
            (title, f"{gap.total_variation:.2f}"),
            (_("Rank correlation"), "-" if gap.spearman is None else f"{gap.spearman:.2f}"),
            (_("Hottest fifth in common"), percent(gap.top_iou, 0)),
            (_("Centres apart"), f"{gap.centre_distance:.1f} px"),
            (_("Half of the heat fills"), f"A {_area(comparison.a)}   B {_area(comparison.b)}"),
        ]
    for i, (label, value) in enumerate(rows):
        left = _MARGIN + i * (_WIDTH - 2 * _MARGIN) / 5
        sheet.write((left, top + 36), label, 19, INK_3)
        sheet.write((left, top + 70), value, 27, INK, bold=True)


def _area(side: Side) -> str:
    return "-" if side.half_area is None else percent(side.half_area)


def _foot(sheet: Sheet, comparison: Comparison) -> None:
    """Write which tensors were read, and the limit of what they say."""
    a, b = comparison.a.layer, comparison.b.layer
    where = a.address if a.address == b.address else f"A {a.address}, B {b.address}"
    line = _HEIGHT - 34
    sheet.rule((_MARGIN, line - 34), _WIDTH - 2 * _MARGIN)
    read = _("Read at {where}, stride {stride} px.").format(where=where, stride=a.stride)
    sheet.write((_MARGIN, line), sentences((read, _(CAVEAT))), 18, INK_3)
    sheet.write((_WIDTH - _MARGIN, line), "Residual Explorer", 18, INK_3, anchor="rs")
