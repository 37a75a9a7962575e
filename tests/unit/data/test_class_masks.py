"""A data set seen as classes of pixels."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest

from explorer.data import IGNORED, load, segmentation
from explorer.data.dataset import Dataset, Split
from explorer.data.shapes.build import load_shapes
from explorer.data.shapes.config import CLASSES, ShapesConfig
from explorer.errors import DataError


def test_a_shape_has_its_class_on_its_mask_and_zero_elsewhere(data_home):
    dataset = load_shapes("shapes", ShapesConfig(32, num_train=24, num_test=24), seed=3)
    found = segmentation(dataset)
    assert found.classes == ("background", *CLASSES)
    for masks, split in ((found.train, dataset.train), (found.test, dataset.test)):
        assert masks.dtype == np.uint8
        for mask, shape, label in zip(masks, split.masks, split.labels, strict=True):
            assert set(np.unique(mask)) == {0, label + 1}
            np.testing.assert_array_equal(mask == label + 1, shape)


def test_a_set_that_states_its_pixels_gives_those():
    pixels = np.array([[[0, 1], [IGNORED, 2]]], np.uint8)
    split = Split(np.zeros((1, 2, 2, 3), np.uint8), np.zeros(1, np.int64), pixels=pixels)
    names = ("background", "cat", "dog")
    dataset = Dataset("own", ("a",), split, split, (0.5,) * 3, (0.5,) * 3, "f", names)
    found = segmentation(dataset)
    assert found.classes == names
    np.testing.assert_array_equal(found.test, pixels)


def test_data_without_masks_is_refused(data_home):
    with pytest.raises(DataError, match="digits has no masks") as caught:
        segmentation(load("digits"))
    assert "shapes" in caught.value.hint


def test_more_classes_than_a_byte_holds_are_refused(data_home):
    dataset = load_shapes("shapes", ShapesConfig(32, num_train=24, num_test=24), seed=3)
    many = replace(dataset, classes=tuple(map(str, range(255))))
    with pytest.raises(DataError, match="too many for masks"):
        segmentation(many)
