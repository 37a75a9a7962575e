"""How loading tells the person who waits what it is doing."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from time import monotonic
from typing import TYPE_CHECKING, TypeVar

if TYPE_CHECKING:
    from pathlib import Path

OnProgress = Callable[[str, float], None]
_Item = TypeVar("_Item")
_REPORTS = 100
TELL_SECONDS = 0.2
"""Least time between two writes of a share [s]."""


def reported(items: Sequence[_Item], stage: str, on_progress: OnProgress | None) -> Iterator[_Item]:
    """Yield the items and report about a hundred times how far it is.

    Args:
        items: What is worked through.
        stage: What is being done, such as ``Drawing shapes``.
        on_progress: Called with the stage and the share that is done, 0..1.
    """
    every = max(1, len(items) // _REPORTS)
    for done, item in enumerate(items):
        if on_progress is not None and done % every == 0:
            on_progress(stage, done / len(items))
        yield item
    if on_progress is not None:
        on_progress(stage, 1.0)


def into(path: Path | None) -> OnProgress:
    """Return what writes the share that is done, 0..1, into a file for whoever waits.

    Args:
        path: Of the file; None where nobody waits.
    """
    told = 0.0

    def tell(_stage: str, share: float) -> None:
        nonlocal told
        if path is not None and monotonic() - told >= TELL_SECONDS:
            told = monotonic()
            path.write_text(f"{share:.4f}")

    return tell
