"""Files of a data set, in a folder or inside a zip, behind one interface.

Nothing is ever extracted: the files of an archive are read from it, so a name inside it can
lead nowhere.
"""

from __future__ import annotations

import os
import zipfile
import zlib
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Protocol

from explorer.data.dataset import fingerprint
from explorer.data.image import MAX_BYTES
from explorer.errors import DataError
from explorer.words import _, mark

if TYPE_CHECKING:
    from collections.abc import Generator

MAX_FILES = 500_000
# The last is what zipfile raises for an archive that needs a newer version of the format.
NO_ZIP = (zipfile.BadZipFile, OSError, ValueError, NotImplementedError)
"""What opening a zip raises where it is none that can be read."""
_LAYOUT = mark("Give a folder or a zip with one folder of images for each class.")


class Source(Protocol):
    """Named files and folders; names are relative, with slashes."""

    @property
    def files(self) -> tuple[str, ...]:
        """All files, sorted."""
        ...

    @property
    def folders(self) -> frozenset[str]:
        """All folders, the empty ones too."""
        ...

    @property
    def stamp(self) -> str:
        """A digest that changes whenever a file does: names, sizes, times of change."""
        ...

    def read(self, name: str) -> bytes:
        """Return a file's bytes, one more than ``MAX_BYTES`` at most."""
        ...


@dataclass(frozen=True)
class _Folder:
    root: Path
    files: tuple[str, ...]
    folders: frozenset[str]
    stamp: str

    def read(self, name: str) -> bytes:
        try:
            with (self.root / name).open("rb") as file:
                return file.read(MAX_BYTES + 1)
        except OSError as error:
            raise DataError(
                _("The file cannot be read: {reason}.").format(reason=error.strerror),
                _("Check who may read it."),
            ) from error


@dataclass(frozen=True)
class _Archive:
    archive: zipfile.ZipFile
    infos: dict[str, zipfile.ZipInfo]
    folders: frozenset[str]
    stamp: str

    @property
    def files(self) -> tuple[str, ...]:
        return tuple(sorted(self.infos))

    def read(self, name: str) -> bytes:
        try:
            with self.archive.open(self.infos[name]) as file:
                return file.read(MAX_BYTES + 1)
        except (zipfile.BadZipFile, zlib.error, EOFError, OSError) as error:
            raise DataError(
                _("The archive is damaged at this file."), _("Make or download it anew.")
            ) from error
        # What zipfile raises for a password, and for a compression that it does not know.
        except (RuntimeError, NotImplementedError) as error:
            raise DataError(
                _("This file of the archive is encrypted or compressed in an unusual way."),
                _("Make the zip again without a password, with ordinary compression."),
            ) from error


@contextmanager
def open_source(path: Path) -> Generator[Source]:
    """Open a folder or a zip for reading.

    Raises:
        DataError: No such file, neither a folder nor a zip, unreadable, or too many files.
    """
    if path.is_dir():
        yield _list_folder(path)
        return
    if not path.exists():
        raise DataError(
            _("There is no data set, folder or file {path!r}.").format(path=str(path)), _(_LAYOUT)
        )
    try:
        archive = zipfile.ZipFile(path)
    except NO_ZIP as error:
        raise DataError(
            _("{name!r} is not a zip that can be read.").format(name=path.name), _(_LAYOUT)
        ) from error
    with archive:
        yield _list_archive(path, archive)


def _list_folder(root: Path) -> Source:
    """Walk a folder; hidden files and folders are left out."""
    files: list[tuple[str, int, int]] = []
    folders: set[str] = set()

    def refuse(error: OSError) -> None:
        raise DataError(
            _("The folder {filename!r} cannot be read.").format(filename=error.filename),
            _("Check who may read it."),
        ) from error

    for place, inner, names in os.walk(root, onerror=refuse):
        inner[:] = sorted(name for name in inner if not _is_hidden(name))
        relative = Path(place).relative_to(root)
        folders.update((relative / name).as_posix() for name in inner)
        files.extend(
            ((relative / name).as_posix(), facts.st_size, facts.st_mtime_ns)
            for name in names
            if not _is_hidden(name) and (facts := _stat(Path(place) / name))
        )
        _check_count(len(files))
    files.sort()
    stamp = fingerprint({"folder": str(root.resolve()), "files": files})
    return _Folder(root, tuple(name for name, _, _ in files), frozenset(folders), stamp)


def _stat(path: Path) -> os.stat_result | None:
    """Return a file's size and time; None for a broken link or something that is no file."""
    try:
        return path.stat() if path.is_file() else None
    except OSError:
        return None


def _list_archive(path: Path, archive: zipfile.ZipFile) -> Source:
    """Read an archive's table of contents; hidden files are left out."""
    infos: dict[str, zipfile.ZipInfo] = {}
    folders: set[str] = set()
    _check_count(len(archive.infolist()))
    for info in archive.infolist():
        name = info.filename.replace("\\", "/")
        parts = [part for part in name.split("/") if part not in {"", "."}]
        if name.startswith("/") or ".." in parts:
            raise DataError(
                _("The archive has a file with an unsafe name, {name!r}.").format(name=name),
                _(_LAYOUT),
            )
        if any(_is_hidden(part) for part in parts):
            continue
        if name.endswith("/"):
            folders.add("/".join(parts))
        else:
            infos["/".join(parts)] = info
        if "/".join(parts[:-1]) not in folders:
            folders.update("/".join(parts[:depth]) for depth in range(1, len(parts)))
    facts = path.stat()
    stamp = fingerprint(
        {"zip": str(path.resolve()), "size": facts.st_size, "mtime": facts.st_mtime_ns}
    )
    return _Archive(archive, infos, frozenset(folders), stamp)


def _is_hidden(name: str) -> bool:
    """Return whether a name is the operating system's own, such as ``__MACOSX``."""
    return name.startswith(".") or name == "__MACOSX"


def _check_count(count: int) -> None:
    """Refuse more files than the limit."""
    if count > MAX_FILES:
        raise DataError(
            _("The data set has more than {most:,} files.").format(most=MAX_FILES),
            _("Use a part of the images."),
        )
