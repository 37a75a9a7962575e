"""One file from the network: resumed, bounded, checked, and given up between two blocks.

What others publish is fetched here and nowhere else, by a job: a page never waits for it.
"""

from __future__ import annotations

import hashlib
import http.client
import os
import shutil
import socket
import threading
import time
import urllib.error
import urllib.request
from contextlib import contextmanager
from typing import TYPE_CHECKING, NamedTuple
from urllib.parse import urlsplit

from filelock import FileLock, Timeout

from explorer.errors import DataError
from explorer.units import quantity
from explorer.words import _, mark

if TYPE_CHECKING:
    from collections.abc import Callable, Generator
    from pathlib import Path

TIMEOUT = 20.0
"""Seconds without an answer or a byte after which a try is over."""
TRIES = 3
IN_VAIN = 3
"""Tries one after the other that may bring nothing."""
PAUSE = 0.25
"""Seconds before a further try where the one before brought nothing; doubled each time."""
RESOLVE_WITHIN = 0.9
"""Seconds in which a name must have an address, so that being offline is said at once."""
BLOCK = 1 << 18
ROOM = 3
"""How many times the size of the file must be free on the disk."""
_LOOPBACK = {"127.0.0.1", "localhost"}
_OFFLINE = mark("Everything else works without a connection.")


class Wanted(NamedTuple):
    """A file as its publisher announces it.

    Attributes:
        url: HTTPS; plain HTTP too where a whole MD5 is known.
        digest: SHA-256 in hexadecimal, or its first digits where no more is published; empty
            where there is an MD5.
        max_bytes: More than this is not taken [B].
        title: What it is called in messages.
        md5: In hexadecimal, where that is what is published.
    """

    url: str
    digest: str
    max_bytes: int
    title: str
    md5: str = ""

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
    *,
    tries: int = TRIES,
) -> str:
    """Fetch a file to ``path`` and return its SHA-256.

    What was fetched before and broken off is gone on with; it lies beside, named ``.part``. The
    file appears under its name only when it is whole and its digest is right.

    Args:
        wanted: What to fetch.
        path: Where to.
        on_progress: Told bytes done and in all, if that is known; may raise to stop, and then the
            part is kept.
        tries: How often the connection may break; it is given up before where nothing arrives.

    Raises:
        DataError: No connection, a refusal, a full disk, too large a file, or a wrong digest.
    """
    _require_secure(wanted.url, wanted)
    if not can_reach(wanted.host):
        raise offline(wanted)
    path.parent.mkdir(parents=True, exist_ok=True)
    part = path.with_name(f"{path.name}.part")
    in_vain = 0
    for attempt in range(1, tries + 1):
        there = _size(part)
        try:
            _fetch(wanted, part, on_progress)
            break
        except _InterruptedError as error:
            in_vain = in_vain + 1 if _size(part) == there else 0
            if attempt == tries or in_vain == IN_VAIN:
                raise DataError(
                    _("The connection to {host} broke off {tries} times: {error}.").format(
                        host=wanted.host, tries=attempt, error=error
                    ),
                    _("What has arrived is kept: start the download again to go on with it."),
                ) from None
        _pause(in_vain, lambda: on_progress(_size(part), None))
    found = require_right(wanted, part)
    with part.open("rb") as file:
        os.fsync(file.fileno())
    part.replace(path)
    return found


@contextmanager
def alone(lock: Path, meanwhile: Callable[[], None] = lambda: None) -> Generator[None]:
    """Wait until nobody else fetches the same file, and keep others waiting.

    Args:
        lock: The file whose lock says that somebody does.
        meanwhile: Called while waiting; may raise to stop.
    """
    held = FileLock(lock)
    while True:
        try:
            held.acquire(timeout=0.2)
            break
        except Timeout:
            meanwhile()
    try:
        yield
    finally:
        held.release()


def _size(path: Path) -> int:
    return path.stat().st_size if path.exists() else 0


def _pause(in_vain: int, meanwhile: Callable[[], None]) -> None:
    """Give a server time that had nothing to give; ``meanwhile`` may raise to stop."""
    left = PAUSE * 2 ** (in_vain - 1) if in_vain else 0.0
    while left > 0:
        meanwhile()
        time.sleep(min(left, 0.25))
        left -= 0.25


