"""Taking in images that a person uploads: as one zip in the data folder, whole or not at all."""

from __future__ import annotations

import os
import re
import shutil
import tempfile
import zipfile
from pathlib import Path, PurePosixPath
from typing import IO, TYPE_CHECKING

from explorer.data.image import MAX_BYTES, SUFFIXES
from explorer.data.layout import find_layout
from explorer.data.sources import MAX_FILES, NO_ZIP, open_source
from explorer.errors import DataError
from explorer.units import quantity
from explorer.words import _, mark

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable

MAX_ZIP_BYTES = 2_000_000_000
MAX_UNPACKED_BYTES = 8_000_000_000
MAX_RATIO = 200
"""A zip that unpacks to more than this many times its size is a bomb and no images."""
MAX_NAME = 60
_CHUNK = 1 << 20
_LAYOUT = mark(
    "Give a zip with one folder of images for each class, such as cat/1.jpg and dog/1.jpg."
)


def keep_zip(
    name: str,
    data: IO[bytes],
    folder: Path,
    on_bytes: Callable[[int], None] = lambda _done: None,
) -> Path:
    """Check an uploaded zip of images and put it into a folder under a name that is free.

    Args:
        name: As it was called; only letters, digits, ``-``, ``_`` and spaces of it are kept.
        data: Its bytes.
        folder: Where data sets are kept; made if it is not there.
        on_bytes: Told how many bytes are taken in.

    Raises:
        DataError: It is no zip of images by class, too large, or cannot be written.
    """
    with _Draft(folder) as draft:
        size = 0
        with draft.open("wb") as out:
            while chunk := data.read(_CHUNK):
                size += len(chunk)
                _require(size)
                out.write(chunk)
                on_bytes(size)
        return _placed(draft, name, folder)


def keep_files(
    name: str,
    files: Iterable[tuple[str, IO[bytes]]],
    folder: Path,
    on_bytes: Callable[[int], None] = lambda _done: None,
) -> Path:
    """Check the files of an uploaded folder and put them into a folder as one zip.

    Args:
        name: What the set is to be called.
        files: Names relative to the folder, with slashes, and what is in each; what is no image
            is left out.
        folder: Where data sets are kept; made if it is not there.
        on_bytes: As for ``keep_zip``.

    Raises:
        DataError: There are no images by class, they are too large, or cannot be written.
    """
    with _Draft(folder) as draft:
        size = 0
        # Stored as they are: images are packed already.
        with zipfile.ZipFile(draft, "w", zipfile.ZIP_STORED) as archive:
            for i, (given, data) in enumerate(files):
                place = PurePosixPath(given.replace("\\", "/"))
                if place.suffix.lower() not in SUFFIXES:
                    continue
                if place.is_absolute() or ".." in place.parts or i >= MAX_FILES:
                    raise DataError(
                        _("The file name {given!r} cannot be used.").format(given=given[:80]),
                        _(_LAYOUT),
                    )
                content = data.read(MAX_BYTES + 1)
                size += len(content)
                _require(size)
                archive.writestr(str(place), content)
                on_bytes(size)
        return _placed(draft, name, folder)


def _placed(draft: Path, name: str, folder: Path) -> Path:
    """Look into the zip, and give it a name that no other set has."""
    _require_harmless(draft)
    with open_source(draft) as source:
        find_layout(source.files, source.folders)
    with draft.open("rb") as data:
        os.fsync(data.fileno())
    stem, number = _safe(name), 1
    while True:
        target = folder / f"{stem}{'' if number == 1 else f'-{number}'}.zip"
        try:
            # Fails where there is one already; the rename alone would replace it.
            target.touch(exist_ok=False)
        except FileExistsError:
            number += 1
        else:
            return draft.replace(target)


def _safe(name: str) -> str:
    stem = re.sub(r"[^\w\- ]+", "-", Path(name.replace("\\", "/")).stem).strip("-_ ")[:MAX_NAME]
    return stem or "images"


def _require(size: int) -> None:
    if size > MAX_ZIP_BYTES:
        raise DataError(
            _("The upload is larger than {most}.").format(most=quantity(MAX_ZIP_BYTES, "B")),
            _("Scale the images down, or put them into the data folder by hand."),
        )


def _require_harmless(draft: Path) -> None:
    """Refuse what would fill the memory when it is read."""
    try:
        with zipfile.ZipFile(draft) as archive:
            infos = archive.infolist()
    except NO_ZIP as error:
        raise DataError(
            _("What was uploaded is not a zip that can be read."), _(_LAYOUT)
        ) from error
    unpacked = sum(info.file_size for info in infos)
    packed = max(draft.stat().st_size, 1)
    if unpacked > MAX_UNPACKED_BYTES or unpacked > MAX_RATIO * packed:
        raise DataError(
            _("The zip unpacks to {unpacked}, more than images do.").format(
                unpacked=quantity(unpacked, "B")
            ),
            _(_LAYOUT),
        )
    if any(info.flag_bits & 1 for info in infos):
        raise DataError(_("The zip is encrypted."), _("Make it again without a password."))


class _Draft:
    """A file beside the others that goes away in any case."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        self._place: tempfile.TemporaryDirectory[str] | None = None

    def __enter__(self) -> Path:
        try:
            self._folder.mkdir(parents=True, exist_ok=True)
            self._place = tempfile.TemporaryDirectory(dir=self._folder, prefix=".upload-")
        except OSError as error:
            raise _unwritable(self._folder, error) from error
        if shutil.disk_usage(self._folder).free < _CHUNK:
            self._place.cleanup()
            raise DataError(_("The disk is full."), _("Free some space."))
        return Path(self._place.name) / "draft.zip"

    def __exit__(self, _kind: object, error: BaseException | None, _trace: object) -> None:
        assert self._place is not None
        self._place.cleanup()
        if isinstance(error, OSError):
            raise _unwritable(self._folder, error) from error


def _unwritable(folder: Path, error: OSError) -> DataError:
    return DataError(
        _("The upload cannot be kept in {folder}: {reason}.").format(
            folder=folder, reason=error.strerror or error
        ),
        _("Free some space, or make the folder writable."),
    )
