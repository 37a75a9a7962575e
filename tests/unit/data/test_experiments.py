"""The sets that expose: what the cue says, where it is, and that nothing else changes."""

from __future__ import annotations

import numpy as np
import pytest

from explorer.data import catalogue, samples
from explorer.data.experiments import EXPERIMENTS, marker_mask, trial
from explorer.data.shapes import PRESETS, draw, sample
from explorer.errors import DataError

PLACES = range(96)


@pytest.mark.parametrize("name", EXPERIMENTS)
def test_aligned_images_are_those_of_the_data_set_that_is_trained_on(name):
    found = trial(name, "aligned", range(8))
    known = samples(EXPERIMENTS[name].data, range(8))
    for n, one in enumerate(known):
        np.testing.assert_array_equal(found.images[n], one.image)
        np.testing.assert_array_equal(found.masks[n], one.mask)
        assert found.labels[n] == one.label


@pytest.mark.parametrize("name", EXPERIMENTS)
def test_the_cue_mostly_agrees_in_training_and_never_in_conflict(name):
    aligned, conflict = (trial(name, which, PLACES) for which in ("aligned", "conflict"))
    rows = np.arange(len(PLACES))
    assert aligned.named[rows, aligned.labels].mean() > 0.8
    assert not conflict.named[rows, conflict.labels].any()
    assert conflict.named.any(1).all()
    np.testing.assert_array_equal(aligned.labels, conflict.labels)
    np.testing.assert_array_equal(aligned.masks, conflict.masks)


def test_only_the_marker_differs_between_aligned_and_conflict():
    aligned, conflict = (trial("clever-hans", which, PLACES) for which in ("aligned", "conflict"))
    changed = (aligned.images != conflict.images).any(-1)
    assert changed.any()
    # Sub-pixels at the edge of thin clutter may mix with the marker under them.
    assert (changed & ~aligned.cue_masks).sum() <= 0.02 * changed.sum()


def test_the_marker_mask_is_exactly_what_a_marker_changes():
    import dataclasses

    for index in range(48):
        scene = dataclasses.replace(
            sample(PRESETS["shapes-clever-hans"], 0, "test", index), clutter=()
        )
        with_marker, _ = draw(scene)
        without, _ = draw(dataclasses.replace(scene, marker=None))
        changed = (with_marker != without).any(-1)
        assert (changed <= marker_mask(scene)).all()
        assert changed.sum() > 0.9 * marker_mask(scene).sum()
    assert not marker_mask(sample(PRESETS["shapes"], 0, "test", 0)).any()


def test_marker_and_object_do_not_overlap():
    found = trial("clever-hans", "conflict", PLACES)
    assert found.cue_masks.any((1, 2)).all()
    assert not (found.cue_masks & found.masks).any()


def test_the_cue_of_the_texture_set_is_the_object_itself():
    found = trial("texture", "conflict", range(8))
    np.testing.assert_array_equal(found.cue_masks, found.masks)
    assert (found.named.sum(1) == 2).all(), "four textures, eight classes"


def test_other_sizes_and_seeds():
    assert trial("texture", "aligned", range(2), image_size=32).images.shape == (2, 32, 32, 3)
    one, other = (trial("texture", "aligned", [0], seed=seed).images for seed in (0, 1))
    assert (one != other).any()


def test_the_data_sets_of_the_experiments_are_in_the_catalogue():
    names = {info.name for info in catalogue()}
    for experiment in EXPERIMENTS.values():
        assert {experiment.data, experiment.control} <= names


def test_an_unknown_experiment_gets_one_sentence():
    with pytest.raises(DataError, match="There is no experiment 'colour'"):
        trial("colour", "aligned", [0])
