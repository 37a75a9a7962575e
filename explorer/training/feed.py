"""Batches of training images, made on the device from a few numbers for each image."""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

import torch
from torch import Tensor

from explorer.data.segmentation import IGNORED, segmentation
from explorer.training.augment import Draws, Normalise, Pixels
from explorer.training.resident import on_device
from explorer.training.segmentation import targets

if TYPE_CHECKING:
    from collections.abc import Iterator

    from explorer.data import Dataset
    from explorer.training.recipe import Recipe


class Batch(NamedTuple):
    """What a network is shown, and what it should say.

    Attributes:
        images: (B, C, H, W), normalised.
        targets: Classes (B,), or of every pixel (B, H, W) with values below 0 where none counts.
        others: Classes of the images that are mixed in; None without mixup.
        share: Weight of ``targets`` beside ``others``, a scalar; None without mixup.
    """

    images: Tensor
    targets: Tensor
    others: Tensor | None = None
    share: Tensor | None = None

    def parts(self, num: int) -> Iterator[Batch]:
        """Yield the batch in parts of about equal size."""
        others = [None] * num if self.others is None else self.others.tensor_split(num)
        pieces = zip(
            self.images.tensor_split(num), self.targets.tensor_split(num), others, strict=True
        )
        for images, wanted, other in pieces:
            yield Batch(images, wanted, other, self.share)


class Feed:
    """The training images on a device, as bytes, with what they show.

    Args:
        dataset: Where they are from.
        recipe: What is done to them.
        device: Where they stay.
        segments: Whether the network says a class of every pixel.

    Raises:
        DataError: There are no masks to segment by.
    """

    def __init__(
        self, dataset: Dataset, recipe: Recipe, device: torch.device, *, segments: bool = False
    ) -> None:
        """Copy everything to the device."""
        # The mean colour, to the nearest byte, is zero for the network.
        mean = [round(value * 255) for value in dataset.mean]
        self._pixels = Pixels(dataset.train.images, mean, recipe, device)
        self._labels = on_device(dataset.train.labels, device)
        self._masks = (
            Pixels(segmentation(dataset).train[..., None], (IGNORED,), recipe, device)
            if segments
            else None
        )
        formats = {"channels_last": torch.channels_last, "contiguous": torch.contiguous_format}
        self._normalise = {
            layout: Normalise(dataset.mean, dataset.std, device, memory_format)
            for layout, memory_format in formats.items()
        }

    def __len__(self) -> int:
        """Return the number of images."""
        return len(self._pixels)

    @property
    def size(self) -> tuple[int, int]:
        """Height and width of the images [px]."""
        height, width = self._pixels.images.shape[1:3]
        return height, width

    def batch(self, draws: Draws, layout: str) -> Batch:
        """Return the images that were drawn, in a memory layout of ``Plan``."""
        images = self._normalise[layout](self._pixels.gather(draws))
        if self._masks is not None:
            # The mask of an image is cropped, flipped and blanked as the image is.
            return Batch(images, targets(self._masks.gather(draws)[..., 0]))
        labels = self._labels[draws.rows]
        if draws.share is None:
            return Batch(images, labels)
        share = draws.share[0]
        return Batch(torch.lerp(images.flip(0), images, share), labels, labels.flip(0), share)
