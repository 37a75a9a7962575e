"""The effective receptive field, measured (Luo et al. 2016).

The cotangent is 1 in every channel at one position of a feature map and 0 elsewhere; what arrives
at the input is taken in absolute value, because signs of random weights cancel, added over the
channels of the image, and averaged over images and then, each of equal weight, initialisations.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

import torch
from torch import Tensor

from explorer.address import INPUT
from explorer.analysis.effective_field import (
    MAX_IMAGES,
    MAX_SEEDS,
    MAX_SIDE,
    MIN_SIDE,
    Asked,
    EffectiveField,
)
from explorer.analysis.receptive import last_map, seen_span
from explorer.builder import Network, build, evaluating
from explorer.data import load
from explorer.errors import ExplorerError
from explorer.gradient.task import settle
from explorer.graph import lower
from explorer.training.augment import Normalise, seeded
from explorer.training.evaluate import held_out
from explorer.training.resident import resident
from explorer.weights import load_run
from explorer.words import _

if TYPE_CHECKING:
    from pathlib import Path

    from explorer.address import Address
    from explorer.ir.graph import Graph
    from explorer.spec import NetworkSpec

PIXELS_AT_ONCE = 2**17
"""Of the images of one backward pass; two at 224 px."""


NUM_COLOURS = 3


class GradientMap(NamedTuple):
    """A gradient at the input.

    Attributes:
        values: Its size at every pixel, (H, W), float64.
        position: Row and column of the feature map that was looked at.
    """

    values: Tensor
    position: int


def gradient_map(network: Network, images: Tensor, address: Address) -> GradientMap:
    """Return the size of the gradient at every pixel, a mean over the images.

    Args:
        network: In evaluation mode while it is used here; its parameters get no gradient.
        images: (N, C, S, S), N >= 1, as the network takes them; any side that it can be run on.
        address: Of a feature map before any global pool; its middle position is looked at, the
            later one of an even number.

    Raises:
        ExplorerError: There is no feature map at the address.
    """
    _check(network, address)
    total = torch.zeros(images.shape[2:], dtype=torch.float64, device=images.device)
    step = max(1, PIXELS_AT_ONCE // images[0, 0].numel())
    position = 0
    with torch.inference_mode(mode=False), evaluating(network):
        for batch in images.split(step):
            x = batch.detach().clone().requires_grad_()
            with torch.enable_grad():
                found = _value_at(network, x, address)
                position = found.shape[-1] // 2
                middle = found[:, :, position, position].sum()
            (arrived,) = torch.autograd.grad(middle, x)
            total += arrived.double().abs().sum((0, 1))
    return GradientMap(total / len(images), position)


def _check(network: Network, address: Address) -> None:
    graph = network.graph
    if address in graph.nodes and len(graph.nodes[address].out_shape) == 3:
        return
    raise ExplorerError(
        _("There is no feature map {address} in this network.").format(address=repr(address[:60])),
        _("Name the output of a block, such as {example}.").format(example=graph.blocks[-1].exit),
    )


def _value_at(network: Network, x: Tensor, address: Address) -> Tensor:
    nodes = network.graph.nodes
    needed, left = {address}, [address]
    while left:
        fresh = {a for a in nodes[left.pop()].inputs if a != INPUT} - needed
        needed |= fresh
        left += fresh
    values = {INPUT: x}
    for node in nodes.values():
        if node.address in needed:
            module = network.get_submodule(node.address)
            values[node.address] = module(*(values[a] for a in node.inputs))
    return values[address]


def at_initialisation(spec: NetworkSpec, asked: Asked, num_seeds: int = 1) -> EffectiveField:
    """Measure a network before training, its batch norm settled on the kind of images looked at.

    Args:
        spec: The network.
        asked: What is measured.
        num_seeds: Initialisations, from ``asked.seed`` on, 1..20.

    Raises:
        ExplorerError: A number is out of range, or the network or the data cannot be used.
    """
    _check_numbers(asked, num_seeds)
    maps: list[GradientMap] = []
    for seed in range(asked.seed, asked.seed + num_seeds):
        torch.manual_seed(seed)
        network = build(spec).eval().requires_grad_(requires_grad=False)
        images, settling = _images(spec, asked, seed)
        settle(network, settling)
        maps.append(gradient_map(network, images, asked.address or last_map(network.graph)))
        asked = asked._replace(num_images=len(images))
    mean = torch.stack([_shares(found.values) for found in maps]).mean(0)
    return _field(lower(spec), asked, maps[0]._replace(values=mean), num_seeds)


def of_run(folder: Path, asked: Asked) -> EffectiveField:
    """Measure a trained run, on noise or on held-out images of a data set with its classes.

    Raises:
        ExplorerError: A number is out of range, or the run or the data cannot be used.
    """
    _check_numbers(asked, 1)
    if asked.data:
        found = held_out(folder, asked.data, device="cpu")
        network = found.network.to(memory_format=torch.contiguous_format)
        images = found.normalise(found.images[: asked.num_images]).contiguous()
    else:
        network, record = load_run(folder)
        images = _noise(record.spec, asked, asked.seed, asked.num_images)
    network.requires_grad_(requires_grad=False)
    found_map = gradient_map(network, images, asked.address or last_map(network.graph))
    return _field(network.graph, asked._replace(num_images=len(images)), found_map, 0)


def _images(spec: NetworkSpec, asked: Asked, seed: int) -> tuple[Tensor, Tensor]:
    """Return the images to look at and those that settle batch norm."""
    if not asked.data:
        settling = _num_settling(asked.side or spec.image_size)
        images = _noise(spec, asked, seed, asked.num_images + settling)
        return images[: asked.num_images], images[asked.num_images :]
    if spec.in_channels != NUM_COLOURS:
        raise ExplorerError(
            _("The network takes {n} channels, images have {colours}.").format(
                n=spec.in_channels, colours=NUM_COLOURS
            ),
            _("Measure it on noise instead."),
        )
    dataset = load(asked.data, image_size=spec.image_size)
    place = torch.device("cpu")
    normalise = Normalise(dataset.mean, dataset.std, place, torch.contiguous_format)
    held, _labels = resident(dataset.test, place)
    train, _labels = resident(dataset.train, place)
    drawn = torch.randperm(len(train), generator=seeded(seed))[: _num_settling(spec.image_size)]
    return normalise(held[: asked.num_images]), normalise(train[drawn])


def _num_settling(side: int) -> int:
    """Return how many images batch norm is settled on: fewer where each has many positions."""
    return max(4, min(16, PIXELS_AT_ONCE // side**2))


def _noise(spec: NetworkSpec, asked: Asked, seed: int, num: int) -> Tensor:
    side = asked.side or spec.image_size
    return torch.randn(num, spec.in_channels, side, side, generator=seeded(seed))


def _field(graph: Graph, asked: Asked, found: GradientMap, num_seeds: int) -> EffectiveField:
    address = asked.address or last_map(graph)
    first, last = seen_span(graph, address, found.position)
    values = _shares(found.values).cpu().numpy()
    return EffectiveField(values, first, last, asked.num_images * max(1, num_seeds), num_seeds)


def _shares(values: Tensor) -> Tensor:
    total = values.sum()
    return values / total if total else values


def _check_numbers(asked: Asked, num_seeds: int) -> None:
    limits = (
        (
            _("The number of images is {value}, which is out of range."),
            asked.num_images,
            1,
            MAX_IMAGES,
        ),
        (
            _("The number of initialisations is {value}, which is out of range."),
            num_seeds,
            1,
            MAX_SEEDS,
        ),
        (
            _("The side of the input is {value}, which is out of range."),
            asked.side or MIN_SIDE,
            MIN_SIDE,
            MAX_SIDE,
        ),
        (_("The seed is {value}, which is out of range."), asked.seed, 0, 2**32 - 1),
    )
    for message, value, low, high in limits:
        if not low <= value <= high:
            raise ExplorerError(
                message.format(value=value),
                _("Use {low} to {high}.").format(low=low, high=high),
            )
