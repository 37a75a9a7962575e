"""Charts of gradients by path length, effective depth and layer responses."""

from __future__ import annotations

from math import comb

import numpy as np
import pytest

from explorer.analysis.effective_depth import ensemble
from explorer.analysis.gradient_study import Moment, Question, Study
from explorer.analysis.layer_responses import Response, response_rows
from explorer.analysis.path_gradient import GradientByLength, PathNorms, SampledNorms
from explorer.figures import gradient_lengths as figures
from explorer.figures.depth_stack import DepthWords, depth_stack
from explorer.figures.gradient_lengths import Line, curves
from explorer.figures.layer_responses import responses
from explorer.figures.theme import COMPARED
from explorer.figures.unit_reach import unit_reach

COUNTS = tuple(comb(4, k) for k in range(5))
NORMS = np.array([[1.0, 3.0, 4.0, 1.5, 0.5]])


def exact(scale=1.0):
    return GradientByLength(COUNTS, scale * NORMS, NORMS / NORMS.sum(), NORMS.sum(1))


def study(sampled=True):
    mean = np.array([1.0, 2.0, 1.0, 0.5, 0.5])
    error = np.full(5, 0.1)
    signs = PathNorms(COUNTS, mean**2, error, 10, 0)
    drawn = SampledNorms(COUNTS, mean, error, 10, 0)
    return Study(exact(), True, signs, drawn if sampled else None)


def traces(chart, mode="lines"):
    return [t for t in chart.figure.data if t.type == "scatter" and "marker" in (t.mode or "")]


def test_sums_and_their_upper_bound():
    chart = figures.sums(study(), ("sum", "bound"), "length", "light")
    found, bound = traces(chart)
    np.testing.assert_allclose(found.y, NORMS[0])
    np.testing.assert_allclose(bound.y, np.array(COUNTS) * [1.0, 2.0, 1.0, 0.5, 0.5])
    assert found.line.color == COMPARED["light"][0]
    assert chart.figure.layout.yaxis.type == "log"
    assert "sum: largest at length 2, 4" in chart.alt
    assert len(traces(figures.sums(study(sampled=False), ("sum", "bound"), "length", "dark"))) == 1


def test_single_paths_have_bands_inside_the_picture():
    chart = figures.single_paths(study(), ("rms", "mean"), "length", "light")
    assert len(traces(chart)) == 2
    bands = [t for t in chart.figure.data if t.fill == "toself"]
    assert len(bands) == 2
    low, high = chart.figure.layout.yaxis.range
    assert low < np.log10(min(bands[1].y)) < np.log10(max(bands[1].y)) < high


def test_what_vanishes_leaves_the_log_axis():
    values = np.array([1.0, 1e-3, 0.0, 1e-30, np.nan])
    chart = curves([Line("a", values, 0)], "length", "light")
    (line,) = traces(chart)
    assert np.isfinite(line.y).tolist() == [True, True, False, False, False]
    low, high = chart.figure.layout.yaxis.range
    assert -6 < low < -3 < 0 < high < 2
    assert curves([Line("a", np.zeros(3), 0)], "length", "light").figure.data == ()


def test_an_interval_without_an_upper_bound():
    interval = (np.array([0.5, 0.0]), np.array([2.0, np.inf]))
    chart = curves([Line("a", np.array([1.0, 1.0]), 0, interval)], "length", "light", level=1.0)
    low, high = chart.figure.layout.yaxis.range
    assert -2 < low < high < 2


def test_coherence_lies_in_its_interval():
    found = study()
    low, high = found.signs.coherence_interval(found.exact)
    values = found.signs.coherence(found.exact)
    assert (low < values).all()
    assert (values < high).all()
    # |C_1| = 3 with 4 paths of norm 2: 3 / sqrt(4 * 4).
    assert values[1] == pytest.approx(3 / 4)


def test_shares_and_what_they_hold():
    chart = figures.shares(exact(), "length", "paths", "light")
    bars, paths = chart.figure.data
    np.testing.assert_allclose(bars.y, [10, 30, 40, 15, 5])
    np.testing.assert_allclose(paths.y, [100 * c / 16 for c in COUNTS])
    assert "largest at length 2, 40.0 %; lengths 0 to 3 hold 95 %" in chart.alt


def test_a_training_is_played_frame_by_frame():
    moments = [Moment(epoch, exact(1 + epoch)) for epoch in (0, 2, 5)]
    chart = figures.over_training(moments, "length", ("Play", "Epoch", "paths"), "dark")
    assert [frame.name for frame in chart.figure.frames] == ["0", "2", "5"]
    steps = chart.figure.layout.sliders[0].steps
    assert [step.args[0][0] for step in steps] == ["0", "2", "5"]
    assert chart.figure.layout.updatemenus[0].buttons[0].label == "▶ Play"
    assert "Epoch 5" in chart.alt


def test_the_stack_shades_what_lies_beyond():
    words = DepthWords("said", "M{j} whole", "M{j} from {first}, fixed to {before}")
    picture = depth_stack(ensemble(5, 3), [f"1.{i}" for i in range(5)], words)
    assert picture.count('class="rx-beyond"') == 2
    assert picture.count('class="rx-row"') == 5
    assert 'title="M3 whole"' in picture
    assert 'title="M5 from 3, fixed to 2"' in picture
    assert 'style="width:40.000%"></i><i class="rx-trained" style="width:60.000%"' in picture
    assert 'aria-label="said"' in picture


def test_units_reach_at_most_to_the_end():
    chart = unit_reach((3, 2, 1), ("a", "b", "c"), "block", "light")
    bars, line = chart.figure.data
    assert list(bars.y) == [3, 2, 1] == list(line.y)


def test_responses_by_place_and_by_size():
    layers = tuple(Response(f"conv{i}", f"bn{i}", std) for i, std in enumerate((0.5, 2.0, 1.0)))
    found = {"one": layers, "two": layers[:2]}
    by_place = responses(found, "layer", "light")
    assert list(by_place.figure.data[0].y) == [0.5, 2.0, 1.0]
    by_size = responses(found, "rank", "light", by_size=True)
    assert list(by_size.figure.data[0].y) == [2.0, 1.0, 0.5]
    assert [trace.line.dash for trace in by_size.figure.data] == ["solid", "longdash"]
    rows = response_rows(found)
    assert [row["rank"] for row in rows] == [3, 1, 2, 2, 1]
    assert rows[1] == {
        "network": "one", "layer": 2, "address": "conv1", "read_at": "bn1", "std": 2.0, "rank": 1,
    }  # fmt: skip


@pytest.mark.parametrize(("macs", "is_double"), [(10**9, True), (3 * 10**9, False)])
def test_large_networks_are_had_in_float32(macs, is_double):
    assert Question().in_double(macs) == is_double


def test_more_of_anything_takes_longer():
    base = Question(1, 10, 10, 10).seconds(54, 10**8)
    for more in (Question(2, 10, 10, 10), Question(1, None, 10, 10), Question(1, 10, 50, 10)):
        assert more.seconds(54, 10**8) > base
