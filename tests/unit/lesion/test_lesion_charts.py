"""Charts of lesions say what was measured."""

from __future__ import annotations

import numpy as np
import pytest

from explorer.figures import lesions
from explorer.lesion.outcome import Outcome, Repeats
from explorer.lesion.study import Curve, Point

WORDS = ("whole network", "chance")


def curve(accuracies, num=1, taus=None) -> Curve:
    points = tuple(
        Point(at=i // num, accuracy=a, units=(f"layer1.{i}",), tau=taus[i] if taus else None)
        for i, a in enumerate(accuracies)
    )
    return Curve(baseline=0.9, num_images=100, num_classes=10, points=points)


def test_a_sweep_shows_run_control_stages_and_what_changes_the_shape() -> None:
    units = [lesions.Unit("1.0", True, False), lesions.Unit("2.0", True, True)]
    chart = lesions.sweep(units, [("R", curve([0.8, 0.4])), ("P", curve([0.1, 0.1]))], "x", WORDS)
    bars, control = chart.figure.data
    assert list(bars.y) == pytest.approx([80, 40])
    assert list(bars.marker.pattern.shape) == ["", "/"]
    assert list(control.y) == pytest.approx([10, 10])
    levels = [shape.y0 for shape in chart.figure.layout.shapes if shape.y0 == shape.y1]
    assert levels == pytest.approx([90, 10])
    borders = [shape.x0 for shape in chart.figure.layout.shapes if shape.x0 == shape.x1]
    assert borders == [0.5]
    assert "least 40.0 % without layer1.1" in chart.alt


def test_random_deletions_have_the_interval_of_the_mean() -> None:
    values = [0.5, 0.7, 0.6, 0.8]
    mean, low, high = lesions.interval(values)
    errors = Repeats(tuple(1 - v for v in values))
    assert mean == pytest.approx(np.mean(values))
    assert (1 - high, 1 - low) == pytest.approx(errors.interval)
    chart = lesions.at_random([("R", curve(values, 2))], "x", WORDS)
    line = chart.figure.data[0]
    assert list(line.y) == pytest.approx([90, 60, 70])
    assert len(line.error_y.array) == 3


def test_orders_stand_at_their_tau_beside_the_old_one() -> None:
    chart = lesions.reordered([("R", curve([0.5, 0.2], taus=[0.9, 0.1]))], "x", WORDS)
    dots = chart.figure.data[0]
    assert list(dots.x) == [1.0, 0.9, 0.1]
    assert list(dots.y) == pytest.approx([90, 50, 20])


def test_classes_and_answers() -> None:
    whole, left = (Outcome(np.array(c)) for c in ([[5, 0], [0, 5]], [[5, 0], [4, 1]]))
    chart = lesions.by_class(("cat", "dog"), whole, left, "class")
    assert "dog changes most: -80.0 points" in chart.alt
    matrix = lesions.confusion(("cat", "dog"), left, "answer", "true class")
    assert np.array_equal(matrix.figure.data[0].z, left.confusion)
    assert "6 of 10 images are right" in matrix.alt
    assert "cat, given 9 times" in matrix.alt


def test_levels_name_every_bar() -> None:
    rows = [lesions.Level("R", 0.9, is_whole=True), lesions.Level("P", 0.1, is_twin=True)]
    chart = lesions.levels(rows, 0.1, "chance")
    assert list(chart.figure.data[0].text) == ["90.0 %", "10.0 %"]
    assert chart.alt == "Accuracy. R: 90.0 %; P: 10.0 %. Chance is 10.0 %."
