"""What the command line, the compute pool and jobs call: lesions of a run by its folder."""

from __future__ import annotations

from functools import lru_cache
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np
import torch

from explorer.cam.pair import Question, Subject, compare
from explorer.cam.task import subject
from explorer.data.samples import samples
from explorer.lesion.deletion import delete
from explorer.lesion.lab import Lab
from explorer.store.runs import WEIGHTS
from explorer.training.evaluate import held_out

if TYPE_CHECKING:
    from collections.abc import Callable

    from explorer.address import Address
    from explorer.cam.compare import Comparison
    from explorer.lesion.outcome import Outcome

NUM_LABS = 4
"""How many networks with their images stay loaded in a compute process."""
SEED = 0
"""Of the draw of images where not all are used."""


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
        limit: Use only so many images, drawn with seed 0; None: all.
        on_progress: As in ``Lab``.

    Raises:
        ExplorerError: The run or the data cannot be used.
    """
    found = held_out(folder, data, device=device)
    chosen = torch.from_numpy(drawn(len(found.images), limit)).to(found.images.device)
    images, labels = found.images[chosen], found.labels[chosen]
    return Lab(found.network, images, labels, found.normalise, on_progress)


def drawn(num: int, limit: int | None) -> np.ndarray:
    """Return the sorted places of the images that are used, of ``num`` held-out ones."""
    if limit is None or limit >= num:
        return np.arange(num)
    return np.sort(np.random.default_rng(SEED).permutation(num)[:limit])


def outcome_of_run(run: str, data: str, deleted: tuple[Address, ...], limit: int | None) -> Outcome:
    """Return what a run still knows without some units; the last few runs stay loaded.

    Args:
        run: Its folder.
        data: A data set's name or a path.
        deleted: Addresses of units.
        limit: As in ``lab_of_run``.

    Raises:
        ExplorerError: The run or the data cannot be used, or there is no such unit.
    """
    return _lab(Path(run), _modified(Path(run)), data, limit).evaluate(deleted)


def cam_of_lesion(
    run: str, data: str, index: int, deleted: tuple[Address, ...], layer: str | None
) -> Comparison:
    """Return where a run looks in one held-out image, whole (A) and without some units (B).

    Args:
        run: Its folder.
        data: A data set's name or a path.
        index: Place of the image in the held-out split.
        deleted: Addresses of units.
        layer: As in ``explorer.cam.pair.Question``.

    Raises:
        ExplorerError: The run or the image cannot be used, or there is no such unit.
    """
    whole = subject(Path(run))
    record = whole.record
    lesioned = Subject(delete(whole.network, deleted), record)
    sample = samples(data, [index], seed=record.data.seed, image_size=record.data.image_size)[0]
    return compare(whole, lesioned, sample.image, Question(layer=layer), sample.class_name)


def _modified(folder: Path) -> int:
    weights = folder / WEIGHTS
    return weights.stat().st_mtime_ns if weights.is_file() else 0


@lru_cache(maxsize=NUM_LABS)
def _lab(folder: Path, _modified: int, data: str, limit: int | None) -> Lab:
    return lab_of_run(folder, data, limit=limit)
