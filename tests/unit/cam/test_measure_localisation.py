"""Localisation metrics on toy maps whose values are known, and against brute force."""

from __future__ import annotations

import numpy as np
import pytest
import torch
from sklearn.metrics import average_precision_score
from torch.nn import functional

from explorer.cam.measure.grid import enlarged, gathered, touched
from explorer.cam.measure.localisation import average_precision, localisation, pxap
from explorer.figures.heatmap import upsample

SIZE = 32


def box(top, left, height, width):
    mask = np.zeros((SIZE, SIZE), dtype=bool)
    mask[top : top + height, left : left + width] = True
    return mask


def blob_masks(count, seed=0):
    rng = np.random.default_rng(seed)
    places = rng.integers(0, 20, (count, 2))
    sides = rng.integers(3, 12, (count, 2))
    return np.array([box(*at, *side) for at, side in zip(places, sides, strict=True)])


def random_maps(count, side=8, seed=1):
    return np.random.default_rng(seed).normal(size=(count, side, side))


def test_a_map_is_enlarged_as_torch_and_the_pictures_do():
    maps = np.abs(random_maps(3))
    theirs = functional.interpolate(
        torch.from_numpy(maps)[:, None], (SIZE, SIZE), mode="bilinear", align_corners=False
    )[:, 0]
    np.testing.assert_allclose(enlarged(maps, SIZE), theirs, atol=1e-12)
    np.testing.assert_allclose(enlarged(maps, SIZE)[1], upsample(maps[1], SIZE), atol=1e-12)


def test_gathering_is_the_transpose_of_enlarging():
    maps, pixels = random_maps(2), np.random.default_rng(2).normal(size=(2, SIZE, SIZE))
    np.testing.assert_allclose(
        (enlarged(maps, SIZE) * pixels).sum((1, 2)), (maps * gathered(pixels, (8, 8))).sum((1, 2))
    )


@pytest.mark.parametrize("side", [1, 4, 7, 8])
def test_cells_that_an_object_touches_by_brute_force(side):
    masks = blob_masks(6)
    found = touched(masks, (side, side))
    for n, mask in enumerate(masks):
        wanted = np.zeros((side, side), dtype=bool)
        for y, x in zip(*np.nonzero(mask), strict=True):
            for row in range(side):
                for column in range(side):
                    top, left = row * SIZE / side, column * SIZE / side
                    reach = SIZE / side
                    wanted[row, column] |= (
                        y + 1 > top and y < top + reach and x + 1 > left and x < left + reach
                    )
        assert (found[n] == wanted).all()


def test_the_perfect_map_gets_everything():
    masks = blob_masks(5)
    found = localisation(masks.astype(float), masks)
    for name in ("pointing", "energy", "energy_ceiling", "energy_skill", "coverage", "extent"):
        np.testing.assert_allclose(getattr(found, name), 1.0)
    np.testing.assert_allclose(found.pixel_ap, 1.0)
    assert pxap(masks.astype(float), masks) == pytest.approx(1.0)


def test_the_uniform_map_gets_exactly_chance():
    masks = blob_masks(5)
    found = localisation(np.ones((5, 8, 8)), masks)
    area = masks.mean((1, 2))
    np.testing.assert_allclose(found.pointing, found.pointing_chance)
    np.testing.assert_allclose(found.energy, area)
    np.testing.assert_allclose(found.energy_floor, area)
    np.testing.assert_allclose(found.energy_skill, 0, atol=1e-12)
    np.testing.assert_allclose(found.coverage, 1)
    np.testing.assert_allclose(found.extent, 1 / area)
    np.testing.assert_allclose(found.pixel_ap, area)
    assert pxap(np.ones((5, 8, 8)), masks) == pytest.approx(masks.mean())


def test_the_inverted_map_gets_nothing():
    masks = blob_masks(5)
    found = localisation(1.0 - masks, masks)
    for name in ("pointing", "energy", "coverage"):
        np.testing.assert_allclose(getattr(found, name), 0)
    assert (found.energy_skill < 0).all()
    np.testing.assert_allclose(found.pixel_ap, found.energy_floor)


