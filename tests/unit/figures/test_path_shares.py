"""Weighted lengths beside the count."""

import numpy as np

from explorer.figures.path_shares import weighted_lengths


def test_bars_count_and_lines_weigh():
    chart = weighted_lengths([0.25, 0.5, 0.25], {"weighted": [0.0, 0.2, 0.8]}, "length")
    bars, line = chart.figure.data
    assert list(bars.y) == [25, 50, 25]
    assert np.isnan(line.y[0])
    assert list(line.y[1:]) == [20, 80]
    assert chart.alt == "The commonest length is 1 by count; weighted at 2."
    assert chart.figure.layout.annotations[0].text == "weighted"


def test_lengths_that_hardly_occur_take_no_room():
    counted = [1e-9, 0.5, 0.5 - 2e-9, 1e-9]
    chart = weighted_lengths(counted, {"a": [0, 1], "b": [0, 0, 1]}, "length")
    assert tuple(chart.figure.layout.xaxis.range) == (0.4, 2.6)
    assert [trace.line.dash for trace in chart.figure.data[1:]] == ["solid", "dash"]
