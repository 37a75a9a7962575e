"""What a data set keeps in the cache: all its images in one order, not yet split by a seed."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, cast

import numpy as np

from explorer.data.dataset import Dataset, Split, mean_and_std, moments

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from explorer.data.cache import Arrays
    from explorer.data.splitting import Indices


@dataclass(frozen=True, eq=False)
class Table:
    """Labelled images with what is derived from them.

    Attributes:
        content: The images with labels, and masks and strata where there are any.
        classes: The class names.
        num_train: How many images at the start are the training split; 0 when a split is
            still to be carved.
        sums: ``(N, 2, 3)`` as ``moments`` gives them.
    """

    content: Split
    classes: tuple[str, ...]
    num_train: int
    sums: NDArray[np.int64]

    @classmethod
    def of(cls, content: Split, classes: tuple[str, ...], num_train: int = 0) -> Table:
        """Return a table with its moments worked out."""
        return cls(content, classes, num_train, moments(content.images))

    @classmethod
    def from_arrays(cls, arrays: Arrays) -> Table:
        """Return what ``to_arrays`` stored."""
        content = Split(
            cast("NDArray[np.uint8]", arrays["images"]),
            cast("NDArray[np.int64]", arrays["labels"]),
            cast("NDArray[np.bool_] | None", arrays.get("masks")),
            cast("NDArray[np.uint8] | None", arrays.get("strata")),
            cast("NDArray[np.uint8] | None", arrays.get("pixels")),
        )
        classes = tuple(str(name) for name in arrays["classes"])
        sums = cast("NDArray[np.int64]", arrays["sums"])
        return cls(content, classes, int(arrays["num_train"][0]), sums)

    def to_arrays(self) -> Arrays:
        """Return everything as arrays for the cache."""
        arrays: dict[str, NDArray[np.generic] | None] = {
            "images": self.content.images,
            "labels": self.content.labels,
            "masks": self.content.masks,
            "strata": self.content.strata,
            "pixels": self.content.pixels,
            "sums": self.sums,
            "classes": np.array(self.classes),
            "num_train": np.array([self.num_train]),
        }
        return {name: array for name, array in arrays.items() if array is not None}

    def given_split(self) -> tuple[slice, slice]:
        """Return the rows of the training and the test split that came with the set."""
        return slice(0, self.num_train), slice(self.num_train, len(self.content))

    def dataset(
        self,
        name: str,
        rows: tuple[slice, slice] | tuple[Indices, Indices],
        fingerprint: str,
    ) -> Dataset:
        """Return the data set with these rows for training and for testing.

        Slices give views of the cached arrays, index arrays give copies.
        """
        train, test = rows
        pixels = int(np.prod(self.content.images.shape[1:3]))
        mean, std = mean_and_std(self.sums[train], pixels)
        return Dataset(
            name, self.classes, self._rows(train), self._rows(test), mean, std, fingerprint
        )

    def _rows(self, rows: slice | Indices) -> Split:
        """Return some rows as a split."""
        masks, strata, pixels = self.content.masks, self.content.strata, self.content.pixels
        return Split(
            self.content.images[rows],
            self.content.labels[rows],
            None if masks is None else masks[rows],
            None if strata is None else strata[rows],
            None if pixels is None else pixels[rows],
        )
