"""Recorded curves that play again in the browser, epoch by epoch."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, NamedTuple

from streamlit.components import v2 as components

from explorer.ui.components.assets import loader
from explorer.ui.components.live import CSS
from explorer.ui.i18n import _

if TYPE_CHECKING:
    from collections.abc import Sequence

_CSS = (
    CSS
    + """
.replay { display: flex; align-items: center; gap: 10px; margin: 0 0 10px; }
.replay input { flex: 1; min-width: 60px; accent-color: var(--st-primary-color); }
.replay input:focus-visible { outline: 2px solid var(--st-primary-color); outline-offset: 2px; }
.replay .state { min-width: 92px; text-align: right; white-space: nowrap; }
.keys { list-style: none; display: flex; flex-wrap: wrap; gap: 2px 18px; margin: 0 0 8px;
  padding: 0; }
.keys li { display: flex; align-items: center; gap: 6px; }
.line.faint { stroke-width: 0.8; opacity: 0.7; }
"""
)
_component = components.component(
    "replay", html='<div class="rx-root"></div>\n', css=_CSS, js=loader("replay")
)


class Curve(NamedTuple):
    """One line.

    Attributes:
        title: Of the network.
        style: 0 to 3: colour, mark and dashes.
        points: Values by metric, with ``epoch``, one for each epoch.
        faint: Whether it is one of several seeds, drawn thin.
    """

    title: str
    style: int
    points: Sequence[dict[str, float]]
    faint: bool = False


class Plot(NamedTuple):
    """One chart.

    Attributes:
        metric: A name in the points.
        title: Above it.
        note: How to read it.
        percent: Whether values are shares.
    """

    metric: str
    title: str
    note: str
    percent: bool


def replay(curves: Sequence[Curve], plots: Sequence[Plot], *, key: str) -> None:
    """Show curves that play from the beginning when they first appear.

    Args:
        curves: The lines, at most four that are not faint.
        plots: The charts.
        key: Of the component, and of what is played: another one begins again.
    """
    data: dict[str, Any] = {
        "key": key,
        "runs": [
            {
                "title": curve.title,
                "style": curve.style,
                "faint": curve.faint,
                "points": [{"step": i, "data": point} for i, point in enumerate(curve.points)],
            }
            for curve in curves
        ],
        "charts": [
            {
                "metric": plot.metric,
                "title": plot.title,
                "note": plot.note,
                "x": _("epoch"),
                "limits": {"floor": 0} | ({"ceiling": 1} if plot.percent else {}),
                "percent": plot.percent,
                "dots": True,
            }
            for plot in plots
        ],
        "labels": labels(),
    }
    _component(key=key, data=data)


def labels() -> dict[str, str]:
    """Return the words of the component."""
    return {
        "play": _("Play"),
        "pause": _("Pause"),
        "epoch": _("epoch"),
        "of": _("of"),
        "empty": "",
    }
