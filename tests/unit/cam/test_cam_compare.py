"""The numbers of a comparison, on maps small enough to do by hand."""

from __future__ import annotations

import numpy as np
import pytest

from explorer.cam.compare import Answer, Comparison, Side, disagreement
from explorer.cam.layers import Layer


def side(rows, stride=8) -> Side:
    heat = np.array(rows, dtype=np.float32)
    layer = Layer("layer1", "layer1.0.relu2", *heat.shape, stride, 3)
    return Side("run", layer, heat, 1.0, 0.5, 1, (Answer("a", 0.5),))


def comparison(a: Side, b: Side) -> Comparison:
    image = np.zeros((16, 16, 3), dtype=np.uint8)
    return Comparison(image, "a", None, "gradcam", "Grad-CAM", a, b, disagreement(a, b))


def test_shares_leave_out_what_speaks_against_and_sum_to_one():
    share = side([[3, -5], [1, 0]]).share
    np.testing.assert_allclose(share, [[0.75, 0], [0.25, 0]])
    noise = side(np.random.default_rng(0).normal(size=(7, 7)))
    assert noise.share.sum() == pytest.approx(1, abs=1e-12)


def test_shares_do_not_depend_on_the_scale_of_the_logits():
    heat = np.random.default_rng(1).normal(size=(7, 7))
    np.testing.assert_allclose(side(heat).share, side(heat * 1000).share, rtol=1e-5)


@pytest.mark.parametrize("rows", [[[-1, -2], [0, -3]], [[0, 0], [0, 0]]])
def test_a_map_with_nothing_for_the_class_is_dead_not_rescaled(rows):
    dead, alive = side(rows), side([[1, 0], [0, 0]])
    assert dead.is_dead
    assert not dead.share.any()
    assert dead.half_area is None
    assert disagreement(dead, alive) is None
    assert disagreement(alive, dead) is None
    assert comparison(dead, alive).as_dict()["a"]["is_dead"] is True


def test_half_of_the_heat():
    assert side([[4, 3], [2, 1]]).half_area == 0.5
    assert side([[9, 1], [1, 1]]).half_area == 0.25
    assert side(np.ones((2, 2))).half_area == 0.5


def test_equal_maps_agree_and_disjoint_maps_do_not():
    a = side([[4, 3], [2, 1]])
    same = disagreement(a, a)
    assert same == (same.__class__)(0.0, pytest.approx(1.0), 1.0, 0.0)
    apart = disagreement(side([[1, 0], [0, 0]]), side([[0, 0], [0, 1]]))
    assert apart.total_variation == 1
    assert apart.top_iou == 0
    assert apart.centre_distance == pytest.approx(8 * 2**0.5)
    assert apart.spearman == pytest.approx(-1 / 3)


def test_the_difference_is_antisymmetric_and_the_numbers_symmetric():
    rng = np.random.default_rng(2)
    a, b = side(rng.normal(size=(5, 5))), side(rng.normal(size=(5, 5)))
    there, back = comparison(a, b), comparison(b, a)
    np.testing.assert_array_equal(there.difference, -back.difference)
    assert there.disagreement == back.disagreement
    assert abs(there.difference.sum()) < 1e-12
    half = np.abs(there.difference).sum() / 2
    assert there.disagreement.total_variation == pytest.approx(half)


def test_a_constant_map_has_no_ranks():
    assert disagreement(side(np.ones((2, 2))), side([[4, 3], [2, 1]])).spearman is None


def test_the_hottest_fifth_never_counts_cold_cells():
    lonely = np.zeros((5, 5))
    lonely[0, 0] = 1
    corner = np.zeros((5, 5))
    corner[0, :2] = 1
    assert disagreement(side(lonely), side(corner)).top_iou == 0.5
