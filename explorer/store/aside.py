"""Runs that were deleted but can still be brought back: moved aside, not yet removed.

A folder that is moved keeps everything; what lies aside for longer than a day is removed for good.
"""

from __future__ import annotations

import os
import shutil
import time
from typing import TYPE_CHECKING

from explorer.errors import DataError
from explorer.store.paths import home
from explorer.words import _

if TYPE_CHECKING:
    from pathlib import Path

FOLDER = ".aside"
"""Among the runs, which may lie on another disk than the rest: a folder is moved within one."""
KEPT_SECONDS = 24 * 3600.0


def _place() -> Path:
    return home().runs / FOLDER


def put(run_id: str) -> None:
    """Move the folder of a run aside; one without a folder is noted all the same.

    Args:
        run_id: Of a job; the caller knows that it is one.

    Raises:
        DataError: The folder cannot be moved.
    """
    source, target = home().run(run_id), _place() / run_id
    try:
        target.parent.mkdir(parents=True, exist_ok=True)
        if source.exists():
            source.rename(target)
        else:
            target.mkdir(exist_ok=True)
        os.utime(target)
    except OSError as error:
        raise _not_moved(error) from error


def take_back(run_id: str) -> None:
    """Move the folder of a run back to where it was.

    Raises:
        DataError: It was removed for good, or cannot be moved.
    """
    source, target = _place() / run_id, home().run(run_id)
    if not source.is_dir():
        raise DataError(
            _("This run cannot be brought back any more."), _("It was removed for good.")
        )
    try:
        if any(source.iterdir()):
            source.rename(target)
        else:
            source.rmdir()
    except OSError as error:
        raise _not_moved(error) from error


def ids() -> frozenset[str]:
    """Return the runs that lie aside."""
    try:
        return frozenset(entry.name for entry in os.scandir(_place()))
    except OSError:
        return frozenset()


def expired(seconds: float = KEPT_SECONDS) -> list[str]:
    """Return the runs that have been aside for longer than some seconds."""
    limit = time.time() - seconds
    found: list[str] = []
    for run_id in ids():
        try:
            if (_place() / run_id).stat().st_mtime < limit:
                found.append(run_id)
        except OSError:
            continue
    return sorted(found)


def remove(run_id: str) -> None:
    """Remove what lies aside of a run, for good."""
    shutil.rmtree(_place() / run_id, ignore_errors=True)


def _not_moved(error: OSError) -> DataError:
    return DataError(
        _("The folder of this run cannot be moved: {reason}.").format(
            reason=error.strerror or error
        ),
        _("Check that the data folder can be written to."),
    )