def test_a_dead_map_misses_and_is_counted():
    masks = blob_masks(2)
    found = localisation(np.stack([np.zeros((8, 8)), -np.ones((8, 8))]), masks)
    assert found.is_dead.all()
    for name in ("pointing", "energy", "coverage", "extent"):
        assert (getattr(found, name) == 0).all()
    np.testing.assert_allclose(found.pixel_ap, masks.mean((1, 2)))


def test_what_speaks_against_the_class_does_not_count():
    masks, maps = blob_masks(4), random_maps(4)
    ours, positive = localisation(maps, masks), localisation(np.maximum(maps, 0), masks)
    np.testing.assert_array_equal(ours.energy, positive.energy)
    np.testing.assert_array_equal(ours.pixel_ap, positive.pixel_ap)


def test_the_scale_of_a_map_does_not_count():
    masks, maps = blob_masks(4), random_maps(4)
    ours, scaled = localisation(maps, masks), localisation(1000 * maps, masks)
    for name in ("pointing", "energy", "coverage", "extent", "pixel_ap"):
        np.testing.assert_allclose(getattr(ours, name), getattr(scaled, name))


def test_energy_coverage_and_extent_pixel_by_pixel():
    masks, maps = blob_masks(6), random_maps(6)
    found = localisation(maps, masks)
    for n, mask in enumerate(masks):
        large = upsample(np.maximum(maps[n], 0), SIZE)
        high = large >= large.max() / 2
        assert found.energy[n] == pytest.approx(large[mask].sum() / large.sum())
        assert found.coverage[n] == pytest.approx((high & mask).sum() / mask.sum())
        assert found.extent[n] == pytest.approx(high.sum() / mask.sum())
        row, column = np.unravel_index(maps[n].argmax(), (8, 8))
        assert found.pointing[n] == mask[row * 4 : row * 4 + 4, column * 4 : column * 4 + 4].any()


def test_no_map_has_more_energy_than_the_ceiling_and_one_cell_attains_it():
    masks = blob_masks(3)
    ceiling = localisation(random_maps(3), masks).energy_ceiling
    single = np.eye(64).reshape(64, 8, 8)
    for n, mask in enumerate(masks):
        of_cells = localisation(single, np.repeat(mask[None], 64, 0)).energy
        assert of_cells.max() == pytest.approx(ceiling[n])
    for seed in range(20):
        maps = np.abs(random_maps(3, seed=seed)) ** 5
        assert (localisation(maps, masks).energy <= ceiling + 1e-12).all()


def test_a_coarse_grid_has_a_low_ceiling_for_small_objects():
    mask = box(14, 14, 3, 3)[None]
    ceilings = [localisation(np.ones((1, s, s)), mask).energy_ceiling[0] for s in (4, 8, 16, 32)]
    assert ceilings == sorted(ceilings)
    assert ceilings[0] < 0.2
    assert ceilings[-1] == 1


def test_where_chance_is_the_best_there_is_no_skill():
    found = localisation(np.ones((2, 1, 1)), blob_masks(2))
    assert np.isnan(found.energy_skill).all()
    np.testing.assert_allclose(found.energy, found.energy_ceiling)


def test_average_precision_is_scikit_learns_with_and_without_ties():
    rng = np.random.default_rng(3)
    for levels in (2, 5, 1000):
        scores, truth = rng.integers(0, levels, 400) / levels, rng.random(400) < 0.3
        assert average_precision(scores, truth) == pytest.approx(
            average_precision_score(truth, scores)
        )


def test_pxap_pools_the_pixels_of_all_images():
    masks, maps = blob_masks(4), random_maps(4)
    large = enlarged(np.maximum(maps, 0), SIZE)
    scores = np.round(large / large.max((1, 2), keepdims=True), 9)
    assert pxap(maps, masks) == pytest.approx(
        average_precision_score(masks.ravel(), scores.ravel())
    )


def test_pixels_that_are_neither_do_not_count():
    mask = box(8, 8, 8, 8)
    counted = np.ones((SIZE, SIZE), dtype=bool)
    counted[:, 20:] = False
    heat = np.zeros((SIZE, SIZE))
    heat[8:16, 8:16] = 1
    heat[:, 24:] = 5
    found = localisation(heat[None], mask[None], counted[None])
    assert found.energy[0] == pytest.approx(1)
    assert found.energy_floor[0] == pytest.approx(64 / (SIZE * 20))
    assert found.extent[0] == 0, "the hottest pixels are not counted"
