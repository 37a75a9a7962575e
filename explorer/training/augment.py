"""Random crops, flips and blanks of a whole batch at once, from images that stay as bytes.

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
    from collections.abc import Callable, Sequence

    from numpy.typing import NDArray

    from explorer.training.recipe import Recipe

Triple = tuple[float, float, float]


class Draws(NamedTuple):
    """Which images come, and what is done to each; all of length N, int64 unless said.

    Attributes:
        rows: Indices of the images.
        dy: Shift of the crop down [px].
        dx: Shift of the crop to the right [px].
        flip: 1 where left and right are swapped.
        cut: Centre of the blanked square in the result, (N, 2): down and to the right [px].
        share: Weight of an image in the mixture with its partner, float32; one value in a batch.
    """

    rows: Tensor
    dy: Tensor
    dx: Tensor
    flip: Tensor
    cut: Tensor | None = None
    share: Tensor | None = None

    def batch(self, start: int, size: int) -> Draws:
        """Return some consecutive ones."""
        return self.each(lambda part: part[start : start + size])

    def to(self, device: torch.device) -> Draws:
        """Return the same on another device."""
        return self.each(lambda part: part.to(device))

    def each(self, change: Callable[[Tensor], Tensor]) -> Draws:
        """Return what a function makes of every part that there is."""
        return Draws(
            change(self.rows),
            change(self.dy),
            change(self.dx),
            change(self.flip),
            None if self.cut is None else change(self.cut),
            None if self.share is None else change(self.share),
        )


def seeded(*key: int) -> torch.Generator:
    """Return a CPU generator for a key of whole numbers >= 0; other keys, unrelated streams."""
    return torch.Generator().manual_seed(seed_of(*key))


def seed_of(*key: int) -> int:
    """Return one seed of 64 bits for a key of whole numbers >= 0."""
    return int(np.random.SeedSequence(key).generate_state(1, np.uint64)[0])


def draw_epoch(
    num_images: int, recipe: Recipe, seed: int, epoch: int, size: tuple[int, int] = (1, 1)
) -> Draws:
    """Draw everything random of one epoch; every image comes once.

    Args:
        num_images: To choose from.
        recipe: What is done to them.
        seed: Of the run.
        epoch: Counted from 0.
        size: Height and width of the images, for the places of blanked squares [px].
    """
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
    return Draws(
        rows,
        dy,
        dx,
        flip,
        _draw_cuts(num_images, size, seeded(seed, epoch, 2)) if recipe.cutout else None,
        _draw_shares(num_images, recipe, seed, epoch) if recipe.mixup else None,
    )


def _draw_cuts(num_images: int, size: tuple[int, int], generator: torch.Generator) -> Tensor:
    places = [torch.randint(side, (num_images,), generator=generator) for side in size]
    return torch.stack(places, dim=1)


def _draw_shares(num_images: int, recipe: Recipe, seed: int, epoch: int) -> Tensor:
    """Return one share for each batch, written beside each of its images."""
    batch_size = min(recipe.batch_size, num_images)
    source = np.random.Generator(np.random.Philox(np.random.SeedSequence((seed, epoch, 3))))
    shares = source.beta(recipe.mixup, recipe.mixup, -(-num_images // batch_size))
    return torch.from_numpy(shares.astype(np.float32)).repeat_interleave(batch_size)[:num_images]


class Pixels:
    """Images of one size that stay on a device, as one long row of pixels.

    After the last pixel stands one more, what is shown where there is no image. So a crop, a flip
    and a blanked square are a choice of places in that row, and a batch is read once.

    Args:
        images: (N, H, W, C), any dtype; copied.
        blank: What is shown where there is nothing, C values.
        recipe: Its ``border`` and ``cutout``.
        device: Where they stay.
    """

    def __init__(
        self,
        images: NDArray[np.generic],
        blank: Sequence[int],
        recipe: Recipe,
        device: torch.device,
    ) -> None:
        """Copy the images to the device."""
        num, self._height, self._width, channels = images.shape
        self._last = num * self._height * self._width
        row = np.empty((self._last + 1, channels), images.dtype)
        row[:-1] = images.reshape(self._last, channels)
        row[-1] = blank
        self._row = torch.from_numpy(row).to(device)
        self.images = self._row[:-1].view(images.shape)
        self._mirrors, self._cutout = recipe.border == "mirror", recipe.cutout
        self._ys = torch.arange(self._height, device=device)
        self._xs = torch.arange(self._width, device=device)

    def __len__(self) -> int:
        """Return the number of images."""
        return len(self.images)

    def gather(self, draws: Draws) -> Tensor:
        """Return cropped and flipped images, (B, H, W, C).

        ``out[b, y, x] = images[rows[b], y + dy[b], dx[b] + x']`` with ``x'`` the mirrored ``x``
        where flipped. Beyond the border an image is mirrored, or blank.

        Args:
            draws: B of them; shifts smaller than H and W.
        """
        turned = torch.where(draws.flip[:, None] == 1, self._width - 1 - self._xs, self._xs)
        y, x = draws.dy[:, None] + self._ys, draws.dx[:, None] + turned
        hidden: Tensor | None = None
        if not self._mirrors:
            hidden = _outside(y, self._height)[:, :, None] | _outside(x, self._width)[:, None, :]
        y, x = _mirrored(y, self._height), _mirrored(x, self._width)
        places = ((draws.rows * self._height)[:, None] + y) * self._width
        places = places[:, :, None] + x[:, None, :]
        if draws.cut is not None:
            square = self._square(draws.cut)
            hidden = square if hidden is None else hidden | square
        if hidden is not None:
            places = places.masked_fill(hidden, self._last)
        chosen = self._row.index_select(0, places.flatten())
        return chosen.view(len(draws.rows), self._height, self._width, -1)

    def _square(self, centre: Tensor) -> Tensor:
        """Return which positions (B, H, W) of the result are blanked."""
        first = centre - self._cutout // 2
        down = self._ys - first[:, :1]
        across = self._xs - first[:, 1:]
        rows = (down >= 0) & (down < self._cutout)
        columns = (across >= 0) & (across < self._cutout)
        return rows[:, :, None] & columns[:, None, :]


def _mirrored(index: Tensor, size: int) -> Tensor:
    """Return indices with those outside 0 .. size - 1 reflected at the border pixel."""
    return (size - 1) - ((size - 1) - index.abs()).abs()


def _outside(index: Tensor, size: int) -> Tensor:
    return (index < 0) | (index >= size)


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
        self.memory_format = memory_format
        spread = torch.tensor(std, dtype=torch.float64)
        shift = -torch.tensor(mean, dtype=torch.float64) / spread
        self._scale = (1 / (255 * spread)).to(device, torch.float32)
        self._shift = shift.to(device, torch.float32)

    def __call__(self, images: Tensor) -> Tensor:
        """Return float32 (B, C, H, W) for bytes (B, H, W, C)."""
        values = images.to(torch.float32).mul_(self._scale).add_(self._shift)
        return values.permute(0, 3, 1, 2).contiguous(memory_format=self.memory_format)
