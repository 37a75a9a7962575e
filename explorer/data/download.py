"""One published file, fetched so that neither a bad network nor a bad server does harm.

What has arrived stays in ``NAME.part`` and is gone on with; under its own name a file is whole
and its checksum is the published one. Nothing is fetched unless a person asks for it.
"""

from __future__ import annotations

import hashlib
import http.client
import os
import re
import shutil
import ssl
import time
import urllib.error
import urllib.request
from contextlib import contextmanager
from dataclasses import dataclass
from typing import IO, TYPE_CHECKING, Protocol
from urllib.parse import urlsplit

from filelock import FileLock, Timeout

from explorer.errors import DataError
from explorer.units import quantity

if TYPE_CHECKING:
    from collections.abc import Generator
    from pathlib import Path

TIMEOUT = 20.0
"""How long a connection may be silent [s]."""
TRIES = 3
"""Attempts in a row that bring nothing new."""
PAUSE = 1.0
"""Before the second attempt; each further one waits twice as long [s]."""
SLACK = 1.05
"""A file may be this many times as large as is known, because sizes are rounded."""
_CHUNK = 1 << 18
_USER_AGENT = "residual-explorer"


@dataclass(frozen=True)
class File:
    """A file that somebody publishes.

    Attributes:
        url: Where.
        md5: Of its bytes, as published.
        size: About how large it is [B]; much more is not accepted.
        source: Where the checksum is from.
    """

    url: str
    md5: str
    size: int
    source: str

    @property
    def name(self) -> str:
        """The last part of its address."""
        return urlsplit(self.url).path.rpartition("/")[2]

    @property
    def host(self) -> str:
        """The machine that publishes it."""
        return urlsplit(self.url).hostname or ""


class Watcher(Protocol):
    """Whoever waits for a download."""

    def progress(self, fraction: float, text: str) -> None:
        """Be told how far it is, 0..1; may raise to stop."""
        ...

    def check(self) -> None:
        """Be asked often whether to stop; may raise."""
        ...


class _BrokenOffError(Exception):
    """The connection ended before the file did; the rest can be asked for."""


def fetch(file: File, folder: Path, watcher: Watcher) -> Path:
    """Return the path of a published file, downloaded if it is not there yet.

    A copy that a person has put there by hand is taken if its checksum is right.

    Args:
        file: Which.
        folder: Where it is kept; made if it is not there.
        watcher: Is told and asked; what it raises ends the download, to be gone on with later.

    Raises:
        DataError: No connection, no such file, too little room, or not what was published.
    """
    target = folder / file.name
    try:
        folder.mkdir(parents=True, exist_ok=True)
        with _alone(folder / f"{file.name}.lock", watcher):
            if not is_verified(target):
                _bring(file, target, watcher)
    except OSError as error:
        raise DataError(
            f"{file.name} cannot be written: {error.strerror or error}.",
            "Free some space, or set EXPLORER_DATA to a folder that can be written.",
        ) from error
    return target


def _bring(file: File, target: Path, watcher: Watcher) -> None:
    """Download and check; what an earlier attempt has left may be of another file, so once more."""
    part = target.with_name(f"{target.name}.part")
    was_begun = target.exists() or part.exists()
    if not target.exists():
        _download(file, part, watcher)
        part.replace(target)
    if _is_right(file, target, watcher):
        return
    target.unlink()
    if was_begun:
        _download(file, part, watcher)
        part.replace(target)
        if _is_right(file, target, watcher):
            return
        target.unlink()
    raise DataError(
        f"What arrived as {file.name} is not what was published: its checksum is another.",
        "It was deleted. Try again; if it happens again, the publisher has changed the file.",
    )


def is_verified(target: Path) -> bool:
    """Return whether a file is there and was found to be what was published."""
    try:
        facts = target.stat()
        return _seal(target).read_text(encoding="ascii").split()[1] == str(facts.st_size)
    except (OSError, IndexError, ValueError):
        return False


def _seal(target: Path) -> Path:
    return target.with_name(f"{target.name}.sha256")


@contextmanager
def _alone(lock: Path, watcher: Watcher) -> Generator[None]:
    """Wait until nobody else fetches the same file, and keep others waiting."""
    held = FileLock(lock)
    while True:
        try:
            held.acquire(timeout=0.2)
            break
        except Timeout:
            watcher.progress(0.0, "Another download of the same file is at work")
            watcher.check()
    with held:
        held.release()  # one of two: the other is given back at the end
        yield


def _download(file: File, part: Path, watcher: Watcher) -> None:
    """Bring the whole file, going on from what is there already."""
    failures, before = 0, _size(part)
    _require_room(file, part.parent, before)
    while True:
        try:
            _receive(file, part, watcher)
            break
        except (_BrokenOffError, TimeoutError, http.client.HTTPException, ConnectionError):
            now = _size(part)
            failures, before = (0 if now > before else failures + 1), now
            if failures >= TRIES:
                raise DataError(
                    f"The download of {file.name} from {file.host} breaks off again and again.",
                    "Try again later; it goes on where it stopped.",
                ) from None
            _pause(PAUSE * 2**failures, watcher)


