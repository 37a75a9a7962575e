"""What the command line, the compute pool and jobs call: lesions of a run by its folder."""

from __future__ import annotations

from typing import TYPE_CHECKING

from explorer.lesion.lab import Lab
from explorer.training.evaluate import held_out

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path


def lab_of_run(
    folder: Path,
    data: str,
    *,
    device: str = "auto",
    limit: int | None = None,
    on_progress: Callable[[float], None] = lambda _fraction: None,
) -> Lab:
    """Return a lab with the network of a run and the held-out split of a data set.

    Args:
        folder: Of the run.
        data: A data set's name or a path.
        device: ``auto``, ``cpu`` or ``cuda``.
        limit: Use only the first so many images; None: all.
        on_progress: As in ``Lab``.

    Raises:
        ExplorerError: The run or the data cannot be used.
    """
    found = held_out(folder, data, device=device)
    chosen = slice(limit)
    return Lab(
        found.network, found.images[chosen], found.labels[chosen], found.normalise, on_progress
    )
