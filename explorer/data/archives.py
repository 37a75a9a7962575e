"""Unpacking an archive of others: bounded, inside its folder, and all or nothing."""

from __future__ import annotations

import shutil
import tarfile
import tempfile
import zlib
from pathlib import Path
from typing import TYPE_CHECKING

from explorer.errors import DataError
from explorer.words import Phrase, _

if TYPE_CHECKING:
    from explorer.data.published_file import Watcher

MAX_MEMBERS = 100_000


def unpack(path: Path, into: Path, watcher: Watcher, *, most_bytes: int) -> None:
    """Unpack a gzipped tar so that what it holds appears in a folder at once.

    Links, devices and names that lead out of the folder are refused, and so is more than was
    expected.

    Args:
        path: The archive.
        into: The folder; what is in it under the same names is replaced.
        watcher: Is told and asked; what it raises ends the unpacking and leaves nothing behind.
        most_bytes: That all files may have together [B].

    Raises:
        DataError: The archive is damaged, unsafe or too large.
        OSError: It cannot be written.
    """
    into.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory(dir=into, prefix=".unpacking-") as scratch:
        try:
            _unpack(path, Path(scratch), watcher, most_bytes)
        except (tarfile.TarError, EOFError, zlib.error) as error:
            raise DataError(
                _("The archive {name} is damaged or unsafe.").format(name=path.name),
                _("Delete {path} and download it again.").format(path=path),
            ) from error
        for made in Path(scratch).iterdir():
            place = into / made.name
            if place.is_dir():
                shutil.rmtree(place)
            made.replace(place)


def _unpack(path: Path, into: Path, watcher: Watcher, most_bytes: int) -> None:
    whole, seen, count = path.stat().st_size, 0, 0
    with path.open("rb") as raw, tarfile.open(fileobj=raw, mode="r:gz") as tar:
        for member in tar:
            seen, count = seen + member.size, count + 1
            if seen > most_bytes or count > MAX_MEMBERS:
                raise DataError(
                    _("The archive {name} holds more than it should.").format(name=path.name),
                    _("Delete {path} and download it again.").format(path=path),
                )
            if not (member.isreg() or member.isdir()):
                raise tarfile.ExtractError(member.name)
            tar.extract(member, into, filter="data")
            text = Phrase("Unpacking {name}", name=path.name)
            watcher.progress(min(raw.tell() / whole, 1.0), text)
            watcher.check()
