"""Masks in colour."""

from __future__ import annotations

import numpy as np

from explorer.data.segmentation import IGNORED, MaskedImage
from explorer.figures.masks import class_colour, coloured_mask, row_of
from explorer.figures.theme import rgb


def test_every_class_has_a_colour_of_its_own():
    colours = [class_colour(index) for index in range(38)] + [class_colour(IGNORED)]
    assert len(set(colours)) == len(colours)


def test_a_mask_is_painted_in_the_colours_of_the_legend():
    mask = np.array([[0, 3], [IGNORED, 20]], np.uint8)
    painted = coloured_mask(mask)
    assert [tuple(pixel) for pixel in painted.reshape(-1, 3)] == [
        rgb(class_colour(int(value))) for value in mask.ravel()
    ]


def test_image_truth_and_prediction_stand_in_a_row():
    rng = np.random.default_rng(0)
    image = rng.integers(0, 256, (5, 5, 3), dtype=np.uint8)
    wanted, predicted = rng.integers(0, 9, (2, 5, 5)).astype(np.uint8)
    row = row_of(MaskedImage(image, wanted, predicted), side=48)
    assert row.shape == (50, 3 * 50 + 2 * 2, 4)
    for start, part in ((0, image), (52, coloured_mask(wanted)), (104, coloured_mask(predicted))):
        cell = row[5::10, start + 5 : start + 50 : 10]
        np.testing.assert_array_equal(cell[..., :3], part)
        assert (cell[..., 3] == 255).all()
    assert (row[:, 50:52, 3] == 0).all()
