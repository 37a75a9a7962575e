"""How loading tells the person who waits what it is doing."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from typing import TypeVar

OnProgress = Callable[[str, float], None]
_Item = TypeVar("_Item")
_REPORTS = 100


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
