"""What the command line, the compute pool and jobs call: a network and images to look at."""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

import torch
from torch import Tensor, nn

from explorer.analysis.gradient_study import NUM_SETTLING
from explorer.builder import Network, build, evaluating
from explorer.data import load
from explorer.errors import DataError
from explorer.training.augment import Normalise, seeded
from explorer.training.evaluate import held_out
from explorer.training.resident import resident
from explorer.words import _

if TYPE_CHECKING:
    from pathlib import Path

    from explorer.spec import NetworkSpec
    from explorer.training.evaluate import HeldOut


class Subject(NamedTuple):
    """A network with images as it takes them.

    Attributes:
        network: In evaluation mode, on the CPU.
        images: (N, C, H, W), in the network's dtype.
        labels: (N,), or None: what the network predicts.
    """

    network: Network
    images: Tensor
    labels: Tensor | None


def of_run(
    folder: Path,
    data: str,
    num_images: int,
    *,
    epoch: int | None = None,
    dtype: torch.dtype = torch.float32,
) -> Subject:
    """Return a trained run with the first held-out images of a data set and their classes.

    A network that segments is looked at by what it predicts.

    Args:
        folder: Of the run.
        data: A data set's name or a path.
        num_images: Held-out images.
        epoch: After which its weights are wanted: 0 before the first step, as they follow from
            the run's seed, with batch norm settled on training images; a snapshot of the run;
            None: at the end.
        dtype: Of network and images.

    Raises:
        ExplorerError: The run or the data cannot be used, or the epoch was not kept.
    """
    found = held_out(folder, data, device="cpu", epoch=epoch or None)
    images = found.normalise(found.images[:num_images]).to(dtype).contiguous()
    trained = found.network if epoch != 0 else _begun(found, data)
    network = trained.to(memory_format=torch.contiguous_format).to(dtype)
    labels = found.labels[:num_images] if found.pixels is None else None
    return Subject(network.requires_grad_(requires_grad=False), images, labels)


def _begun(found: HeldOut, data: str) -> Network:
    """Return the network of a run as it was before the first step."""
    record = found.record
    torch.manual_seed(record.seed)
    network = build(record.spec)
    dataset = load(data, seed=record.data.seed, image_size=record.data.image_size)
    images, _labels = resident(dataset.train, found.images.device)
    drawn = torch.randperm(len(images), generator=seeded(record.seed))[:NUM_SETTLING]
    settle(network.eval(), found.normalise(images[drawn]))
    return network


def at_initialisation(
    spec: NetworkSpec,
    data: str,
    num_images: int,
    *,
    seed: int = 0,
    dtype: torch.dtype = torch.float32,
) -> Subject:
    """Return an untrained network, its batch norm settled on training images of a data set.

    The network keeps its own classes and image size; the loss is that of the class it predicts.

    Args:
        spec: The network.
        data: A data set's name or a path.
        num_images: Held-out images.
        seed: Of the weights and of the images that settle batch norm.
        dtype: Of network and images.

    Raises:
        ExplorerError: The network cannot be built or the data cannot be used.
    """
    dataset = load(data, image_size=spec.image_size)
    channels = dataset.train.images.shape[3]
    if spec.in_channels != channels:
        raise DataError(
            _(
                "The network takes images of {wanted} channels, the data set {name} has {channels}."
            ).format(wanted=spec.in_channels, name=dataset.name, channels=channels),
            _("Set the network's input channels to {channels}.").format(channels=channels),
        )
    place = torch.device("cpu")
    normalise = Normalise(dataset.mean, dataset.std, place, torch.contiguous_format)
    torch.manual_seed(seed)
    network = build(spec).requires_grad_(requires_grad=False)
    images, _labels = resident(dataset.train, place)
    drawn = torch.randperm(len(images), generator=seeded(seed))[:NUM_SETTLING]
    settle(network.eval(), normalise(images[drawn]))
    held, _labels = resident(dataset.test, place)
    return Subject(network.to(dtype), normalise(held[:num_images]).to(dtype), None)


def settle(network: Network, images: Tensor) -> None:
    """Set mean and variance of every batch norm to those of some images; weights stay.

    At initialisation they are 0 and 1, so that in evaluation mode nothing would be normalised and
    the activations of a deep network would grow without bound.

    Args:
        network: Changed in place.
        images: (N, C, H, W), N >= 2.
    """
    norms = [module for module in network.modules() if isinstance(module, nn.BatchNorm2d)]
    momenta = [norm.momentum for norm in norms]
    with evaluating(network), torch.no_grad():
        for norm in norms:
            norm.reset_running_stats()
            norm.momentum, norm.training = None, True
        try:
            network(images)
        finally:
            for norm, momentum in zip(norms, momenta, strict=True):
                norm.momentum, norm.training = momentum, False
