from __future__ import annotations

import dataclasses
import hashlib

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from explorer.data import load, samples
from explorer.data.shapes import PRESETS, ShapesConfig, draw, render, sample
from explorer.data.shapes.colour import luminance, marker_colour, tinted
from explorer.data.shapes.config import AREA_FRACTIONS, CLASSES, NUM_CELLS, TEXTURES
from explorer.data.shapes.geometry import OUTLINES, sample_points
from explorer.errors import DataError

CONFIG = ShapesConfig()
SMALL = ShapesConfig(image_size=32, num_train=48, num_test=24)
GOLDEN = {
    "shapes": "37e9ca9636ad76d0a05271dab2c2730cb59af0ab180ec48bde629ed360e02067",
    "shapes-clever-hans": "899358302d288adf5efdf8dd2aad98cb9f08e37aeaf0c7437263540aea59414e",
    "shapes-texture": "cdaf72fbdb571cf4b3df9ccf69aab7e03ba2e8240e8374258524e93b74c3129e",
}


@pytest.mark.parametrize("name", GOLDEN)
def test_the_first_images_are_the_same_everywhere(name):
    digest = hashlib.sha256()
    for split in ("train", "test"):
        for index in range(48):
            image, label, mask, stratum = render(PRESETS[name], 0, split, index)
            digest.update(image.tobytes() + mask.tobytes() + bytes([label, stratum]))
    assert digest.hexdigest() == GOLDEN[name]


@settings(max_examples=20, deadline=None)
@given(
    seed=st.integers(0, 2**56 - 1),
    order=st.permutations(range(8)),
    split=st.sampled_from(["train", "test"]),
)
def test_an_image_does_not_depend_on_what_was_drawn_before(seed, order, split):
    alone = {index: render(SMALL, seed, split, index) for index in range(8)}
    for index in order:
        image, label, mask, stratum = render(SMALL, seed, split, index)
        np.testing.assert_array_equal(image, alone[index][0])
        np.testing.assert_array_equal(mask, alone[index][2])
        assert (label, stratum) == (alone[index][1], alone[index][3])


def test_seed_split_and_index_each_change_the_image():
    images = [
        render(CONFIG, *key)[0].tobytes()
        for key in [(0, "train", 0), (1, "train", 0), (0, "test", 0), (0, "train", 24)]
    ]
    assert len(set(images)) == 4


def test_any_24_images_in_a_row_have_each_class_at_each_size_once():
    pairs = {(scene.label, scene.stratum) for i in range(5, 29) for scene in [_scene(i)]}
    assert len(pairs) == NUM_CELLS


def test_masks_cover_the_area_of_their_stratum():
    for index in range(960):
        _, _, mask, stratum = render(CONFIG, 3, "test", index)
        low, high = AREA_FRACTIONS[stratum]
        assert low <= mask.mean() <= high


@pytest.mark.parametrize("name", CLASSES)
def test_every_outline_has_the_same_area(name):
    placed = OUTLINES[name].placed((32.0, 32.0), 24.0, (0.8, 0.6))
    points = placed.inside(*sample_points((0, 0, 64, 64), per_side=16))
    assert points.sum() / 16**2 == pytest.approx(24.0**2, rel=2e-3)


def test_area_is_no_class_cue():
    areas: dict[int, list[float]] = {}
    for index in range(2400):
        _, label, mask, _ = render(CONFIG, 1, "train", index)
        areas.setdefault(label, []).append(mask.mean())
    means = [np.mean(values) for values in areas.values()]
    assert max(means) - min(means) < 0.012


def test_outlines_differ_from_one_another():
    grids = [
        OUTLINES[name].placed((32, 32), 26, (1, 0)).inside(*sample_points((0, 0, 64, 64)))
        for name in CLASSES
    ]
    for first in range(len(grids)):
        for second in range(first):
            assert (grids[first] != grids[second]).mean() > 0.02


def test_the_mask_is_exactly_what_the_object_changes():
    plain = ShapesConfig(max_clutter=0)
    for index in range(120):
        scene = sample(plain, 7, "train", index)
        image, mask = draw(scene)
        bare, nothing = draw(dataclasses.replace(scene, targets=()))
        changed = (image != bare).any(axis=2)
        covered = _covered(scene)
        assert not nothing.any()
        assert changed[covered == 4].all()
        assert not changed[covered == 0].any()
        finely = _covered(scene, per_side=16)
        assert mask[finely == 256].all()
        assert not mask[finely == 0].any()


def test_object_and_background_differ_in_luminance():
    plain = ShapesConfig(max_clutter=0)
    weights = np.array([0.299, 0.587, 0.114])
    for index in range(96):
        scene = sample(plain, 2, "train", index)
        full = _covered(scene) == 4
        image, _ = draw(scene)
        bare, _ = draw(dataclasses.replace(scene, targets=()))
        difference = np.abs(image @ weights - bare @ weights)[full]
        assert difference.min() > 0.12 * 255


def test_the_object_lies_wholly_inside():
    for index in range(480):
        left, top, right, bottom = _scene(index).targets[0].outline.bounds()
        assert min(left, top) >= 0
        assert max(right, bottom) <= 64


def test_clutter_lies_behind_the_object():
    for index in range(48):
        scene = _scene(index)
        image, _ = draw(scene)
        clean, _ = draw(dataclasses.replace(scene, clutter=()))
        full = _covered(scene) == 4
        np.testing.assert_array_equal(image[full], clean[full])


def test_clutter_is_seen_around_the_object():
    for index in range(48):
        scene = _scene(index)
        without, _ = draw(dataclasses.replace(scene, clutter=(), targets=()))
        changed = (draw(dataclasses.replace(scene, targets=()))[0] != without).any(axis=2)
        assert changed.any() == bool(scene.clutter)
        assert changed.mean() < 0.3


