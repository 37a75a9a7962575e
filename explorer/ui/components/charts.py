"""Curves and scatters of compared networks; what is hovered lights up everywhere on the page."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Literal, NamedTuple

from streamlit.components.v2 import component

from explorer.ui.components.assets import loader
from explorer.ui.components.panes import COMPARE_STYLE
from explorer.ui.i18n import _

if TYPE_CHECKING:
    from collections.abc import Sequence

HTML = '<div class="rx-runs" data-rx-lights style="min-height:340px"></div>'

_COMPONENT: Any = component("explorer_charts", html=HTML, css=COMPARE_STYLE, js=loader("charts"))

Unit = Literal["percent", "time", "seconds", "plain", "MAC", "B", ""]
Points = "Sequence[tuple[float, float]]"


class AxisOf(NamedTuple):
    """One axis.

    Attributes:
        title: With its unit, where the numbers do not say it.
        unit: How numbers are written: shares as ``percent``, seconds as ``time`` (short) or
            ``seconds`` (long), the others as figures with an SI letter.
        log: Whether the scale is logarithmic.
    """

    title: str
    unit: Unit = ""
    log: bool = False


class Series(NamedTuple):
    """One or several curves of one colour.

    Attributes:
        key: What lights up together has one key.
        slot: Colour and mark, 0..3; None for grey.
        label: At its end.
        said: The same in a sentence, for those who do not see it.
        lines: Points of each curve, with rising x.
        band: ``x``, ``mean``, ``low`` and ``high`` of several curves, or None.
    """

    key: str
    slot: int | None
    label: str
    said: str
    lines: list[list[tuple[float, float]]]
    band: dict[str, Any] | None = None


class Spot(NamedTuple):
    """One point of a scatter.

    Attributes:
        key: As of a series.
        slot: Colour and mark; None for a grey point without a name beside it.
        label: Its name.
        said: Its figures in words.
        x: To the right.
        y: Upwards.
        left, right, low, high: The ends of what is uncertain; None where nothing is.
        hollow: Whether it was not measured here, but printed in a paper.
    """

    key: str
    slot: int | None
    label: str
    said: str
    x: float
    y: float
    left: float | None = None
    right: float | None = None
    low: float | None = None
    high: float | None = None
    hollow: bool = False


class ChartOf(NamedTuple):
    """One chart.

    Attributes:
        id: Among the charts of the page.
        title: What is shown.
        note: How to read it, with the unit.
        alt: Its message for those who do not see it.
        x: To the right.
        y: Upwards.
        content: Curves or points, of one kind.
        limits: ``floor`` and ``ceiling`` that no axis goes beyond.
        empty: Said where there is nothing to draw.
    """

    id: str
    title: str
    note: str
    alt: str
    x: AxisOf
    y: AxisOf
    content: Sequence[Series] | Sequence[Spot]
    limits: dict[str, float]
    empty: str = ""

    def data(self) -> dict[str, Any]:
        """Return the chart as the browser takes it."""
        is_scatter = any(isinstance(one, Spot) for one in self.content)
        items = [one._asdict() for one in self.content]
        kind = (
            {"kind": "scatter", "points": items}
            if is_scatter
            else {
                "kind": "curves",
                "series": items,
            }
        )
        rest = {k: v for k, v in self._asdict().items() if k not in {"content", "x", "y"}}
        return {**rest, **kind, "x": self.x._asdict(), "y": self.y._asdict()}


def charts(shown: Sequence[ChartOf], *, key: str) -> None:
    """Show charts, two in a row where there is room."""
    labels = {"empty": _("Nothing to draw yet.")}
    _COMPONENT(key=key, data={"charts": [one.data() for one in shown], "labels": labels})
