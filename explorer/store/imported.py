"""Runs that were taken in from other installations, among the app's own."""

from __future__ import annotations

import hashlib
from typing import TYPE_CHECKING, NamedTuple

from explorer.errors import DataError
from explorer.store import runs
from explorer.store.paths import home
from explorer.words import _

if TYPE_CHECKING:
    from pathlib import Path

PREFIX = "imported-"
"""Begins the id of a run that was taken in, so that it is never that of a job."""


class Imported(NamedTuple):
    """One of them.

    Attributes:
        id: The name of its folder.
        folder: Where it lies.
        record: As of any run.
    """

    id: str
    folder: Path
    record: runs.RunRecord


def imported() -> tuple[Imported, ...]:
    """Return those that have ended, the newest first; one that cannot be read is left out."""
    found: list[tuple[float, Imported]] = []
    for folder in home().runs.glob(f"{PREFIX}*"):
        try:
            if runs.is_complete(folder):
                one = Imported(folder.name, folder, runs.read(folder))
                found.append((folder.stat().st_mtime, one))
        except (DataError, OSError):
            continue
    return tuple(one for _time, one in sorted(found, key=lambda pair: pair[0], reverse=True))


def folder_of(bundle: Path) -> Path:
    """Return the folder of a bundle among the app's runs: the same bundle has the same.

    Raises:
        DataError: There is no such file.
    """
    try:
        with bundle.open("rb") as data:
            digest = hashlib.file_digest(data, "sha256").hexdigest()
    except OSError as error:
        raise DataError(
            _("The file {file} cannot be read: {reason}.").format(
                file=bundle, reason=error.strerror or error
            ),
            _("Check its name."),
        ) from None
    return home().runs / f"{PREFIX}{digest[:16]}"
