"""A few images of a data set, quickly: for a page that shows what a network looks at."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Literal

import numpy as np

from explorer.data.registry import load, shapes_config
from explorer.data.shapes import PRESETS, ShapesConfig, render
from explorer.data.shapes.config import CLASSES
from explorer.errors import DataError
from explorer.words import _

if TYPE_CHECKING:
    from collections.abc import Sequence

    from numpy.typing import NDArray

    from explorer.data.dataset import Dataset, Split

SplitName = Literal["train", "test"]


@dataclass(frozen=True, eq=False)
class Sample:
    """One image with what is known about it.

    Attributes:
        index: Its place in the split.
        image: ``(H, W, 3)`` uint8, RGB.
        label: The class index.
        class_name: The class.
        mask: ``(H, W)`` bool, True on the object; None for all but shapes.
        stratum: Object size 0 small, 1 medium, 2 large; None without a mask.
        pixels: ``(H, W)`` uint8, the class of every pixel as in ``Segmentation``; None without.
    """

    index: int
    image: NDArray[np.uint8]
    label: int
    class_name: str
    mask: NDArray[np.bool_] | None = None
    stratum: int | None = None
    pixels: NDArray[np.uint8] | None = None


def samples(
    name_or_path: str,
    indices: Sequence[int],
    *,
    split: SplitName = "test",
    seed: int = 0,
    image_size: int | None = None,
) -> tuple[Sample, ...]:
    """Return images by their place in a split, the same that ``load`` gives.

    Shapes are drawn on the spot, under a millisecond each; other sets come from the cache,
    and are loaded into it the first time.

    Args:
        name_or_path: As for ``load``.
        indices: Places in the split, from 0.
        split: ``train`` or ``test``.
        seed: As for ``load``.
        image_size: As for ``load``.

    Raises:
        DataError: As ``load``; and for a split or a place that does not exist.
    """
    if split not in {"train", "test"}:
        raise DataError(
            _("There is no split {split!r}.").format(split=split), _("Choose train or test.")
        )
    if name_or_path in PRESETS:
        config = shapes_config(name_or_path, image_size)
        _check(indices, config.num_train if split == "train" else config.num_test, split)
        return tuple(_drawn(config, seed, split, index) for index in indices)
    dataset = load(name_or_path, seed=seed, image_size=image_size)
    rows = dataset.train if split == "train" else dataset.test
    _check(indices, len(rows), split)
    return tuple(_stored(dataset, rows, index) for index in indices)


def _drawn(config: ShapesConfig, seed: int, split: SplitName, index: int) -> Sample:
    """Draw one of the shapes."""
    image, label, mask, stratum = render(config, seed, split, index)
    pixels = mask * np.uint8(label + 1)
    return Sample(index, image, label, CLASSES[label], mask, stratum, pixels)


def _stored(dataset: Dataset, rows: Split, index: int) -> Sample:
    """Take one of a set that is in memory."""
    label = int(rows.labels[index])
    name, image = dataset.classes[label], rows.images[index]
    if rows.pixels is not None:
        return Sample(index, image, label, name, pixels=rows.pixels[index])
    if rows.masks is None:
        return Sample(index, image, label, name)
    mask = rows.masks[index]
    return Sample(index, image, label, name, mask, pixels=mask * np.uint8(label + 1))


def _check(indices: Sequence[int], count: int, split: str) -> None:
    """Refuse a place outside the split."""
    outside = next((index for index in indices if not 0 <= index < count), None)
    if outside is not None:
        raise DataError(
            _("The {split} split has no image {outside}.").format(split=split, outside=outside),
            _("Choose from 0 to {value}.").format(value=count - 1),
        )
