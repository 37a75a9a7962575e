"""How good a network is on held-out images."""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

import torch
from torch import Tensor, nn
from torch.nn import functional

from explorer.data import load, segmentation
from explorer.errors import DataError
from explorer.training.augment import Normalise
from explorer.training.device import choose_device
from explorer.training.resident import on_device, resident
from explorer.training.segmentation import MaskScore, score_masks
from explorer.weights import load_run
from explorer.words import _

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    from explorer.builder import Network
    from explorer.store.runs import RunRecord

BATCH_SIZE = 250
"""Fixed, so that a figure can be had again to the last bit."""


class Score(NamedTuple):
    """What came out on some images.

    Attributes:
        accuracy: Top-1, 0..1.
        loss: Mean cross-entropy [nat].
        num_images: How many.
    """

    accuracy: float
    loss: float
    num_images: int


def score(
    network: nn.Module,
    images: Tensor,
    labels: Tensor,
    normalise: Normalise,
    on_batch: Callable[[], None] = lambda: None,
) -> Score:
    """Return accuracy and loss in evaluation mode and float32; the mode is put back after.

    Args:
        network: On the device of the images.
        images: Bytes (N, H, W, C), N >= 1.
        labels: (N,) class indices.
        normalise: Makes the network's input of the bytes.
        on_batch: Called after every batch; may raise to stop.
    """
    was_training = network.training
    network.eval()
    sums = torch.zeros(2, dtype=torch.float64, device=images.device)
    try:
        with torch.inference_mode():
            for start in range(0, len(images), BATCH_SIZE):
                chosen = slice(start, start + BATCH_SIZE)
                logits = network(normalise(images[chosen])).float()
                losses = functional.cross_entropy(logits, labels[chosen], reduction="sum")
                hits = (logits.argmax(1) == labels[chosen]).sum()
                sums += torch.stack((losses, hits))
                on_batch()
    finally:
        network.train(was_training)
    loss, correct = sums.tolist()
    return Score(correct / len(images), loss / len(images), len(images))


class HeldOut(NamedTuple):
    """A trained network with images it was not trained on, on one device.

    Attributes:
        network: In evaluation mode.
        record: Of its run.
        images: Bytes, (N, H, W, C), N >= 1.
        labels: (N,).
        normalise: Makes the network's input of the images.
        pixels: The class of every pixel, (N, H, W), for a network that segments, else None.
    """

    network: Network
    record: RunRecord
    images: Tensor
    labels: Tensor
    normalise: Normalise
    pixels: Tensor | None


def held_out(folder: Path, data: str, *, device: str = "auto", epoch: int | None = None) -> HeldOut:
    """Return a trained run with the held-out split of a data set.

    Images are prepared with the size, mean and standard deviation of the run's own training,
    and split by its seed, so that the run's own data gives the run's own result.

    Args:
        folder: Of the run.
        data: A data set's name or a path.
        device: ``auto``, ``cpu`` or ``cuda``.
        epoch: Of the weights, as for ``load_run``; None: at the end.

    Raises:
        DataError: No run, no such data, or its classes are not the run's.
        WeightsError: The run has no weights.
        JobError: There is no such device.
    """
    place = choose_device(device)
    network, record = load_run(folder, epoch)
    trained = record.data
    dataset = load(data, seed=trained.seed, image_size=trained.image_size)
    masks = segmentation(dataset) if record.spec.head.kind == "segment" else None
    classes = masks.classes if masks else dataset.classes
    if classes != trained.classes:
        raise DataError(
            _("The run knows the classes {classes}, the data has {others}.").format(
                classes=_listed(trained.classes), others=_listed(classes)
            ),
            _("Choose data with the run's classes."),
        )
    if not len(dataset.test):
        raise DataError(
            _("The data set {name} has no held-out images.").format(name=dataset.name),
            _("Add a test split."),
        )
    images, labels = resident(dataset.test, place)
    normalise = Normalise(trained.mean, trained.std, place, torch.channels_last)
    network = network.to(place).to(memory_format=torch.channels_last)
    pixels = on_device(masks.test, place) if masks else None
    return HeldOut(network, record, images, labels, normalise, pixels)


def evaluate_run(folder: Path, data: str, *, device: str = "auto") -> Score | MaskScore:
    """Return the score of a trained run on the held-out split of a data set; see ``held_out``.

    A network that segments gets a ``MaskScore``.

    Raises:
        ExplorerError: What ``held_out`` raises.
    """
    found = held_out(folder, data, device=device)
    if found.pixels is not None:
        return score_masks(found.network, found.images, found.pixels, found.normalise)
    return score(found.network, found.images, found.labels, found.normalise)


def _listed(classes: tuple[str, ...]) -> str:
    """Return at most four class names and how many there are."""
    shown = ", ".join(classes[:4])
    return f"{shown}, … ({len(classes)})" if len(classes) > 4 else f"{shown} ({len(classes)})"