@pytest.mark.parametrize(("rho", "share"), [(0.95, 0.95), (0.125, 0.125), (1.0, 1.0), (0.0, 0.0)])
def test_the_marker_names_the_class_as_often_as_rho_says(rho, share):
    config = ShapesConfig(rho=rho)
    scenes = [sample(config, 0, "train", index) for index in range(1200)]
    named = [s.marker is not None and s.marker.colour == marker_colour(s.label) for s in scenes]
    assert np.mean(named) == pytest.approx(share, abs=0.03)


def test_the_marker_is_drawn_only_when_asked_for():
    assert _scene(0).marker is None
    marker = sample(PRESETS["shapes-clever-hans"], 0, "test", 0).marker
    assert marker is not None
    assert marker.side == 6


@pytest.mark.parametrize(("tex_rho", "share"), [(0.25, 0.25), (0.9, 0.9)])
def test_the_texture_follows_the_class_as_often_as_tex_rho_says(tex_rho, share):
    config = ShapesConfig(tex_rho=tex_rho)
    scenes = [sample(config, 0, "train", index) for index in range(1200)]
    follows = [s.targets[0].fill.texture == s.label % len(TEXTURES) for s in scenes]
    assert np.mean(follows) == pytest.approx(share, abs=0.04)


def test_factors_do_not_go_with_the_class():
    scenes = [sample(CONFIG, 0, "train", index) for index in range(2400)]
    labels = np.array([s.label for s in scenes])
    lightness = np.array([luminance(s.background.colour) for s in scenes])
    clutter = np.array([len(s.clutter) for s in scenes])
    for factor in (lightness, clutter):
        means = [factor[labels == label].mean() for label in range(8)]
        assert np.ptp(means) < 0.3 * factor.std()


@given(hue=st.floats(0, 1), saturation=st.floats(0, 1), tone=st.floats(0.1, 0.9))
def test_a_tint_keeps_its_luminance_and_the_gamut(hue, saturation, tone):
    colour = tinted(hue, saturation, tone)
    assert luminance(colour) == pytest.approx(tone)
    assert all(-1e-9 <= channel <= 1 + 1e-9 for channel in colour)


def test_a_loaded_set_holds_the_rendered_images(monkeypatch):
    monkeypatch.setitem(PRESETS, "shapes", SMALL)
    stages: list[tuple[str, float]] = []
    dataset = load("shapes", seed=4, on_progress=lambda *report: stages.append(report))
    assert (len(dataset.train), len(dataset.test)) == (48, 24)
    assert dataset.classes == CLASSES
    assert dataset.image_size == 32
    for split, rows in (("train", dataset.train), ("test", dataset.test)):
        for index in (0, 13, 23):
            image, label, mask, stratum = render(SMALL, 4, split, index)
            np.testing.assert_array_equal(rows.images[index], image)
            np.testing.assert_array_equal(rows.masks[index], mask)
            assert (rows.labels[index], rows.strata[index]) == (label, stratum)
    assert np.bincount(dataset.train.labels).tolist() == [6] * 8
    assert stages[0] == ("Drawing shapes", 0.0)
    assert stages[-1] == ("Drawing shapes", 1.0)
    assert [share for _, share in stages] == sorted(share for _, share in stages)


def test_samples_are_the_images_of_the_loaded_set(monkeypatch):
    monkeypatch.setitem(PRESETS, "shapes", SMALL)
    dataset = load("shapes")
    picked = samples("shapes", [3, 17])
    for one in picked:
        np.testing.assert_array_equal(one.image, dataset.test.images[one.index])
        np.testing.assert_array_equal(one.mask, dataset.test.masks[one.index])
        assert one.class_name == CLASSES[dataset.test.labels[one.index]]
        assert one.stratum == dataset.test.strata[one.index]


def test_the_fingerprint_depends_on_config_and_seed():
    prints = {
        CONFIG.fingerprint(0),
        CONFIG.fingerprint(1),
        dataclasses.replace(CONFIG, image_size=32).fingerprint(0),
        dataclasses.replace(CONFIG, tex_rho=0.5).fingerprint(0),
    }
    assert len(prints) == 4
    assert ShapesConfig().fingerprint(0) == CONFIG.fingerprint(0)


@pytest.mark.parametrize(
    ("settings_", "sentence"),
    [
        ({"image_size": 31}, "31 px"),
        ({"image_size": 257}, "257 px"),
        ({"num_test": 23}, "every class and size"),
        ({"rho": 1.5}, "probability"),
        ({"tex_rho": -0.1}, "probability"),
        ({"max_clutter": 17}, "Clutter or noise"),
        ({"noise": ()}, "Clutter or noise"),
        ({"noise": (0.5,)}, "Clutter or noise"),
    ],
)
def test_a_config_that_cannot_be_drawn_is_refused(settings_, sentence):
    with pytest.raises(DataError, match=sentence) as caught:
        ShapesConfig(**settings_)
    assert caught.value.hint


@pytest.mark.parametrize(
    "key", [(0, "pairs", 0), (-1, "train", 0), (2**56, "train", 0), (0, "train", -1)]
)
def test_an_image_that_does_not_exist_is_refused(key):
    with pytest.raises(DataError):
        render(CONFIG, *key)


def _scene(index: int):
    return sample(CONFIG, 0, "train", index)


def _covered(scene, per_side: int = 2):
    """Return by pixel how many of its sub-pixels lie in the object."""
    size = scene.image_size
    points = scene.targets[0].outline.inside(*sample_points((0, 0, size, size), per_side))
    return points.reshape(size, per_side, size, per_side).sum(axis=(1, 3))
