"""Handwritten digits that come with scikit-learn: 1,797 images of 8 x 8, enlarged."""

from __future__ import annotations

import numpy as np

from explorer.data.cache import cached
from explorer.data.dataset import Dataset, Split, fingerprint
from explorer.data.image import fit
from explorer.data.splitting import stratified
from explorer.data.table import Table

IMAGE_SIZE = 32
CLASSES = tuple(str(digit) for digit in range(10))
_TEST_SHARE = 0.2
_BRIGHTEST = 16
_VERSION = 1


def load_digits(seed: int, image_size: int = IMAGE_SIZE) -> Dataset:
    """Return the digits as RGB, a fifth of each class held out by the seed.

    Source: E. Alpaydin and C. Kaynak, "Optical Recognition of Handwritten Digits", UCI (1998);
    the copy that scikit-learn ships is the original test set.

    Raises:
        DataError: The data folder cannot be written.
    """
    table = Table.from_arrays(
        cached(f"digits-{_VERSION}-{image_size}", lambda: _enlarge(image_size).to_arrays())
    )
    rows = stratified(table.content.labels, _TEST_SHARE, seed)
    key = fingerprint({"digits": _VERSION, "image_size": image_size, "seed": seed})
    return table.dataset("digits", rows, key)


def _enlarge(image_size: int) -> Table:
    """Return all digits as ``(1797, image_size, image_size, 3)``."""
    # Importing scikit-learn takes a second; a cached set is read without it.
    from sklearn import datasets  # noqa: PLC0415

    pixels, labels = datasets.load_digits(return_X_y=True)
    grey = np.rint(np.asarray(pixels).reshape(-1, 8, 8) * (255 / _BRIGHTEST)).astype(np.uint8)
    small = np.repeat(grey[..., None], 3, axis=3)
    images = np.stack([fit(image, image_size) for image in small])
    return Table.of(Split(images, np.asarray(labels, dtype=np.int64)), CLASSES)