def require_right(wanted: Wanted, path: Path) -> str:
    """Return the SHA-256 of a file that has arrived; one that is not what was wanted is deleted.

    Raises:
        DataError: It is something else.
    """
    found = digest(path)
    checks = [("SHA-256", found, wanted.digest)]
    if wanted.md5:
        checks.append(("MD5", digest(path, "md5"), wanted.md5))
    for name, is_there, published in checks:
        if not is_there.startswith(published.lower()):
            path.unlink()
            raise DataError(
                _(
                    "What arrived is not {title}: its {name} begins with {found}, not with "
                    "{published}."
                ).format(
                    title=wanted.title, name=name, found=is_there[:8], published=published[:8]
                ),
                _(
                    "It was thrown away. Try again; if it happens again, something changes "
                    "files on the way."
                ),
            )
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
        _("This machine has no connection to {host}, so {title} cannot be fetched.").format(
            host=wanted.host, title=wanted.title
        ),
        _(_OFFLINE),
    )


def _require_secure(url: str, wanted: Wanted) -> None:
    parts = urlsplit(url)
    # Whoever changes a file on the way cannot make one with a whole checksum that is known here.
    is_safe = bool(wanted.md5) or parts.hostname in _LOOPBACK
    if parts.scheme != "https" and not (parts.scheme == "http" and is_safe):
        raise DataError(_("Files are fetched over HTTPS only."), _("Use an address with https."))


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
            _require_secure(answer.geturl(), wanted)
            done = _start(answer, done)
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
        raise _InterruptedError(str(reason).splitlines()[0][:120] or _("no answer")) from None
    except ConnectionError as error:
        raise _InterruptedError(str(error)[:120]) from None
    except OSError as error:
        raise DataError(
            _("{title} cannot be written: {reason}.").format(
                title=wanted.title, reason=error.strerror or error
            ),
            _("Check the free space of the disk, then start the download again."),
        ) from None
    if total is not None and done < total:
        raise _InterruptedError(
            _("{done} of {total} bytes had arrived").format(done=f"{done:,}", total=f"{total:,}")
        )


def _start(answer: http.client.HTTPResponse, done: int) -> int:
    """Return where in the file an answer begins."""
    if answer.status != http.HTTPStatus.PARTIAL_CONTENT:
        return 0  # The server begins at the beginning.
    told = answer.headers.get("Content-Range", "")
    if told and not told.startswith(f"bytes {done}-"):
        raise _InterruptedError(_("the server sent another part than was asked for"))
    return done


def _refused(wanted: Wanted, part: Path, error: urllib.error.HTTPError) -> None:
    if error.code == http.HTTPStatus.REQUESTED_RANGE_NOT_SATISFIABLE:
        part.unlink(missing_ok=True)
        raise _InterruptedError(_("the part on the disk did not fit")) from None
    if error.code >= http.HTTPStatus.INTERNAL_SERVER_ERROR:
        raise _InterruptedError(_("the server answered {code}").format(code=error.code)) from None
    raise DataError(
        _("{host} answered {code} for {title}.").format(
            host=wanted.host, code=error.code, title=wanted.title
        ),
        _("The file has moved or may not be fetched; nothing is wrong with this machine."),
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
            _("{title} needs {needed} of free disk; there are {free}.").format(
                title=wanted.title, needed=quantity(needed, "B"), free=quantity(free, "B")
            ),
            _("Make room, then start the download again."),
        )


def _too_large(wanted: Wanted, size: int) -> DataError:
    return DataError(
        _("{title} is larger than announced: {size}.").format(
            title=wanted.title, size=quantity(size, "B")
        ),
        _("It was not taken; the publisher may have changed it."),
    )


def digest(path: Path, name: str = "sha256") -> str:
    """Return the checksum of a file in hexadecimal."""
    kind = hashlib.new(name, usedforsecurity=False)
    with path.open("rb") as file:
        return hashlib.file_digest(file, lambda: kind).hexdigest()
