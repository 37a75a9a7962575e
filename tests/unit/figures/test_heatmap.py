"""Maps land where they belong, in the colours of the scale."""

from __future__ import annotations

import io

import numpy as np
import pytest
import torch
from matplotlib import colormaps
from PIL import Image
from torch.nn import functional

from explorer.figures import colormaps as ours
from explorer.figures.heatmap import (
    Look,
    colour_bar,
    difference,
    half_of_heat,
    overlay,
    to_png,
    upsample,
)

IMAGE = np.full((32, 32, 3), 128, dtype=np.uint8)
SOLID = Look(size=64, opacity=1.0)


@pytest.mark.parametrize(
    ("shape", "size"), [((7, 7), 224), ((8, 8), 448), ((5, 3), 64), ((1, 1), 9)]
)
def test_upsampling_is_torchs_bilinear_without_aligned_corners(shape, size):
    values = np.random.default_rng(0).normal(size=shape)
    theirs = functional.interpolate(
        torch.from_numpy(values)[None, None], (size, size), mode="bilinear", align_corners=False
    )[0, 0]
    np.testing.assert_allclose(upsample(values, size), theirs.numpy(), atol=1e-12)


def test_cells_are_torchs_nearest():
    values = np.random.default_rng(0).normal(size=(7, 5))
    theirs = functional.interpolate(
        torch.from_numpy(values)[None, None], (64, 64), mode="nearest-exact"
    )[0, 0]
    np.testing.assert_array_equal(upsample(values, 64, cells=True), theirs.numpy())


def test_viridis_is_the_published_one():
    values = np.linspace(0, 1, 256)
    theirs = np.array(colormaps["viridis"](values))[:, :3] * 255
    assert np.abs(ours.coloured(values, ours.VIRIDIS) - theirs).max() < 4
    luma = ours.coloured(values, ours.VIRIDIS) @ (0.2126, 0.7152, 0.0722)
    assert (np.diff(luma) > 0).all(), "more is lighter"


def test_a_hot_cell_has_the_end_of_the_scale_and_the_rest_its_beginning():
    heat = np.zeros((4, 4))
    heat[1, 2] = 3.0
    drawn = overlay(IMAGE, heat, 3.0, Look(size=64, opacity=1.0, cells=True))
    assert tuple(drawn[24, 40]) == (253, 231, 37)
    assert tuple(drawn[0, 0]) == (68, 1, 84)


def test_opacity_goes_from_the_image_to_the_heat():
    heat = np.ones((4, 4))
    bare = overlay(IMAGE, heat, 1.0, Look(size=64, opacity=0.0))
    assert (bare == 128).all()
    half = overlay(IMAGE, heat, 1.0, Look(size=64, opacity=0.5)).astype(int)
    full = overlay(IMAGE, heat, 1.0, SOLID).astype(int)
    assert np.abs(half - (128 + full) / 2).max() <= 1


def test_the_image_underneath_is_grey_or_in_colour():
    red = np.zeros((8, 8, 3), dtype=np.uint8)
    red[..., 0] = 200
    heat = np.ones((2, 2))
    grey = overlay(red, heat, 1.0, Look(size=64, opacity=0.0))
    assert (grey == 60).all()
    colour = overlay(red, heat, 1.0, Look(size=64, opacity=0.0, grey=False))
    assert tuple(colour[0, 0]) == (200, 0, 0)


def test_a_dead_map_is_hatched_without_any_scale():
    drawn = overlay(IMAGE, np.zeros((4, 4)), 0.0, SOLID)
    assert set(np.unique(drawn)) == {77, 128}
    assert not np.array_equal(drawn, drawn[:, ::-1])


def test_no_difference_shows_only_the_image_and_the_sides_have_their_colours():
    values = np.array([[0.2, 0.0], [0.0, -0.2]])
    drawn = difference(IMAGE, values, 0.2, Look(size=64, opacity=1.0, cells=True))
    assert tuple(drawn[0, 0]) == ours.rgb(ours.NETWORK_A)
    assert tuple(drawn[-1, -1]) == ours.rgb(ours.NETWORK_B)
    none = difference(IMAGE, np.zeros((2, 2)), 0.0, SOLID)
    np.testing.assert_array_equal(drawn[0, -1], none[0, -1])
    assert len(np.unique(none)) == 1


def test_half_of_the_heat_is_the_smallest_such_region():
    marked = half_of_heat(np.array([[4.0, 3.0], [2.0, 1.0]]))
    np.testing.assert_array_equal(marked, [[True, True], [False, False]])


def test_the_contour_goes_around_the_hot_region():
    heat = np.zeros((4, 4))
    heat[1:3, 1:3] = 1.0
    look = Look(size=64, opacity=1.0, cells=True, contour=True)
    white = (overlay(IMAGE, heat, 1.0, look) == 255).all(axis=2)
    assert white[16, 16]
    assert white[17, 30]
    assert not white[24, 24], "inside"
    assert not white[8, 8], "outside"


def test_the_bar_begins_and_ends_with_its_colours():
    bar = colour_bar(ours.DIVERGING, 101, 5)
    assert bar.shape == (5, 101, 3)
    assert tuple(bar[0, 0]) == ours.rgb(ours.NETWORK_B)
    assert tuple(bar[0, 50]) == ours.rgb(ours.NEUTRAL)
    assert tuple(bar[0, -1]) == ours.rgb(ours.NETWORK_A)


def test_a_png_holds_the_pixels():
    pixels = np.random.default_rng(0).integers(0, 256, (6, 9, 3), dtype=np.uint8)
    with Image.open(io.BytesIO(to_png(pixels))) as image:
        assert image.format == "PNG"
        np.testing.assert_array_equal(np.asarray(image), pixels)
