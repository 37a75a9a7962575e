"""Random crops and flips of a whole batch at once, from images that stay in memory as bytes.

Everything random in an epoch is drawn before it starts, from the seed and the number of the
epoch alone. So the order of the data is the same on every device, and an interrupted epoch can
be drawn again.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

import numpy as np
import torch
from torch import Tensor

if TYPE_CHECKING:
    from explorer.training.recipe import Recipe

Triple = tuple[float, float, float]


class Draws(NamedTuple):
    """Which images come, and how each is moved; all of shape (N,), int64.

    Attributes:
        rows: Indices of the images.
        dy: Shift of the crop down [px].
        dx: Shift of the crop to the right [px].
        flip: 1 where left and right are swapped.
    """

    rows: Tensor
    dy: Tensor
    dx: Tensor
    flip: Tensor

    def batch(self, start: int, size: int) -> Draws:
        """Return some consecutive ones."""
        return Draws(*(part[start : start + size] for part in self))

    def to(self, device: torch.device) -> Draws:
        """Return the same on another device."""
        return Draws(*(part.to(device) for part in self))


def seeded(*key: int) -> torch.Generator:
    """Return a CPU generator for a key of whole numbers >= 0; other keys, unrelated streams."""
    return torch.Generator().manual_seed(seed_of(*key))


def seed_of(*key: int) -> int:
    """Return one seed of 64 bits for a key of whole numbers >= 0."""
    return int(np.random.SeedSequence(key).generate_state(1, np.uint64)[0])


def draw_epoch(num_images: int, recipe: Recipe, seed: int, epoch: int) -> Draws:
    """Draw order, crops and flips of one epoch; every image comes once."""
    generator = seeded(seed, epoch)
    rows = torch.randperm(num_images, generator=generator)
    pad = recipe.crop_padding
    dy, dx = torch.randint(-pad, pad + 1, (2, num_images), generator=generator)
    match recipe.flip:
        case "none":
            flip = torch.zeros(num_images, dtype=torch.int64)
        case "random":
            flip = torch.randint(2, (num_images,), generator=generator)
        case "alternating":
            first = torch.randint(2, (num_images,), generator=seeded(seed))
            flip = (first[rows] + epoch) % 2
    return Draws(rows, dy, dx, flip)


def gather(images: Tensor, draws: Draws) -> Tensor:
    """Return cropped and flipped images in one read; beyond the border they are mirrored.

    Args:
        images: All of them, (N, H, W, C), any dtype.
        draws: B of them; shifts smaller than H and W.

    Returns:
        (B, H, W, C): ``out[b, y, x] = images[rows[b], y + dy[b], x' + dx[b]]`` with ``x'`` the
        mirrored ``x`` where flipped.
    """
    _, height, width, _ = images.shape
    ys = torch.arange(height, device=images.device)
    xs = torch.arange(width, device=images.device)
    turned = torch.where(draws.flip[:, None] == 1, width - 1 - xs, xs)
    y = _mirrored(draws.dy[:, None] + ys, height)
    x = _mirrored(draws.dx[:, None] + turned, width)
    return images[draws.rows[:, None, None], y[:, :, None], x[:, None, :]]


def _mirrored(index: Tensor, size: int) -> Tensor:
    """Return indices with those outside 0 .. size - 1 reflected at the border pixel."""
    return (size - 1) - ((size - 1) - index.abs()).abs()


class Normalise:
    """From bytes to what a network takes: (value / 255 - mean) / std.

    Args:
        mean: By channel, for values in 0..1.
        std: By channel, for values in 0..1, not 0.
        device: Where the images are.
        memory_format: Layout of the result.
    """

    def __init__(
        self, mean: Triple, std: Triple, device: torch.device, memory_format: torch.memory_format
    ) -> None:
        """Work out the two factors, so that a batch takes one multiplication and one addition."""
        spread = torch.tensor(std, dtype=torch.float64)
        shift = -torch.tensor(mean, dtype=torch.float64) / spread
        self._scale = (1 / (255 * spread)).to(device, torch.float32)
        self._shift = shift.to(device, torch.float32)
        self._memory_format = memory_format

    def __call__(self, images: Tensor) -> Tensor:
        """Return float32 (B, C, H, W) for bytes (B, H, W, C)."""
        values = images.to(torch.float32).mul_(self._scale).add_(self._shift)
        return values.permute(0, 3, 1, 2).contiguous(memory_format=self._memory_format)
