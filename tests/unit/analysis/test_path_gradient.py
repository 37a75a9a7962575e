"""Ranges, shares and depths from made-up norms."""

from __future__ import annotations

import math

import numpy as np
import pytest

from explorer.analysis.effective_depth import effective_depth, effective_depths, ensemble
from explorer.analysis.path_gradient import (
    GradientByLength,
    PathNorms,
    SampledNorms,
    mean_over_paths,
    standard_error,
    table,
)
from explorer.errors import ExplorerError


def exact_of(norms, counts=None):
    rows = np.atleast_2d(np.array(norms, dtype=float))
    shares = rows / rows.sum(1, keepdims=True).clip(min=1e-300)
    counts = counts or tuple(math.comb(rows.shape[1] - 1, k) for k in range(rows.shape[1]))
    return GradientByLength(counts, rows, shares, rows.sum(1))


@pytest.mark.parametrize(
    ("norms", "share", "expected"),
    [
        ([0, 1, 5, 3, 1, 0], 0.9, (1, 3)),
        ([0, 1, 5, 3, 1, 0], 0.8, (2, 3)),
        ([0, 1, 5, 3, 1, 0], 1.0, (1, 4)),
        ([0, 1, 5, 3, 1, 0], 0.5, (2, 2)),
        ([1, 1, 1, 1], 1.0, (0, 3)),
        ([0, 0, 7], 0.95, (2, 2)),
        ([0, 0, 0], 0.95, (0, 0)),
    ],
)
def test_the_effective_range_is_the_shortest(norms, share, expected):
    assert exact_of(norms).effective_range(share) == expected


def test_shares():
    exact = exact_of([[1, 3], [3, 1]])
    assert exact.norm.tolist() == [2, 2]
    assert exact.norm_share.tolist() == [0.5, 0.5]
    assert exact.share.sum() == 1
    assert exact.is_complete
    assert not exact_of([1, 2], counts=(1, 2, 1)).is_complete


def test_numbers_of_paths_beyond_a_float():
    huge = 2**5000
    assert mean_over_paths([1.0, 8.0, 1.0], [huge, 4, 0])[:2].tolist() == [0.0, 2.0]
    assert math.isnan(mean_over_paths([1.0], [0])[0])
    sampled = SampledNorms((1, huge), np.array([1.0, 1e-3]), np.zeros(2), 5, 0)
    assert sampled.product.tolist() == [1.0, math.inf]
    tiny = SampledNorms((1, 2**1500), np.array([1.0, 1e-200]), np.zeros(2), 5, 0)
    assert tiny.product[1] == pytest.approx(math.exp(1500 * math.log(2) - 200 * math.log(10)))


def test_equal_and_orthogonal_paths():
    counts = (1, 4, 6)
    estimate = PathNorms(counts, np.ones(3), np.zeros(3), 9, 0)
    # Equal paths add up to count * norm, orthogonal ones to its root.
    exact = exact_of([1, 4, math.sqrt(6)], counts)
    assert estimate.coherence(exact).tolist() == pytest.approx([1, 2, 1])
    alignment = estimate.alignment(exact)
    assert math.isnan(alignment[0])
    assert alignment[1:].tolist() == pytest.approx([1, 0], abs=1e-12)
    rows = table(exact, estimate, SampledNorms(counts, np.ones(3), np.zeros(3), 5, 0))
    assert [row["count"] for row in rows] == ["1", "4", "6"]
    assert rows[0]["alignment"] is None
    assert rows[1]["count_times_mean"] == 4
    assert rows[1]["exact_norm"] == 4
    assert set(table(exact)[0]) == {"length", "count", "exact_norm", "share", "norm_share"}


def test_the_error_of_a_mean():
    assert standard_error(np.array([[1.0], [3.0]])).tolist() == [1.0]
    assert np.isnan(standard_error(np.ones((1, 2)))).all()


def test_the_ensemble_grows_linearly():
    members = ensemble(5, 3)
    assert [m.unit for m in members] == [1, 2, 3, 4, 5]
    assert [m.depth for m in members] == [1, 2, 3, 3, 3]
    assert [m.first for m in members] == [1, 1, 1, 2, 3]
    assert [m.end_to_end for m in members] == [True, True, True, False, False]
    # Two units, as in the paper: at l = 1 the second is trained over a fixed first one.
    assert ensemble(2, 1)[1] == (2, 2, 1, False)
    assert all(m.end_to_end for m in ensemble(4, 9))
    assert ensemble(0, 1) == ()
    with pytest.raises(ExplorerError, match="trains nothing"):
        ensemble(3, 0)


def test_the_effective_depth_holds_the_share():
    norms = np.array([4.0, 3.0, 2.0, 1.0])
    assert [effective_depth(norms, s) for s in (0.4, 0.7, 0.71, 0.9, 0.95, 1)] == [1, 2, 3, 3, 4, 4]
    assert effective_depth(np.zeros(3)) == 0
    assert effective_depths(np.array([[1.0, 1.0], [1.0, 0.0]])) == (2, 1)
