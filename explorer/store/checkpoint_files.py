"""Checkpoints as files at an fsspec URL; complete under their final name or not there at all.

No database here: the process of a job writes and reads them, and the ledger decides which counts.
"""

from __future__ import annotations

import contextlib
import hashlib
import os
import shutil
from pathlib import Path
from typing import IO, TYPE_CHECKING, cast

import fsspec

from explorer.store.records import Saved
from explorer.store.runs import sync_folder

if TYPE_CHECKING:
    from collections.abc import Sequence

_BLOCK = 1 << 20


def put(source: Path, root: str, attempt: int, step: int, score: float | None = None) -> Saved:
    """Copy a complete file to where checkpoints are kept.

    On a local disk it is linked where that works, so that it takes no room twice; the writer must
    replace its file and never change it in place.

    Args:
        source: The file.
        root: The URL of a folder that belongs to the job.
        attempt: Of the job; part of the name, so that a stale writer harms nobody.
        step: At which it was written.
        score: How good it is; higher is better.

    Raises:
        OSError: It cannot be written.
    """
    digest = _digest(source)
    url = f"{root.rstrip('/')}/ckpt-{attempt}-{step}{source.suffix}"
    place = _local(url)
    if place is None:
        with source.open("rb") as data, _open(url, "wb") as target:
            shutil.copyfileobj(data, target, _BLOCK)
    else:
        _put_local(source, place)
    return Saved(attempt, step, url, digest, score)


def fetch(saved: Sequence[Saved], target: Path) -> Saved | None:
    """Put the first checkpoint that is whole at a path, and return it; None when none is.

    Args:
        saved: What the ledger names, the one to resume from first.
        target: Is replaced.
    """
    draft = target.with_name(f".{target.name}.draft")
    for one in saved:
        with contextlib.suppress(OSError, ValueError, ImportError):
            with _open(one.url, "rb") as data, draft.open("wb") as file:
                _copy(data, file)
            if _digest(draft) == one.digest:
                draft.replace(target)
                return one
    draft.unlink(missing_ok=True)
    return None


def remove(url: str) -> None:
    """Delete a checkpoint; one that is gone does not matter."""
    with contextlib.suppress(OSError, ValueError, ImportError):
        system, path = fsspec.core.url_to_fs(url)
        system.rm(path)


def _open(url: str, mode: str) -> IO[bytes]:
    system, path = fsspec.core.url_to_fs(url)
    return cast("IO[bytes]", system.open(path, mode))


def _put_local(source: Path, place: Path) -> None:
    place.parent.mkdir(parents=True, exist_ok=True)
    draft = place.with_name(f".{place.name}.draft")
    draft.unlink(missing_ok=True)
    try:
        os.link(source, draft)
    except OSError:
        with source.open("rb") as data, draft.open("wb") as file:
            _copy(data, file)
    draft.replace(place)
    sync_folder(place.parent)


def _copy(data: IO[bytes], file: IO[bytes]) -> None:
    shutil.copyfileobj(data, file, _BLOCK)
    file.flush()
    os.fsync(file.fileno())


def _local(url: str) -> Path | None:
    system, path = fsspec.core.url_to_fs(url)
    protocols = (system.protocol,) if isinstance(system.protocol, str) else system.protocol
    return Path(path) if "file" in protocols else None


def _digest(path: Path) -> str:
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()
