"""CIFAR-10 and CIFAR-100 (Krizhevsky 2009) from their binary archives.

A record is one byte of class (two in CIFAR-100, the coarse one first) and 3,072 of image: red,
green and blue, each 32 rows of 32. Nothing is extracted and nothing is unpickled.
"""

from __future__ import annotations

import tarfile
import zlib
from dataclasses import dataclass
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
_IMAGE_BYTES = 3 * IMAGE_SIZE**2


@dataclass(frozen=True)
class Archive:
    """What lies in an archive.

    Attributes:
        train: Members with training images, in order.
        test: The member with test images.
        names: The member with class names, one a line.
        label_bytes: Before each image; the last of them is the class.
        records: Images in each member.
        classes: The class names that must be found.
    """

    train: tuple[str, ...]
    test: str
    names: str
    label_bytes: int
    records: dict[str, int]
    classes: tuple[str, ...]


def read(path: Path, archive: Archive) -> Table:
    """Return all images of an archive, those for training first.

    Raises:
        DataError: The archive is damaged or holds something else.
    """
    wanted = (*archive.train, archive.test)
    sizes = {name: archive.records[name] * (archive.label_bytes + _IMAGE_BYTES) for name in wanted}
    found = _members(path, {**sizes, archive.names: 100_000})
    names = found[archive.names].decode("ascii", "replace").split()
    if tuple(names) != archive.classes:
        raise _damaged(path, _("its class names are not those of the set"))
    parts = [_records(path, found[name], sizes[name], archive) for name in wanted]
    images = np.concatenate([images for images, _ in parts])
    labels = np.concatenate([labels for _, labels in parts])
    num_train = sum(archive.records[name] for name in archive.train)
    return Table.of(Split(images, labels), archive.classes, num_train)


def _members(path: Path, sizes: dict[str, int]) -> dict[str, bytes]:
    """Read the wanted members, each no larger than it may be."""
    found: dict[str, bytes] = {}
    try:
        with tarfile.open(path, "r:gz") as tar:
            for member in tar:
                limit = sizes.get(member.name)
                if limit is None or not member.isreg():
                    continue
                stream = tar.extractfile(member)
                assert stream is not None
                found[member.name] = stream.read(limit + 1)
    except (tarfile.TarError, OSError, EOFError, zlib.error) as error:
        raise _damaged(path, _("it cannot be unpacked")) from error
    missing = next((name for name in sizes if name not in found), None)
    if missing is not None:
        raise _damaged(path, f"{missing} is missing")
    return found


def _records(
    path: Path, data: bytes, size: int, archive: Archive
) -> tuple[NDArray[np.uint8], NDArray[np.int64]]:
    if len(data) != size:
        raise _damaged(path, _("a part of it has another length"))
    rows = np.frombuffer(data, np.uint8).reshape(-1, archive.label_bytes + _IMAGE_BYTES)
    labels = rows[:, archive.label_bytes - 1].astype(np.int64)
    if labels.max() >= len(archive.classes):
        raise _damaged(path, _("it names a class that there is not"))
    images = rows[:, archive.label_bytes :].reshape(-1, 3, IMAGE_SIZE, IMAGE_SIZE)
    return np.ascontiguousarray(images.transpose(0, 2, 3, 1)), labels


def _damaged(path: Path, what: str) -> DataError:
    return DataError(
        _("The archive {name} is damaged: {what}.").format(name=path.name, what=what),
        _("Delete {path} and download it again.").format(path=path),
    )
