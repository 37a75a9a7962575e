"""Arrays that took seconds to make, kept on disk and read back as memory maps.

An entry is a folder of ``.npy`` files with a manifest of checksums. It appears by one rename,
so a reader never sees half of it; a file lock keeps two processes from making it twice; an
entry that fails its checksum is made again.
"""

from __future__ import annotations

import json
import os
import tempfile
import zlib
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np
import platformdirs
from filelock import FileLock

from explorer.errors import DataError
from explorer.words import _

if TYPE_CHECKING:
    from collections.abc import Callable

    from numpy.typing import NDArray

Arrays = dict[str, "NDArray[np.generic]"]
_MANIFEST = "manifest.json"


def data_folder() -> Path:
    """Return the folder for data: ``EXPLORER_DATA``, or the user's cache folder."""
    configured = os.environ.get("EXPLORER_DATA", "").strip()
    if configured:
        return Path(configured).expanduser()
    return Path(platformdirs.user_cache_dir("residual-explorer", appauthor=False)) / "data"


def cached(key: str, build: Callable[[], Arrays]) -> Arrays:
    """Return the arrays of an entry, made by ``build`` if they are not there or damaged.

    Args:
        key: The name of the entry, a plain file name; must determine the arrays.
        build: Makes the arrays; called at most once at a time on this machine.

    Returns:
        Read-only memory maps of the arrays.

    Raises:
        DataError: The data folder cannot be written.
    """
    entry = data_folder() / key
    arrays = read(entry)
    if arrays is not None:
        return arrays
    try:
        entry.parent.mkdir(parents=True, exist_ok=True)
        with FileLock(f"{entry}.lock"):
            arrays = read(entry)
            if arrays is None:
                _write(entry, build())
                arrays = read(entry)
    except OSError as error:
        raise DataError(
            _("The data folder {parent} cannot be written: {reason}.").format(
                parent=entry.parent, reason=error.strerror or error
            ),
            _("Free some space, or set EXPLORER_DATA to a folder that can be written."),
        ) from error
    if arrays is None:
        raise DataError(
            _("What was written to {entry} did not read back as it was written.").format(
                entry=entry
            ),
            _("The disk may be failing; set EXPLORER_DATA to a folder on another one."),
        )
    return arrays


def read(entry: Path, *, verify: bool = True) -> Arrays | None:
    """Return an entry's arrays as read-only memory maps; None when absent or damaged.

    Args:
        entry: The folder of the entry.
        verify: Whether to check the checksums, which reads everything once.
    """
    try:
        manifest: dict[str, int] = json.loads((entry / _MANIFEST).read_text(encoding="utf-8"))
        arrays: Arrays = {
            name: np.load(entry / f"{name}.npy", mmap_mode="r", allow_pickle=False)
            for name in manifest
        }
        intact = not verify or all(_checksum(arrays[name]) == manifest[name] for name in manifest)
    except (OSError, ValueError, TypeError, AttributeError, EOFError):
        return None
    return arrays if arrays and intact else None


def _write(entry: Path, arrays: Arrays) -> None:
    """Put an entry in place by one rename."""
    with tempfile.TemporaryDirectory(dir=entry.parent, prefix=f".{entry.name}-") as scratch:
        made = Path(scratch) / "made"
        made.mkdir()
        for name, array in arrays.items():
            np.save(made / f"{name}.npy", array, allow_pickle=False)
        manifest = {name: _checksum(array) for name, array in arrays.items()}
        (made / _MANIFEST).write_text(json.dumps(manifest), encoding="utf-8")
        if entry.exists():
            # Moved aside and not deleted in place: another process may have it mapped.
            entry.replace(Path(scratch) / "damaged")
        made.replace(entry)


def _checksum(array: NDArray[np.generic]) -> int:
    """Return the CRC-32 of an array's bytes."""
    return zlib.crc32(np.ascontiguousarray(array).reshape(-1).view(np.uint8).data)
