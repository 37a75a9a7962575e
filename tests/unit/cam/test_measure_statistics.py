"""Intervals hold what they promise; seeds, not images, decide between architectures."""

from __future__ import annotations

import numpy as np
import pytest

from explorer.cam.compare import Side, disagreement
from explorer.cam.layers import Layer
from explorer.cam.measure.agreement import (
    Verdict,
    gaps,
    noise_floor,
    rank_correlation,
    shares,
)
from explorer.cam.measure.statistics import Resamples, holm, mean, paired_bootstrap


def rng(seed=0):
    return np.random.default_rng(seed)


def test_every_resample_holds_as_many_images_and_seeds_as_there_are():
    draws = Resamples(2, 3, 40, count=1200)
    for counts, size in ((draws.images, 40), (draws.a, 2), (draws.b, 3)):
        assert counts.shape == (1200, size)
        assert (counts.sum(1) == size).all()
        assert counts.mean(0) == pytest.approx(np.ones(size), abs=0.15)


def test_holm_by_hand():
    assert holm([0.01, 0.04, 0.03]) == pytest.approx((0.03, 0.06, 0.06))
    assert holm([0.5, 0.9]) == pytest.approx((1.0, 1.0))
    assert holm([]) == ()


def test_equal_values_differ_by_nothing():
    values = rng().normal(size=(3, 50))
    found = paired_bootstrap(values, values, Resamples(3, 3, 50, count=500))
    assert found.difference.value == 0
    assert found.difference.low <= 0 <= found.difference.high
    alone = paired_bootstrap(values[:1], values[:1], Resamples(1, 1, 50, count=500))
    assert alone.difference == (0, 0, 0)
    assert alone.p == 1


def test_with_one_seed_it_is_the_paired_bootstrap_of_the_images():
    a, b = rng(1).normal(size=(1, 200)), rng(2).normal(size=(1, 200))
    draws = Resamples(1, 1, 200, count=4000)
    found = paired_bootstrap(a, b, draws)
    single = (b - a)[0]
    means = np.array([rng(i).choice(single, 200).mean() for i in range(2000)])
    assert found.difference.value == pytest.approx(single.mean())
    assert found.difference.low == pytest.approx(np.quantile(means, 0.025), abs=0.02)
    assert found.difference.high == pytest.approx(np.quantile(means, 0.975), abs=0.02)


def test_seeds_that_differ_widen_the_interval():
    images = rng(3).normal(size=60)
    steady = np.repeat(images[None], 3, 0)
    shaky = steady + np.array([[-1.0], [0.0], [1.0]])
    draws = Resamples(3, 3, 60, count=1000)
    narrow = paired_bootstrap(steady, steady, draws).difference
    wide = paired_bootstrap(shaky, shaky, draws).difference
    assert wide.high - wide.low > 2 > narrow.high - narrow.low


@pytest.mark.parametrize("seeds", [2, 3, 5])
def test_no_difference_is_found_as_rarely_as_promised(seeds):
    """Architectures alike, seeds that differ more than images: at most 5 % are called different."""
    random, wrong, trials = rng(seeds), 0, 200
    draws = Resamples(seeds, seeds, 40, count=600)
    for _ in range(trials):
        a, b = (
            random.normal(size=(seeds, 1)) + 0.2 * random.normal(size=(seeds, 40)) for _ in range(2)
        )
        difference = paired_bootstrap(a, b, draws).difference
        wrong += not difference.low <= 0 <= difference.high
    assert wrong / trials <= 0.085, "5 % and two standard errors"


def test_a_real_difference_is_found():
    random = rng(4)
    a = random.normal(scale=0.1, size=(3, 1)) + random.normal(size=(3, 100))
    b = 1.5 + random.normal(scale=0.1, size=(3, 1)) + random.normal(size=(3, 100))
    found = paired_bootstrap(a, b, Resamples(3, 3, 100, count=2000))
    assert found.difference.low > 0
    assert found.p < 0.01


def test_what_is_not_defined_is_left_out():
    values = rng(5).normal(size=(2, 30))
    values[0, 3] = np.nan
    found = paired_bootstrap(values, values, Resamples(2, 2, 30, count=200))
    assert found.a.value == pytest.approx(np.nanmean(values))
    assert np.isfinite(found.a).all()
    assert np.isnan(mean(np.full(3, np.nan)))


def side_of(heat):
    layer = Layer("layer4", "layer4.1.relu2", *heat.shape, 4, None)
    return Side("x", layer, heat.astype(np.float32), 0.0, 0.0, 1, ())


