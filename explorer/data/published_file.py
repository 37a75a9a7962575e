"""A file that somebody publishes, kept under its own name once it is whole and right.

What has arrived stays in ``NAME.part`` and is gone on with; beside a file that was checked lies
its SHA-256.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Protocol
from urllib.parse import urlsplit

from explorer.data.download import Wanted, alone, can_reach, download, offline, require_right
from explorer.errors import DataError
from explorer.units import quantity
from explorer.words import Phrase, _

if TYPE_CHECKING:
    from pathlib import Path

TRIES = 20
"""A large file may break off often; each try goes on where the one before it ended."""
SLACK = 1.05
"""A file may be this many times as large as is known, because sizes are rounded."""


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
    def wanted(self) -> Wanted:
        """What a download needs to know."""
        return Wanted(self.url, "", int(self.size * SLACK), self.name, self.md5)


class Watcher(Protocol):
    """Whoever waits for a download."""

    def progress(self, fraction: float, text: str | Phrase) -> None:
        """Be told how far it is, 0..1; may raise to stop."""
        ...

    def check(self) -> None:
        """Be asked often whether to stop; may raise."""
        ...


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

    def waits() -> None:
        watcher.progress(0.0, _("Another download of the same file is at work"))
        watcher.check()

    try:
        folder.mkdir(parents=True, exist_ok=True)
        with alone(folder / f"{file.name}.lock", waits):
            if not is_verified(target):
                seal(target, _bring(file, target, watcher))
    except OSError as error:
        raise DataError(
            _("{name} cannot be written: {reason}.").format(
                name=file.name, reason=error.strerror or error
            ),
            _("Free some space, or set EXPLORER_DATA to a folder that can be written."),
        ) from error
    return target


def is_verified(target: Path) -> bool:
    """Return whether a file is there and was found to be what was published."""
    try:
        return _seal_of(target).read_text(encoding="ascii").split()[1] == str(target.stat().st_size)
    except (OSError, IndexError, ValueError):
        return False


def seal(target: Path, sha256: str) -> None:
    """Note that a file is what was published."""
    _seal_of(target).write_text(f"{sha256} {target.stat().st_size}\n", encoding="ascii")


def _seal_of(target: Path) -> Path:
    return target.with_name(f"{target.name}.sha256")


def _bring(file: File, target: Path, watcher: Watcher) -> str:
    """Return the SHA-256 of the file, which is there and right in the end."""
    if target.exists():
        watcher.progress(0.0, Phrase("Checking {file}", file=file.name))
        try:
            return require_right(file.wanted, target)
        except DataError:
            watcher.check()  # it was deleted, and is downloaded

    def tell(done: int, _total: int | None) -> None:
        sizes = {"done": quantity(done, "B"), "size": quantity(file.size, "B")}
        shown = Phrase("{file}, {done} of {size}", file=file.name, **sizes)
        watcher.progress(min(done / file.size, 1.0), shown)
        watcher.check()

    watcher.progress(0.0, Phrase("Connecting to {host}", host=file.wanted.host))
    watcher.check()
    if not can_reach(file.wanted.host):
        raise DataError(
            offline(file.wanted).message,
            _("Connect and try again, or copy {name} from another machine into {parent}.").format(
                name=file.name, parent=target.parent
            ),
        )
    part = target.with_name(f"{target.name}.part")
    was_begun = part.exists()
    try:
        return download(file.wanted, target, tell, tries=TRIES)
    except DataError:
        if not was_begun or part.exists():
            raise
        # What an earlier attempt had left was of another file; it is gone now.
        return download(file.wanted, target, tell, tries=TRIES)
