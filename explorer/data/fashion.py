"""Fashion-MNIST (Xiao et al. 2017): clothes in grey, 28 x 28, from four files of the MNIST kind."""

from __future__ import annotations

import gzip
import zlib
from typing import TYPE_CHECKING

import numpy as np

from explorer.data.dataset import Split
from explorer.data.table import Table
from explorer.errors import DataError
from explorer.words import _

if TYPE_CHECKING:
    from pathlib import Path

    from numpy.typing import NDArray

IMAGE_SIZE = 28
CLASSES = (
    "T-shirt/top",
    "Trouser",
    "Pullover",
    "Dress",
    "Coat",
    "Sandal",
    "Shirt",
    "Sneaker",
    "Bag",
    "Ankle boot",
)
_MOST = 60_000


def read(train_images: Path, train_labels: Path, test_images: Path, test_labels: Path) -> Table:
    """Return all images as RGB, those for training first.

    Raises:
        DataError: A file is damaged or holds something else.
    """
    parts = [_pair(train_images, train_labels), _pair(test_images, test_labels)]
    images = np.concatenate([images for images, _ in parts])
    labels = np.concatenate([labels for _, labels in parts])
    return Table.of(Split(images, labels), CLASSES, len(parts[0][1]))


def _pair(images: Path, labels: Path) -> tuple[NDArray[np.uint8], NDArray[np.int64]]:
    grey, classes = _array(images, 3), _array(labels, 1)
    if grey.shape[1:] != (IMAGE_SIZE, IMAGE_SIZE):
        raise _damaged(images)
    if len(classes) != len(grey) or classes.max(initial=0) >= len(CLASSES):
        raise _damaged(labels)
    return np.repeat(grey[..., None], 3, axis=3), classes.astype(np.int64)


def _array(path: Path, dimensions: int) -> NDArray[np.uint8]:
    """Read one file: two zeros, 8 for bytes, the number of dimensions, their sizes, the bytes."""
    header = 4 * (1 + dimensions)
    limit = header + _MOST * IMAGE_SIZE**2
    try:
        with gzip.open(path) as stream:
            data = stream.read(limit + 1)
    except (OSError, EOFError, zlib.error) as error:
        raise _damaged(path) from error
    if data[:4] != bytes((0, 0, 8, dimensions)) or len(data) < header:
        raise _damaged(path)
    shape = tuple(int(size) for size in np.frombuffer(data[4:header], ">u4"))
    if len(data) - header != int(np.prod(shape)) or not shape[0]:
        raise _damaged(path)
    return np.frombuffer(data[header:], np.uint8).reshape(shape)


def _damaged(path: Path) -> DataError:
    return DataError(
        _("The file {name} is damaged or holds something else.").format(name=path.name),
        _("Delete {path} and download it again.").format(path=path),
    )
