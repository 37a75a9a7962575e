"""What the compute pool and the command line call: a comparison from folders and bytes."""

from __future__ import annotations

from functools import lru_cache
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np

from explorer.cam.breakdown import Breakdown, Piece
from explorer.cam.contributions import contributions
from explorer.cam.core import explain
from explorer.cam.folded import proven
from explorer.cam.measure.agreement import Noise, noise_of, shares
from explorer.cam.pair import Question, Subject, class_name, compare, compare_all, prepared
from explorer.data.image import fit, open_image
from explorer.data.samples import samples
from explorer.errors import ExplorerError
from explorer.store.runs import WEIGHTS
from explorer.weights import load_run
from explorer.words import _

if TYPE_CHECKING:
    from collections.abc import Sequence

    from numpy.typing import NDArray

    from explorer.cam.compare import Comparison
    from explorer.cam.measure.agreement import Values
    from explorer.store.runs import DataRecord

NUM_NETWORKS = 4
"""How many networks are compared at once."""
KEPT = 8
"""How many stay loaded: those that are compared, and other seeds of two of them."""

NUM_PROBES = 2
"""Images on which a quicker way to maps is proven for a network."""

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
    pixels, label = pixels_of(image, a.record.data)
    return compare(a, b, pixels, Question(target, layer, method, num_top), label)


def several(
    runs: Sequence[str],
    image: Source,
    *,
    target: str | int | None = None,
    layer: str | None = None,
    method: str = "gradcam",
    num_top: int = 5,
    live: bool = False,
) -> tuple[Comparison, ...]:
    """Compare the first of two to four runs with each of the others, all about one class.

    Args:
        runs: Folders of the runs.
        image: As for ``pair``, like everything else.
        target: As in ``Question``.
        layer: As in ``Question``.
        method: As in ``Question``.
        num_top: As in ``Question``.
        live: As for ``subject``.

    Raises:
        ExplorerError: As ``pair`` does, or not two to four runs.
    """
    if not 2 <= len(runs) <= NUM_NETWORKS:
        raise ExplorerError(
            _("{n} networks cannot be compared on one image.").format(n=len(runs)),
            _("Choose 2 to {most} runs.").format(most=NUM_NETWORKS),
        )
    subjects = [subject(Path(run), live=live) for run in runs]
    pixels, label = pixels_of(image, subjects[0].record.data)
    return compare_all(subjects, pixels, Question(target, layer, method, num_top), label)


def breakdown(
    run: str,
    image: Source,
    block: str | None = None,
    *,
    target: str | int | None = None,
    scales: bool = False,
) -> Breakdown:
    """Take the logit of one class of a run apart at one block.

    Args:
        run: Folder of the run.
        image: What to look at; a file is cropped to its central square.
        block: Address such as ``layer3.2``; None: the last.
        target: A class by name or index; None: the true one where it is known, or else the
            predicted one.
        scales: Whether the branch of a Res2Net block is split into its scales.

    Raises:
        ExplorerError: The run, the image, the block or the class cannot be used.
    """
    network, record, _folded = subject(Path(run))
    pixels, label = pixels_of(image, record.data)
    classes = record.data.classes
    if target is None and label in classes:
        target = label
    index = None if target is None else classes.index(class_name(target, classes))
    address = block or network.graph.blocks[-1].address
    images = prepared(pixels[None], record.data)
    found = contributions(network, images, address, index, scales=scales)
    pieces = tuple(
        Piece(part.name, part.address, heat[0].numpy(), float(heat[0].sum()))
        for part, heat in found.parts.items()
    )
    logit, bias, shift, remainder = (
        float(value[0]) for value in (found.logits, found.bias, found.shift, found.remainder)
    )
    name = classes[int(found.target[0])]
    return Breakdown(record.title, address, name, logit, pieces, bias, shift, remainder, pixels)


def noise(
    groups: Sequence[Sequence[str]],
    data: str,
    *,
    layer: str | None = None,
    method: str = "gradcam",
    num_images: int = 64,
) -> Noise | None:
    """Measure how far maps of trainings are apart that differ in nothing but their seed.

    Args:
        groups: For each architecture the folders of its runs.
        data: Whose held-out images are looked at.
        layer: As in ``Question``.
        method: As in ``Question``.
        num_images: The first ones of the held-out images.

    Returns:
        None where no architecture has two runs.

    Raises:
        ExplorerError: A run or the data cannot be used.
    """
    found: list[tuple[Values, ...]] = []
    stride, titles = 1, list[str]()
    for folders in groups:
        subjects = [subject(Path(folder)) for folder in folders]
        if len(subjects) < 2:
            continue
        record = subjects[0].record
        place = subjects[0].layer(layer, method)
        known = samples(
            data, range(num_images), seed=record.data.seed, image_size=record.data.image_size
        )
        names = [sample.class_name for sample in known]
        pixels = np.array([sample.image for sample in known])
        stride = place.stride
        titles.append(record.title)
        found.append(tuple(_shares(one, pixels, names, place.address, method) for one in subjects))
    return noise_of(found, stride, tuple(titles), num_images) if found else None


def _shares(
    one: Subject, pixels: NDArray[np.uint8], names: Sequence[str], address: str, method: str
) -> Values:
    classes = [one.record.data.classes.index(name) for name in names]
    maps = explain(one.network, prepared(pixels, one.record.data), [address], classes, method)
    return shares(maps.heat[address].numpy())


def subject(folder: Path, *, live: bool = False) -> Subject:
    """Return the network of a run; the last few stay in memory until their weights change.

    Args:
        folder: Of the run.
        live: Whether many pictures will be asked for, so that a quicker way to them is worth
            being proven.

    Raises:
        DataError: The folder holds no run.
        WeightsError: The run has no weights yet, or they do not fit.
    """
    weights = folder / WEIGHTS
    load = _load_live if live else _load
    return load(folder.resolve(), weights.stat().st_mtime_ns if weights.is_file() else 0)


@lru_cache(maxsize=KEPT)
def _load(folder: Path, _modified: int) -> Subject:
    network, record = load_run(folder)
    return Subject(network.requires_grad_(requires_grad=False), record)


@lru_cache(maxsize=KEPT)
def _load_live(folder: Path, modified: int) -> Subject:
    """Prove the quick way on images that are always there, at the size of the network's."""
    one = _load(folder, modified)
    size = one.record.data.image_size
    drawn = samples("shapes", range(NUM_PROBES), seed=0)
    pixels = [fit(sample.image, size) for sample in drawn]
    images = prepared(np.array(pixels), one.record.data)
    return one._replace(folded=proven(one.network, images))


def pixels_of(image: Source, data: DataRecord) -> tuple[NDArray[np.uint8], str | None]:
    """Return what the networks are shown, (S, S, 3), and its true class where it is known.

    Raises:
        DataError: The image cannot be used.
    """
    size = data.image_size
    if isinstance(image, bytes):
        return fit(open_image(image, at_least=size), size), None
    name, index = image
    sample = samples(name, [index], seed=data.seed, image_size=size)[0]
    return sample.image, sample.class_name
