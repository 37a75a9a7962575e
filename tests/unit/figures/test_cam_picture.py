"""The saved picture of a comparison, and its scales."""

from __future__ import annotations

import io

import numpy as np
import pytest
from PIL import Image

from explorer.cam.compare import Answer, Comparison, Side, disagreement
from explorer.cam.layers import Layer
from explorer.errors import ExplorerError
from explorer.export import fonts
from explorer.figures.cam_panels import panels
from explorer.figures.cam_picture import pair_picture, picture_size
from explorer.figures.cam_scale import SCALES, limits, scale_of
from explorer.figures.heatmap import Look
from explorer.figures.sheet import Sheet, plain
from explorer.words import speaking

LOOK = Look(size=96)


def side(heat, title="a run") -> Side:
    layer = Layer("layer3", "layer3.2.relu2", *heat.shape, 4, None)
    answers = (Answer("tabby", 0.6), Answer("lynx", 0.1))
    return Side(title, layer, heat.astype(np.float32), 2.0, 0.6, 1, answers)


def comparison(a, b, label=None, title="a run") -> Comparison:
    image = np.random.default_rng(0).integers(0, 256, (32, 32, 3), dtype=np.uint8)
    one, two = side(a, title), side(b)
    return Comparison(
        image, "tabby", label, "gradcam", "Grad-CAM", one, two, disagreement(one, two)
    )


PEAK, FLAT, DEAD = np.eye(8), np.full((8, 8), 0.5), np.full((8, 8), -1.0)


def opened(data: bytes) -> Image.Image:
    image = Image.open(io.BytesIO(data))
    image.load()
    return image


@pytest.mark.parametrize("scale", SCALES)
@pytest.mark.parametrize("maps", [(PEAK, FLAT), (PEAK, PEAK), (DEAD, PEAK), (DEAD, DEAD)])
def test_the_picture_is_a_png_of_the_promised_size(scale, maps):
    image = opened(pair_picture(comparison(*maps), scale, LOOK))
    assert image.format == "PNG"
    assert image.size == picture_size(LOOK)


def test_the_default_is_large_enough_to_print():
    assert picture_size(Look()) == opened(pair_picture(comparison(PEAK, FLAT))).size
    assert picture_size(Look())[0] > 1900


def test_swapping_the_networks_swaps_their_pictures():
    there = panels(comparison(PEAK, FLAT), look=LOOK)
    back = panels(comparison(FLAT, PEAK), look=LOOK)
    np.testing.assert_array_equal(there.a, back.b)
    np.testing.assert_array_equal(there.b, back.a)
    assert (there.end_a, there.limit) == (back.end_a, back.limit)


def test_one_end_for_both_unless_each_has_its_own():
    both = comparison(PEAK, FLAT)
    assert limits(both, SCALES["share"]) == (1 / 8, 1 / 8)
    assert limits(both, SCALES["logit"]) == (1.0, 1.0)
    assert limits(both, SCALES["own"]) == (1 / 8, 1 / 64)


def test_the_rank_of_a_cell_is_the_share_of_cells_that_are_no_hotter():
    heat = np.array([[-1.0, 0.0], [2.0, 5.0]])
    ranks = scale_of("rank").values(side(heat))
    np.testing.assert_allclose(ranks, [[0, 0], [0.75, 1]])
    np.testing.assert_array_equal(scale_of("rank").values(side(3 * heat)), ranks)
    assert (scale_of("rank").values(side(FLAT)) == 1).all(), "all are equally hot"
    assert not scale_of("rank").values(side(DEAD)).any()


def test_a_dead_map_does_not_borrow_a_difference():
    shown = panels(comparison(DEAD, PEAK), look=LOOK)
    assert shown.limit == 0
    assert shown.end_a == shown.end_b == 1 / 8


def test_an_unknown_scale_is_refused():
    with pytest.raises(ExplorerError, match="There is no scale 'jet'") as caught:
        scale_of("jet")
    assert "share" in caught.value.hint


def test_long_and_foreign_names_stay_inside_the_picture():
    title = "Res2Net-50 26w × 4s − " + "very long " * 20 + "日本語"
    image = opened(pair_picture(comparison(PEAK, FLAT, label="лиса", title=title), look=LOOK))
    ordinary = opened(pair_picture(comparison(PEAK, FLAT, label="fox"), look=LOOK))
    left = round(984 * LOOK.size / 448)
    box = (left, 0, image.width, round(146 * LOOK.size / 448))
    wrong = np.asarray(image.crop(box)) != np.asarray(ordinary.crop(box))
    assert not wrong.any(), "A's name must not run into B's"


def test_letters_the_font_lacks_become_letters_it_has():
    assert plain("7 × 7 − é ß 日") == "7 x 7 - e ? ?"


def test_signs_that_the_own_font_lacks_are_drawn_in_another():
    other = fonts.han()
    if other is None:
        pytest.skip("there is no font with Chinese signs here")

    def drawn(text, font):
        sheet = Sheet((200, 40), 1, font)
        sheet.write((4, 30), text, 20)
        return sheet.pixels().tobytes()

    assert drawn("捷径", None) == drawn("残差", None), "both are question marks"
    assert drawn("捷径", other) != drawn("残差", other)
    assert drawn("Why?", other) == drawn("Why?", None), "what it has stays as it was"


def test_a_picture_speaks_the_readers_language():
    one = comparison(PEAK, FLAT)
    with speaking("zh"):
        chinese = pair_picture(one)
    assert chinese != pair_picture(one)
