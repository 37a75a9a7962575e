from __future__ import annotations

import numpy as np
import pytest
import torch

from explorer.training.augment import Draws, Normalise, Pixels, draw_epoch
from explorer.training.recipe import Recipe

CPU = torch.device("cpu")


def slow(images: np.ndarray, draws: Draws, pad: int, recipe: Recipe, blank=0) -> np.ndarray:
    """One image after the other: pad, crop, flip, cut."""
    out = []
    height, width = images.shape[1:3]
    mode = {"mode": "reflect"} if recipe.border == "mirror" else {"constant_values": blank}
    for i, (row, dy, dx, flip) in enumerate(
        zip(*(part.tolist() for part in draws[:4]), strict=True)
    ):
        padded = np.pad(images[row], ((pad, pad), (pad, pad), (0, 0)), **mode)
        crop = padded[pad + dy : pad + dy + height, pad + dx : pad + dx + width]
        crop = (crop[:, ::-1] if flip else crop).copy()
        if draws.cut is not None:
            top, left = (draws.cut[i] - recipe.cutout // 2).tolist()
            bottom, right = top + recipe.cutout, left + recipe.cutout
            crop[max(top, 0) : max(bottom, 0), max(left, 0) : max(right, 0)] = blank
        out.append(crop)
    return np.stack(out)


@pytest.mark.parametrize("cutout", [0, 4, 5])
@pytest.mark.parametrize("border", ["mirror", "zero"])
@pytest.mark.parametrize("flip", ["none", "random", "alternating"])
@pytest.mark.parametrize(("height", "width", "pad"), [(8, 8, 0), (9, 7, 3), (32, 32, 4), (6, 6, 5)])
def test_gather_equals_pad_crop_flip_cut(height, width, pad, flip, border, cutout):
    rng = np.random.default_rng(height * pad)
    images = rng.integers(0, 256, (23, height, width, 3), dtype=np.uint8)
    recipe = Recipe(crop_padding=pad, flip=flip, border=border, cutout=cutout)
    draws = draw_epoch(23, recipe, seed=5, epoch=2, size=(height, width))
    found = Pixels(images, (99, 99, 99), recipe, CPU).gather(draws).numpy()
    assert np.array_equal(found, slow(images, draws, pad, recipe, blank=99))


def test_squares_are_blanked_anywhere_and_as_large_as_asked():
    recipe = Recipe(crop_padding=0, flip="none", cutout=8)
    draws = draw_epoch(3000, recipe, 0, 0, size=(16, 16))
    assert draws.cut is not None
    assert set(draws.cut.flatten().tolist()) == set(range(16))
    whole = Pixels(np.ones((3000, 16, 16, 1), np.uint8), (0,), recipe, CPU).gather(draws)
    hidden = (whole == 0).sum((1, 2, 3))
    assert (int(hidden.max()), int(hidden.min())) == (64, 16)  # of a corner a quarter is seen
    other = draw_epoch(3000, recipe, 0, 1, size=(16, 16))
    assert other.cut is not None
    assert not torch.equal(draws.cut, other.cut)


def test_one_share_for_a_batch():
    recipe = Recipe(batch_size=10, mixup=0.4)
    draws = draw_epoch(95, recipe, 0, 0)
    assert draws.share is not None
    shares = [draws.batch(start, 10).share for start in range(0, 90, 10)]
    assert all(share is not None and len(share.unique()) == 1 for share in shares)
    assert len(draws.share) == 95
    assert len(draws.share.unique()) == 10
    # Beta(a, a) has mean 1/2 and variance 1 / (4 (2a + 1)).
    many = draw_epoch(40_000, recipe.changed(batch_size=2), 1, 0).share
    assert many is not None
    assert float(many.mean()) == pytest.approx(0.5, abs=0.01)
    assert float(many.var()) == pytest.approx(1 / (4 * 1.8), rel=0.02)


def test_cuts_and_shares_leave_the_other_draws_alone():
    plain, more = Recipe(), Recipe(cutout=8, mixup=1.0)
    one, two = (draw_epoch(50, recipe, 3, 1, size=(32, 32)) for recipe in (plain, more))
    assert all(torch.equal(a, b) for a, b in zip(one[:4], two[:4], strict=True))
    assert one.cut is one.share is None


def test_every_image_comes_once_and_differently_in_each_epoch():
    recipe = Recipe()
    first, second = (draw_epoch(100, recipe, 0, epoch) for epoch in (0, 1))
    assert sorted(first.rows.tolist()) == sorted(second.rows.tolist()) == list(range(100))
    assert not torch.equal(first.rows, second.rows)
    again = draw_epoch(100, recipe, 0, 0)
    assert all(torch.equal(a, b) for a, b in zip(first[:4], again[:4], strict=True))
    assert not torch.equal(first.rows, draw_epoch(100, recipe, 1, 0).rows)


def test_draws_cover_all_shifts_and_nothing_beyond():
    draws = draw_epoch(2000, Recipe(crop_padding=3), 0, 0)
    assert set(draws.dy.tolist()) == set(draws.dx.tolist()) == set(range(-3, 4))
    assert 900 < int(draws.flip.sum()) < 1100
    assert not torch.equal(draws.dy, draws.dx)


def test_alternating_flip_shows_both_sides_in_any_two_epochs():
    recipe = Recipe(flip="alternating")
    flips = torch.empty(3, 64, dtype=torch.int64)
    for epoch in range(3):
        draws = draw_epoch(64, recipe, 7, epoch)
        flips[epoch, draws.rows] = draws.flip
    assert torch.equal(flips[0], 1 - flips[1])
    assert torch.equal(flips[0], flips[2])
    assert 16 < int(flips[0].sum()) < 48


@pytest.mark.parametrize("layout", [torch.channels_last, torch.contiguous_format])
def test_normalise(layout):
    images = torch.randint(256, (5, 6, 7, 3), dtype=torch.uint8)
    mean, std = (0.4, 0.5, 0.6), (0.2, 0.25, 0.3)
    found = Normalise(mean, std, torch.device("cpu"), layout)(images)
    wanted = (images.double() / 255 - torch.tensor(mean).double()) / torch.tensor(std).double()
    assert found.shape == (5, 3, 6, 7)
    assert found.dtype == torch.float32
    assert found.is_contiguous(memory_format=layout)
    torch.testing.assert_close(found.double(), wanted.permute(0, 3, 1, 2), atol=1e-6, rtol=1e-6)
