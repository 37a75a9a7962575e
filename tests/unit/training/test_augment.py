from __future__ import annotations

import numpy as np
import pytest
import torch

from explorer.training.augment import Draws, Normalise, draw_epoch, gather
from explorer.training.recipe import Recipe


def slow(images: np.ndarray, draws: Draws, pad: int) -> np.ndarray:
    """One image after the other: pad, crop, flip."""
    out = []
    height, width = images.shape[1:3]
    for row, dy, dx, flip in zip(*(part.tolist() for part in draws), strict=True):
        padded = np.pad(images[row], ((pad, pad), (pad, pad), (0, 0)), mode="reflect")
        crop = padded[pad + dy : pad + dy + height, pad + dx : pad + dx + width]
        out.append(crop[:, ::-1] if flip else crop)
    return np.stack(out)


@pytest.mark.parametrize("flip", ["none", "random", "alternating"])
@pytest.mark.parametrize(("height", "width", "pad"), [(8, 8, 0), (9, 7, 3), (32, 32, 4), (6, 6, 5)])
def test_gather_equals_pad_crop_flip(height, width, pad, flip):
    rng = np.random.default_rng(height * pad)
    images = rng.integers(0, 256, (23, height, width, 3), dtype=np.uint8)
    draws = draw_epoch(23, Recipe(crop_padding=pad, flip=flip), seed=5, epoch=2)
    assert np.array_equal(gather(torch.from_numpy(images), draws).numpy(), slow(images, draws, pad))


def test_every_image_comes_once_and_differently_in_each_epoch():
    recipe = Recipe()
    first, second = (draw_epoch(100, recipe, 0, epoch) for epoch in (0, 1))
    assert sorted(first.rows.tolist()) == sorted(second.rows.tolist()) == list(range(100))
    assert not torch.equal(first.rows, second.rows)
    again = draw_epoch(100, recipe, 0, 0)
    assert all(torch.equal(a, b) for a, b in zip(first, again, strict=True))
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
