"""What the compute pool and the command line call: a comparison from folders and bytes."""

from __future__ import annotations

from functools import lru_cache
from pathlib import Path
from typing import TYPE_CHECKING

from explorer.cam.pair import Question, Subject, compare
from explorer.data.image import fit, open_image
from explorer.data.samples import samples
from explorer.store.runs import WEIGHTS
from explorer.weights import load_run

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

    from explorer.cam.compare import Comparison
    from explorer.store.runs import DataRecord

NUM_NETWORKS = 4
"""How many networks stay loaded."""

Source = bytes | tuple[str, int]
"""A PNG, JPEG or WebP file, or an image of a data set's test split by its place."""


def pair(
    run_a: str,
    run_b: str,
    image: Source,
    *,
    target: str | int | None = None,
    layer: str | None = None,
    method: str = "gradcam",
    num_top: int = 5,
) -> Comparison:
    """Compare where two runs look at one image.

    Args:
        run_a: Folder of the first run.
        run_b: Folder of the second run.
        image: What to look at; a file is cropped to its central square.
        target: As in ``Question``.
        layer: As in ``Question``.
        method: As in ``Question``.
        num_top: As in ``Question``.

    Raises:
        ExplorerError: A run or the image cannot be used, or the two cannot be compared.
    """
    a, b = subject(Path(run_a)), subject(Path(run_b))
    pixels, label = _read(image, a.record.data)
    return compare(a, b, pixels, Question(target, layer, method, num_top), label)


def subject(folder: Path) -> Subject:
    """Return the network of a run; the last few stay in memory until their weights change.

    Raises:
        DataError: The folder holds no run.
        WeightsError: The run has no weights yet, or they do not fit.
    """
    weights = folder / WEIGHTS
    return _load(folder.resolve(), weights.stat().st_mtime_ns if weights.is_file() else 0)


@lru_cache(maxsize=NUM_NETWORKS)
def _load(folder: Path, _modified: int) -> Subject:
    network, record = load_run(folder)
    return Subject(network.requires_grad_(requires_grad=False), record)


def _read(image: Source, data: DataRecord) -> tuple[NDArray[np.uint8], str | None]:
    size = data.image_size
    if isinstance(image, bytes):
        return fit(open_image(image, at_least=size), size), None
    name, index = image
    sample = samples(name, [index], seed=data.seed, image_size=size)[0]
    return sample.image, sample.class_name