def _receive(file: File, part: Path, watcher: Watcher) -> None:
    """Ask for what is missing and append it until the file is whole."""
    watcher.progress(min(_size(part) / file.size, 1.0), f"Connecting to {file.host}")
    watcher.check()
    have = _size(part)
    try:
        response = _open(file, have)
    except urllib.error.HTTPError as error:
        if error.code == http.HTTPStatus.REQUESTED_RANGE_NOT_SATISFIABLE and have:
            if error.headers.get("Content-Range") == f"bytes */{have}":
                return  # nothing is missing
            part.unlink()  # the server's file is shorter than what is here
            raise _BrokenOffError from None
        if error.code >= http.HTTPStatus.INTERNAL_SERVER_ERROR:
            raise _BrokenOffError from None
        raise _refused(file, error.code) from None
    except urllib.error.URLError as error:
        if isinstance(error.reason, TimeoutError):
            raise _BrokenOffError from None
        raise _unreachable(file, error.reason) from None
    with response:
        start = _start(response, have)
        length = response.headers.get("Content-Length", "")
        expected = start + int(length) if length.isdecimal() else None
        _require_size(file, expected or 0, part)
        with part.open("ab") as out:
            out.truncate(start)
            _copy(response, out, file, watcher, part)
            out.flush()
            os.fsync(out.fileno())
    if expected is not None and _size(part) < expected:
        raise _BrokenOffError


def _open(file: File, have: int) -> http.client.HTTPResponse:
    headers = {"User-Agent": _USER_AGENT, "Accept-Encoding": "identity"}
    if have:
        headers["Range"] = f"bytes={have}-"
    if urlsplit(file.url).scheme not in {"http", "https"}:
        raise _refused(file, 0)
    request = urllib.request.Request(file.url, headers=headers)  # noqa: S310 - checked above
    return urllib.request.urlopen(request, timeout=TIMEOUT)  # noqa: S310 - checked above


def _start(response: http.client.HTTPResponse, have: int) -> int:
    """Return where in the file the answer begins; a server may not know parts."""
    if response.status != http.HTTPStatus.PARTIAL_CONTENT:
        return 0
    found = re.fullmatch(r"bytes (\d+)-\d+/(\d+|\*)", response.headers.get("Content-Range", ""))
    if found is None or int(found[1]) != have:
        raise _BrokenOffError
    return have


def _copy(
    response: http.client.HTTPResponse, out: IO[bytes], file: File, watcher: Watcher, part: Path
) -> None:
    """Append what arrives."""
    out.seek(0, os.SEEK_END)
    while chunk := response.read(_CHUNK):
        _require_size(file, out.tell() + len(chunk), part)
        out.write(chunk)
        have = out.tell()
        shown = f"{quantity(have, 'B')} of {quantity(file.size, 'B')}"
        watcher.progress(min(have / file.size, 1.0), f"{file.name}, {shown}")
        watcher.check()


def _is_right(file: File, target: Path, watcher: Watcher) -> bool:
    """Compare with the published checksum, and note that it was found right."""
    md5, sha256 = hashlib.md5(usedforsecurity=False), hashlib.sha256()
    with target.open("rb") as data:
        while chunk := data.read(1 << 22):
            md5.update(chunk)
            sha256.update(chunk)
            watcher.progress(1.0, f"Checking {file.name}")
            watcher.check()
        size = data.tell()
    if md5.hexdigest() != file.md5:
        return False
    # Kept for whoever wants to know what exactly was trained on.
    _seal(target).write_text(f"{sha256.hexdigest()} {size}\n", encoding="ascii")
    return True


def _require_room(file: File, folder: Path, have: int) -> None:
    needed = max(file.size - have, 0)
    free = shutil.disk_usage(folder).free
    if free < needed:
        raise DataError(
            f"{file.name} needs {quantity(needed, 'B')}; the disk has {quantity(free, 'B')} free.",
            "Free some space, or set EXPLORER_DATA to a folder on another disk.",
        )


def _require_size(file: File, size: int, part: Path) -> None:
    if size > file.size * SLACK:
        part.unlink(missing_ok=True)
        raise DataError(
            f"{file.host} sends more than the {quantity(file.size, 'B')} that {file.name} has.",
            "Nothing of it was taken. Try again later.",
        )


def _refused(file: File, code: int) -> DataError:
    return DataError(
        f"{file.host} does not give {file.name} (status {code}).",
        "Try again later; if it stays so, the publisher has moved the file.",
    )


def _unreachable(file: File, reason: object) -> DataError:
    is_secured = isinstance(reason, ssl.SSLError)
    why = f" that can be trusted ({reason.reason})" if is_secured else ""
    return DataError(
        f"There is no connection to {file.host}{why}.",
        f"Connect and try again, or copy {file.name} from another machine into the data folder.",
    )


def _size(path: Path) -> int:
    return path.stat().st_size if path.exists() else 0


def _pause(seconds: float, watcher: Watcher) -> None:
    until = time.monotonic() + seconds
    while (left := until - time.monotonic()) > 0:
        watcher.check()
        time.sleep(min(left, 0.1))