def test_distances_are_those_of_a_single_comparison():
    a, b = (rng(seed).normal(size=(12, 8, 8)).astype(np.float32) for seed in (6, 7))
    found = gaps(shares(a), shares(b), 4)
    for n in range(12):
        wanted = disagreement(side_of(a[n]), side_of(b[n]))
        assert found.total_variation[n] == pytest.approx(wanted.total_variation)
        assert 1 - found.rank[n] == pytest.approx(wanted.spearman)
        assert 1 - found.iou[n] == pytest.approx(wanted.top_iou)
        assert found.centre[n] == pytest.approx(wanted.centre_distance)


def test_a_map_is_no_distance_from_itself_and_a_dead_one_none():
    maps = np.abs(rng(8).normal(size=(3, 4, 4)))
    maps[2] = 0
    found = gaps(shares(maps), shares(maps), 4)
    for values in (found.total_variation, found.rank, found.iou, found.centre):
        assert np.nanmax(np.abs(values[:2])) < 1e-12
        assert np.isnan(values[2])


def test_disjoint_maps_are_as_far_apart_as_can_be():
    left, right = np.zeros((1, 5, 5)), np.zeros((1, 5, 5))
    left[0, 2, 0] = right[0, 2, 4] = 3
    found = gaps(shares(left), shares(right), 8)
    assert (found.total_variation[0], found.iou[0], found.centre[0]) == (1, 1, 32)


def test_rank_correlation_of_a_constant_is_not_defined():
    values = rng(9).normal(size=(2, 20))
    assert rank_correlation(values, values**3) == pytest.approx([1, 1])
    assert np.isnan(rank_correlation(values, np.ones((2, 20)))).all()


def make_runs(seeds, images, own, shared):
    """Return maps of shares: a common part, a part of the architecture, a part of the seed."""
    common = np.abs(rng(10).normal(size=(images, 6, 6)))
    kinds = [shared * np.abs(rng(20 + k).normal(size=(images, 6, 6))) for k in range(2)]
    return [
        [
            shares(common + kind + own * np.abs(rng(100 * k + s).normal(size=(images, 6, 6))))
            for s in range(seeds)
        ]
        for k, kind in enumerate(kinds)
    ]


def test_architectures_that_differ_no_more_than_seeds_stay_below_the_floor():
    a, b = make_runs(3, 60, own=1.0, shared=0.0)
    for floor in noise_floor(a, b, 4, num_resamples=800):
        assert floor.verdict is Verdict.BELOW
        assert floor.excess.low <= 0
        assert floor.within.value == pytest.approx(floor.between.value, rel=0.1)


def test_architectures_that_differ_more_rise_above_it():
    a, b = make_runs(3, 60, own=0.2, shared=2.0)
    for floor in noise_floor(a, b, 4, num_resamples=800):
        assert floor.verdict is Verdict.ABOVE
        assert floor.excess.value > 0


def test_alike_architectures_rise_above_the_floor_as_rarely_as_promised():
    """Each seed looks at places of its own in every image, some more than others."""
    random, hits, trials = rng(11), np.zeros(4), 60

    def run(common):
        habit, strength = np.abs(random.normal(size=(1, 4, 4))), np.exp(random.normal() / 2)
        return shares(common + habit + strength * np.abs(random.normal(size=common.shape)))

    for _ in range(trials):
        common = np.abs(random.normal(size=(20, 4, 4)))
        a, b = ([run(common) for _ in range(3)] for _ in range(2))
        hits += [f.verdict is Verdict.ABOVE for f in noise_floor(a, b, 4, num_resamples=200)]
    assert hits.max() / trials <= 0.05


def test_one_seed_has_no_floor_and_no_verdict():
    a, b = make_runs(1, 30, own=0.2, shared=2.0)
    for floor in noise_floor(a, b, 4, num_resamples=200):
        assert floor.verdict is Verdict.UNKNOWN
        assert floor.within is None
        assert floor.excess is None
        assert "not a finding" in floor.verdict


def test_a_single_image_is_judged_by_the_95th_percentile_of_the_seeds():
    a, b = make_runs(3, 60, own=1.0, shared=0.0)
    floor = noise_floor(a, b, 4, num_resamples=100)[0]
    pairs = [
        gaps(x[i], x[j], 4).total_variation for x in (a, b) for i, j in ((0, 1), (0, 2), (1, 2))
    ]
    limit = np.quantile(np.concatenate(pairs), 0.95)
    assert floor.within_p95 == pytest.approx(limit)
    assert floor.judge(limit + 0.01) is Verdict.ABOVE
    assert floor.judge(limit - 0.01) is Verdict.BELOW
    assert noise_floor(a[:1], b, 4, num_resamples=100)[0].judge(1.0) is Verdict.UNKNOWN
