"""The receptive-field chart says what the distribution says."""

import numpy as np
import pytest

from explorer import preset
from explorer.analysis.receptive_paths import receptive_paths
from explorer.figures import charts
from explorer.spec.edit import change_blocks


@pytest.mark.parametrize("name", ["resnet18", "resnet110", "plain20", "resnet1202", "densenet121"])
def test_bars_hold_every_path_once(name):
    found = receptive_paths(preset(name))
    chart = charts.receptive_paths(found, 32, "px")
    (bars,) = chart.figure.data
    assert sum(bars.y) == pytest.approx(100)
    assert 1 <= len(bars.x) <= charts.MAX_RECEPTIVE_BARS
    share = found.counts[found.largest] / found.num_paths
    assert bars.y[-1] >= 100 * share * (1 - 1e-9)
    assert f"up to {found.largest} px" in chart.alt


def test_few_sizes_are_drawn_where_they_are():
    found = receptive_paths(preset("resnet18"))
    (bars,) = charts.receptive_paths(found, 224, "px").figure.data
    drawn = {round(x): y for x, y in zip(bars.x, bars.y, strict=True) if y}
    assert list(drawn) == list(found.counts)


def test_a_twin_is_a_line_over_the_same_ranges():
    spec = preset("res2net50_26w_4s")
    ours, twin = receptive_paths(spec), receptive_paths(change_blocks(spec, None, scale=1))
    figure = charts.receptive_paths(ours, 224, "px", ("scale 1", twin)).figure
    bars, line = figure.data
    assert np.array_equal(bars.x, line.x)
    assert sum(line.y) == pytest.approx(100)
    assert np.argmax(line.y) < np.argmax(bars.y)
    assert [a.text for a in figure.layout.annotations] == ["scale 1"]
    assert len(figure.layout.shapes) == 1


def test_no_line_where_no_path_sees_beyond_the_image():
    found = receptive_paths(preset("resnet18"))
    assert not charts.receptive_paths(found, 1000, "px").figure.layout.shapes
