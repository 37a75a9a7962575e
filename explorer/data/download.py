"""One file from the network: resumed, bounded, checked, and given up between two blocks.

What others publish is fetched here and nowhere else, by a job: a page never waits for it.
"""

from __future__ import annotations

import hashlib
import http.client
import shutil
import socket
import threading
import urllib.error
import urllib.request
from typing import TYPE_CHECKING, NamedTuple
from urllib.parse import urlsplit

from explorer.errors import DataError
from explorer.units import quantity

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

TIMEOUT = 20.0
"""Seconds without an answer or a byte after which a try is over."""
TRIES = 3
RESOLVE_WITHIN = 0.9
"""Seconds in which a name must have an address, so that being offline is said at once."""
BLOCK = 1 << 18
ROOM = 3
"""How many times the size of the file must be free on the disk."""
_LOOPBACK = {"127.0.0.1", "localhost"}
_OFFLINE = "Everything else works without a connection."


class Wanted(NamedTuple):
    """A file as its publisher announces it.

    Attributes:
        url: HTTPS.
        digest: SHA-256 in hexadecimal, or its first digits where no more is published.
        max_bytes: More than this is not taken [B].
        title: What it is called in messages.
    """

    url: str
    digest: str
    max_bytes: int
    title: str

    @property
    def host(self) -> str:
        """Return where it is fetched from."""
        return urlsplit(self.url).hostname or ""


class _InterruptedError(Exception):
    """The connection broke; what has arrived is kept and gone on with."""


def download(
    wanted: Wanted,
    path: Path,
    on_progress: Callable[[int, int | None], None] = lambda _done, _total: None,
) -> str:
    """Fetch a file to ``path`` and return its SHA-256.

    What was fetched before and broken off is gone on with; it lies beside, named ``.part``. The
    file appears under its name only when it is whole and its digest is right.

    Args:
        wanted: What to fetch.
        path: Where to.
        on_progress: Told bytes done and in all, if that is known; may raise to stop, and then the
            part is kept.

    Raises:
        DataError: No connection, a refusal, a full disk, too large a file, or a wrong digest.
    """
    _require_https(wanted.url)
    if not can_reach(wanted.host):
        raise offline(wanted)
    path.parent.mkdir(parents=True, exist_ok=True)
    part = path.with_name(f"{path.name}.part")
    for attempt in range(1, TRIES + 1):
        try:
            _fetch(wanted, part, on_progress)
            break
        except _InterruptedError as error:
            if attempt == TRIES:
                raise DataError(
                    f"The connection to {wanted.host} broke off {TRIES} times: {error}.",
                    "What has arrived is kept: start the download again to go on with it.",
                ) from None
    found = _digest(part)
    if not found.startswith(wanted.digest.lower()):
        part.unlink()
        raise DataError(
            f"What arrived is not {wanted.title}: its SHA-256 begins with {found[:8]}, not with "
            f"{wanted.digest[:8]}.",
            "It was thrown away. Try again; if it happens again, something changes files on the "
            "way.",
        )
    part.replace(path)
    return found


def can_reach(host: str, within: float = RESOLVE_WITHIN) -> bool:
    """Return whether a host has an address, or a proxy is set that knows; never takes longer.

    Args:
        host: Its name.
        within: Seconds.
    """
    if host in _LOOPBACK or urllib.request.getproxies().get("https"):
        return True
    found: list[object] = []

    def resolve() -> None:
        try:
            found.extend(socket.getaddrinfo(host, 443))
        except OSError:
            return

    thread = threading.Thread(target=resolve, daemon=True)
    thread.start()
    thread.join(within)
    return bool(found)


def offline(wanted: Wanted) -> DataError:
    """Return the error for a machine without a connection."""
    return DataError(
        f"This machine has no connection to {wanted.host}, so {wanted.title} cannot be fetched.",
        _OFFLINE,
    )


def _require_https(url: str) -> None:
    parts = urlsplit(url)
    if parts.scheme != "https" and parts.hostname not in _LOOPBACK:
        raise DataError("Files are fetched over HTTPS only.", "Use an address with https.")


def _fetch(wanted: Wanted, part: Path, on_progress: Callable[[int, int | None], None]) -> None:
    """Fetch what is missing of a file.

    Raises:
        _InterruptedError: Something was missing at the end; a further try may bring it.
        DataError: A further try would not help.
    """
    done, total = part.stat().st_size if part.exists() else 0, None
    request = urllib.request.Request(wanted.url)  # noqa: S310 - HTTPS was required
    if done:
        request.add_header("Range", f"bytes={done}-")
    try:
        with urllib.request.urlopen(request, timeout=TIMEOUT) as answer:  # noqa: S310 - likewise
            _require_https(answer.geturl())
            if done and answer.status != http.HTTPStatus.PARTIAL_CONTENT:
                done = 0  # The server begins at the beginning.
            total = _total(answer, done)
            _require_room(wanted, part, done, total)
            with part.open("ab" if done else "wb") as file:
                while block := answer.read(BLOCK):
                    done += len(block)
                    if done > wanted.max_bytes:
                        raise _too_large(wanted, done)
                    file.write(block)
                    on_progress(done, total)
    except urllib.error.HTTPError as error:
        _refused(wanted, part, error)
    except (urllib.error.URLError, http.client.HTTPException, TimeoutError) as error:
        reason = getattr(error, "reason", error)
        raise _InterruptedError(str(reason).splitlines()[0][:120] or "no answer") from None
    except ConnectionError as error:
        raise _InterruptedError(str(error)[:120]) from None
    except OSError as error:
        raise DataError(
            f"{wanted.title} cannot be written: {error.strerror or error}.",
            "Check the free space of the disk, then start the download again.",
        ) from None
    if total is not None and done < total:
        raise _InterruptedError(f"{done:,} of {total:,} bytes had arrived")


def _refused(wanted: Wanted, part: Path, error: urllib.error.HTTPError) -> None:
    if error.code == http.HTTPStatus.REQUESTED_RANGE_NOT_SATISFIABLE:
        part.unlink(missing_ok=True)
        raise _InterruptedError("the part on the disk did not fit") from None
    if error.code >= http.HTTPStatus.INTERNAL_SERVER_ERROR:
        raise _InterruptedError(f"the server answered {error.code}") from None
    raise DataError(
        f"{wanted.host} answered {error.code} for {wanted.title}.",
        "The file has moved or may not be fetched; nothing is wrong with this machine.",
    ) from None


def _total(answer: http.client.HTTPResponse, done: int) -> int | None:
    length = answer.headers.get("Content-Length", "")
    return done + int(length) if length.isdecimal() else None


def _require_room(wanted: Wanted, part: Path, done: int, total: int | None) -> None:
    if total is not None and total > wanted.max_bytes:
        raise _too_large(wanted, total)
    needed = ((total or wanted.max_bytes) - done) * ROOM
    free = shutil.disk_usage(part.parent).free
    if free < needed:
        raise DataError(
            f"{wanted.title} needs {quantity(needed, 'B')} of free disk; there are "
            f"{quantity(free, 'B')}.",
            "Make room, then start the download again.",
        )


def _too_large(wanted: Wanted, size: int) -> DataError:
    return DataError(
        f"{wanted.title} is larger than announced: {quantity(size, 'B')}.",
        "It was not taken; the publisher may have changed it.",
    )


def _digest(path: Path) -> str:
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()
