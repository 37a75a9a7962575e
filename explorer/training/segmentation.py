"""Classes of pixels: targets that move with their images, and exact scores.

Everything follows from one confusion matrix of whole numbers: the share of pixels that are
right, and for each class the intersection over the union (Everingham et al. 2010, PASCAL VOC).
"""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

import torch
from torch import Tensor, nn
from torch.nn import functional

from explorer.data.segmentation import IGNORED

if TYPE_CHECKING:
    from collections.abc import Callable

    from explorer.training.augment import Normalise

BATCH_SIZE = 50
"""Fixed, so that a figure can be had again to the last bit."""
NO_TARGET = -100
"""What ``cross_entropy`` leaves out."""


class MaskScore(NamedTuple):
    """What came out on some images.

    Attributes:
        mean_iou: Mean of ``class_iou`` over the classes that occur, 0..1.
        pixel_accuracy: Share of the pixels that are given their class, 0..1.
        loss: Mean cross-entropy of a pixel [nat].
        num_images: How many.
        class_iou: Of each class: pixels that have it and are given it, over those that have it
            or are given it; None where there are none.
    """

    mean_iou: float
    pixel_accuracy: float
    loss: float
    num_images: int
    class_iou: tuple[float | None, ...]


def targets(masks: Tensor) -> Tensor:
    """Return class masks (uint8) as ``cross_entropy`` takes them (int64)."""
    wide = masks.to(torch.int64)
    return wide.masked_fill_(masks == IGNORED, NO_TARGET)


def confusion(predicted: Tensor, wanted: Tensor, num_classes: int) -> Tensor:
    """Return how many pixels of a class (row) are given a class (column), int64.

    Args:
        predicted: Class indices of any shape.
        wanted: The same shape; below 0 where a pixel does not count.
        num_classes: Side of the matrix.
    """
    counts = wanted >= 0
    pairs = wanted[counts] * num_classes + predicted[counts]
    return torch.bincount(pairs, minlength=num_classes**2).reshape(num_classes, num_classes)


def iou(matrix: Tensor) -> tuple[float | None, ...]:
    """Return the intersection over the union of each class of a confusion matrix."""
    both = matrix.diagonal()
    either = matrix.sum(0) + matrix.sum(1) - both
    return tuple(
        inter / union if union else None
        for inter, union in zip(both.tolist(), either.tolist(), strict=True)
    )


def score_masks(
    network: nn.Module,
    images: Tensor,
    masks: Tensor,
    normalise: Normalise,
    on_batch: Callable[[], None] = lambda: None,
) -> MaskScore:
    """Return the score in evaluation mode and float32; the mode is put back after.

    Args:
        network: Gives logits (B, classes, H, W); on the device of the images.
        images: Bytes (N, H, W, C), N >= 1.
        masks: (N, H, W) uint8.
        normalise: Makes the network's input of the bytes.
        on_batch: Called after every batch; may raise to stop.
    """
    was_training = network.training
    network.eval()
    matrix, loss = None, torch.zeros((), dtype=torch.float64, device=images.device)
    try:
        with torch.inference_mode():
            for start in range(0, len(images), BATCH_SIZE):
                chosen = slice(start, start + BATCH_SIZE)
                logits = network(normalise(images[chosen])).float()
                wanted = targets(masks[chosen])
                loss += functional.cross_entropy(logits, wanted, reduction="sum")
                found = confusion(logits.argmax(1), wanted, logits.shape[1])
                matrix = found if matrix is None else matrix + found
                on_batch()
    finally:
        network.train(was_training)
    assert matrix is not None
    return _score(matrix, float(loss), len(images))


def _score(matrix: Tensor, loss: float, num_images: int) -> MaskScore:
    by_class = iou(matrix)
    there = [value for value in by_class if value is not None]
    pixels = max(int(matrix.sum()), 1)
    return MaskScore(
        mean_iou=sum(there) / max(len(there), 1),
        pixel_accuracy=int(matrix.trace()) / pixels,
        loss=loss / pixels,
        num_images=num_images,
        class_iou=by_class,
    )
