"""Printed charts: what is drawn, and where."""

from __future__ import annotations

import pytest

from explorer.figures import print_charts
from explorer.figures.print_axes import Frame, extent, ticks
from explorer.figures.print_charts import Line, Point

FRAME = Frame(width=400, height=200, right=100, form="share")


@pytest.mark.parametrize(
    ("low", "high", "expected"),
    [
        (0, 1, [0, 0.25, 0.5, 0.75, 1]),
        (0.1, 0.9, [0.2, 0.4, 0.6, 0.8]),
        (0, 0.013, [0, 0.005, 0.01]),
        (3, 3, [3]),
        (-1, 1, [-1, -0.5, 0, 0.5, 1]),
    ],
)
def test_ticks_are_round(low: float, high: float, expected: list[float]) -> None:
    assert ticks(low, high) == expected


def test_the_extent_has_room_and_begins_at_zero_if_asked() -> None:
    assert extent([1, 2, float("nan")], pad=0.1) == pytest.approx((0.9, 2.1))
    assert extent([1, 2], zero=True, pad=0) == (0, 2)
    assert extent([]) == pytest.approx((-0.06, 1.06))


def texts(svg: object) -> list[str]:
    return [node.text for node in svg.iter("text")]  # type: ignore[attr-defined]


def test_lines_end_with_their_names_none_over_another() -> None:
    lines = [
        Line("first", (1, 2), (0.5, 0.2), 0),
        Line("second", (1, 2), (0.6, 0.2), 1),
        Line("faint", (1, 2), (0.7, 0.3), 0, faint=True),
    ]
    svg = print_charts.lines(lines, FRAME, "a message")
    assert svg.get("aria-label") == "a message"
    assert {"first", "second"} <= set(texts(svg))
    assert "faint" not in texts(svg)
    ends = [float(n.get("y")) for n in svg.iter("text") if n.text in {"first", "second"}]
    assert abs(ends[0] - ends[1]) >= 14
    assert "40 %" in texts(svg)


def test_a_gap_in_a_line_is_left_out() -> None:
    assert Line("a", (1, 2, 3), (0.1, None, 0.3)).points == [(1, 0.1), (3, 0.3)]


def test_bars_begin_at_zero() -> None:
    points = [Point("a", 0, 0.5), Point("b", 0, 1.0, 1)]
    svg = print_charts.bars(points, FRAME, "", ["50 %", "100 %"])
    low, high = (float(n.get("height")) for n in svg.iter("rect"))
    assert high == pytest.approx(2 * low, abs=0.2)
    bottoms = {round(float(n.get("y")) + float(n.get("height"))) for n in svg.iter("rect")}
    assert len(bottoms) == 1


def test_large_figures_have_letters() -> None:
    points = [Point("a", 1e9, 0.5), Point("b", 4e9, 1.0, 1)]
    assert "2.000 G" in texts(print_charts.scatter(points, FRAME, ""))


def test_equal_results_stand_side_by_side() -> None:
    svg = print_charts.strips([("a", [0.5, 0.5, 0.5])], FRAME, "")
    places = {node.get("cx") for node in svg.iter("circle")}
    assert len(places) == 3
