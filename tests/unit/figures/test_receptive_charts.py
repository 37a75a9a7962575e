"""What the charts of receptive fields draw."""

import numpy as np
import pytest

from explorer import preset
from explorer.analysis.effective_field import EffectiveField
from explorer.analysis.receptive_paths import receptive_paths_in_block
from explorer.figures.receptive_charts import (
    effective_map,
    reach_of,
    shares_by_side,
    ways_in_block,
)
from explorer.graph import lower


def block_of(name):
    graph = lower(preset(name))
    return receptive_paths_in_block(graph, graph.blocks[1])


def test_ways_of_two_blocks_stand_side_by_side():
    chart = ways_in_block(block_of("res2net50_26w_4s"), "x", ("ResNet", block_of("resnet50")))
    own, other = chart.figure.data
    assert list(own.x) == ["1 × 1", "3 × 3", "5 × 5", "7 × 7"]
    assert list(own.y) == [2, 3, 2, 1]
    assert list(other.y) == [1, 1, 0, 0]
    assert "8 ways" in chart.alt
    assert "1 see 7 × 7" in chart.alt


@pytest.mark.parametrize(
    ("first", "last", "reach", "squares"),
    [(3, 5, 1.15 * 1.5, 2), (0, 8, 4.5, 2), (-1, 9, 1.03 * 5.5, 2), (-20, 28, 4.5, 1)],
)
def test_the_theoretical_field_is_a_square_on_the_same_axis(first, last, reach, squares):
    values = np.zeros((9, 9))
    values[4, 4], values[4, 5] = 0.75, 0.25
    field = EffectiveField(values, first, last, 1, 1)
    assert reach_of(field) == pytest.approx(reach)
    chart = effective_map(field, "x", ("all", "some"), 7.0)
    (heat,) = chart.figure.data
    assert heat.z.max() == 1
    assert heat.z[4, 5] == pytest.approx(1 / 3)
    assert list(heat.x) == list(range(-4, 5))
    sides = [2 * shape.x1 for shape in chart.figure.layout.shapes]
    assert sides == pytest.approx([last - first + 1, 2**0.5][-squares:])
    assert chart.figure.layout.xaxis.range == (-7, 7)
    assert chart.figure.layout.yaxis.range == (7, -7)
    assert f"{last - first + 1} px" in chart.alt


def test_an_empty_field_is_drawn_dark():
    chart = effective_map(EffectiveField(np.zeros((5, 5)), 0, 4, 1, 1), "x", ("all", "some"), 3.0)
    assert not chart.figure.data[0].z.any()


def test_shares_by_side():
    narrow, wide = [0, 0.6, 0.9, 1, 1, 1, 1], [0, 0.1, 0.3, 0.6, 0.9, 1, 1]
    chart = shares_by_side({"a": narrow, "b": wide}, "x")
    assert [line.line.dash for line in chart.figure.data] == ["solid", "longdash"]
    assert list(chart.figure.data[0].y) == [100 * share for share in narrow]
    assert chart.figure.layout.xaxis.range == (0, 5)
    assert "a: 1 px, b: 3 px" in chart.alt
