"""What an interrupted training goes on from: one file that is never half written."""

from __future__ import annotations

import io
from typing import TYPE_CHECKING, Any

import torch

from explorer.errors import JobError
from explorer.store.runs import CHECKPOINT, write_atomic

if TYPE_CHECKING:
    from pathlib import Path

FORMAT = 1


def save(folder: Path, state: dict[str, Any]) -> None:
    """Write a checkpoint; a crash at any moment leaves the one before or this one.

    Args:
        folder: Of the run.
        state: Tensors, numbers, strings, and lists and dicts of them.
    """
    buffer = io.BytesIO()
    torch.save({"format": FORMAT, **state}, buffer)
    write_atomic(folder / CHECKPOINT, buffer.getvalue())


def load(folder: Path) -> dict[str, Any] | None:
    """Return the checkpoint of a run with all tensors on the CPU; None if it has none.

    Nothing in the file is executed: only tensors and plain values are read.

    Raises:
        JobError: The file is damaged or of a later version.
    """
    path = folder / CHECKPOINT
    if not path.is_file():
        return None
    try:
        state: dict[str, Any] = torch.load(path, map_location="cpu", weights_only=True)
        known = state["format"] == FORMAT
    except Exception:  # the reader answers damage with whatever it tripped over
        known, state = False, {}
    if not known:
        raise JobError(
            f"The checkpoint {path} cannot be read.", "Delete it to train from the beginning."
        )
    return state


def remove(folder: Path) -> None:
    """Delete the checkpoint of a run that has ended."""
    (folder / CHECKPOINT).unlink(missing_ok=True)
