"""SVHN (Netzer et al. 2011): house numbers cut to single digits, from two MATLAB files."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from explorer.data.dataset import Split
from explorer.data.table import Table
from explorer.errors import DataError
from explorer.words import _

if TYPE_CHECKING:
    from pathlib import Path

    from numpy.typing import NDArray

IMAGE_SIZE = 32
CLASSES = tuple(str(digit) for digit in range(10))


def read(train: Path, test: Path) -> Table:
    """Return all images, those for training first.

    Raises:
        DataError: A file is damaged or holds something else.
    """
    parts = [_read(path) for path in (train, test)]
    images = np.concatenate([images for images, _ in parts])
    labels = np.concatenate([labels for _, labels in parts])
    return Table.of(Split(images, labels), CLASSES, len(parts[0][1]))


def _read(path: Path) -> tuple[NDArray[np.uint8], NDArray[np.int64]]:
    # Importing SciPy's reader takes half a second; a cached set is read without it.
    from scipy.io import loadmat  # noqa: PLC0415

    try:
        content = loadmat(path, variable_names=("X", "y"))
        pixels, digits = np.asarray(content["X"]), np.asarray(content["y"]).ravel()
    except Exception as error:  # the reader answers damage with whatever it tripped over
        raise _damaged(path) from error
    shape = (IMAGE_SIZE, IMAGE_SIZE, 3, len(digits))
    known = pixels.shape == shape and pixels.dtype == np.uint8 and len(digits) > 0
    if not known or digits.min() < 1 or digits.max() > 10:
        raise _damaged(path)
    # The file counts 1 .. 10 and means the digit 0 by 10.
    labels = digits.astype(np.int64) % 10
    return np.ascontiguousarray(np.moveaxis(pixels, -1, 0)), labels


def _damaged(path: Path) -> DataError:
    return DataError(
        _("The file {name} is damaged or holds something else.").format(name=path.name),
        _("Delete {path} and download it again.").format(path=path),
    )
