"""Oxford-IIIT Pets (Parkhi et al. 2012): 37 breeds, and which pixels are the animal.

The files lie as their archives hold them: ``images/NAME.jpg``, ``annotations/trimaps/NAME.png``
(1 animal, 2 background, 3 border) and the two lists of the published split.
"""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING, NamedTuple

import numpy as np
from PIL import Image

from explorer.data.cache import cached, data_folder
from explorer.data.dataset import Dataset, Split, fingerprint
from explorer.data.image import fit
from explorer.data.progress import OnProgress, reported
from explorer.data.segmentation import BACKGROUND, IGNORED
from explorer.data.table import Table
from explorer.errors import DataError
from explorer.words import _

if TYPE_CHECKING:
    from numpy.typing import NDArray

NAME = "oxford-pets"
IMAGE_SIZE = 64
PIXEL_CLASSES = (BACKGROUND, "pet")
_FOLDER = "oxford-iiit-pet"
_LISTS = ("trainval.txt", "test.txt")
_MEANING = np.full(256, IGNORED, np.uint8)
_MEANING[[1, 2]] = 1, 0
_VERSION = 1


class Member(NamedTuple):
    """One image: the name of its files, and its breed from 0."""

    name: str
    label: int


def folder() -> Path:
    """Return where the files lie once they are downloaded."""
    return data_folder() / _FOLDER


def is_there() -> bool:
    """Return whether the files have been downloaded."""
    parts = (Path("images"), *(Path("annotations") / name for name in ("trimaps", *_LISTS)))
    return all((folder() / part).exists() for part in parts)


def members() -> tuple[tuple[Member, ...], tuple[Member, ...]]:
    """Return the training and the test images of the published split.

    Raises:
        DataError: The files are not there, or a list is damaged.
    """
    if not is_there():
        raise DataError(
            _("Oxford Pets is not on this machine."),
            _("Download it with `python -m explorer fetch {data}` (about 800 MB).").format(
                data=NAME
            ),
        )
    try:
        train, test = (_read(folder() / "annotations" / name) for name in _LISTS)
    except (OSError, ValueError, IndexError) as error:
        raise _damaged(_("a list of its images cannot be read")) from error
    return train, test


def class_names(found: tuple[Member, ...]) -> tuple[str, ...]:
    """Return the breeds in the order of their labels."""
    names = {m.label: m.name.rpartition("_")[0].replace("_", " ").title() for m in found}
    return tuple(names[label] for label in sorted(names))


def load_pets(image_size: int = IMAGE_SIZE, on_progress: OnProgress | None = None) -> Dataset:
    """Return the images cropped to their central squares, with breeds and trimaps.

    The border between animal and background is ``IGNORED``.

    Raises:
        DataError: The files are not there or damaged.
    """
    train, test = members()
    key = fingerprint({"pets": _VERSION, "image_size": image_size, "split": (train, test)})
    table = Table.from_arrays(
        cached(f"pets-{key[:24]}", lambda: _decoded(train, test, image_size, on_progress))
    )
    dataset = table.dataset(NAME, table.given_split(), key)
    return replace(dataset, pixel_classes=PIXEL_CLASSES)


def _read(path: Path) -> tuple[Member, ...]:
    """Read lines of ``name class species breed``; the class counts from 1."""
    lines = path.read_text(encoding="utf-8").splitlines()
    parts = [line.split() for line in lines if line.strip() and not line.startswith("#")]
    return tuple(Member(part[0], int(part[1]) - 1) for part in parts)


def _decoded(
    train: tuple[Member, ...],
    test: tuple[Member, ...],
    size: int,
    on_progress: OnProgress | None,
) -> dict[str, NDArray[np.generic]]:
    found = train + test
    images = np.empty((len(found), size, size, 3), np.uint8)
    pixels = np.empty((len(found), size, size), np.uint8)
    for row, member in enumerate(reported(found, _("Reading Oxford Pets"), on_progress)):
        try:
            images[row], pixels[row] = _one(member.name, size)
        except (OSError, ValueError) as error:
            raise _damaged(f"{member.name} cannot be read") from error
    labels = np.array([member.label for member in found], np.int64)
    content = Split(images, labels, pixels == 1, None, pixels)
    return Table.of(content, class_names(found), len(train)).to_arrays()


def _one(name: str, size: int) -> tuple[NDArray[np.uint8], NDArray[np.uint8]]:
    with Image.open(folder() / "images" / f"{name}.jpg") as image:
        picture = np.asarray(image.convert("RGB"))
    with Image.open(folder() / "annotations" / "trimaps" / f"{name}.png") as trimap:
        width, height = trimap.size
        side = min(width, height)
        left, top = (width - side) / 2, (height - side) / 2
        # The same square as the image's; a class between two classes would mean nothing.
        box = (left, top, left + side, top + side)
        mask = np.asarray(trimap.resize((size, size), Image.Resampling.NEAREST, box=box))
    return fit(picture, size), _MEANING[mask]


def _damaged(what: str) -> DataError:
    return DataError(
        _("Oxford Pets is damaged: {what}.").format(what=what),
        _("Delete {value} and download it again with `python -m explorer fetch {data}`.").format(
            value=folder(), data=NAME
        ),
    )
