"""The sanity check of Adebayo et al. 2018: a map must change when the weights become random."""

from __future__ import annotations

import copy
from typing import TYPE_CHECKING, NamedTuple

import torch
from torch import nn

from explorer.address import is_inside
from explorer.cam.core import explain
from explorer.cam.measure.agreement import rank_correlation
from explorer.cam.measure.statistics import mean

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from torch import Tensor

    from explorer.address import Address
    from explorer.builder import Network
    from explorer.ir.graph import Graph

BATCH = 50


class Step(NamedTuple):
    """One more part of the network made random.

    Attributes:
        part: What was made random last: ``head``, a stage or ``stem``.
        correlation: Mean rank correlation of the cells with the trained network's maps, -1..1;
            NaN where a map is constant in every image.
    """

    part: str
    correlation: float


def cascade(
    network: Network,
    images: Tensor,
    address: Address,
    classes: Sequence[int],
    method: str = "gradcam",
    *,
    seed: int = 0,
    on_step: Callable[[], None] = lambda: None,
) -> tuple[Step, ...]:
    """Make the weights random from the output back to the stem, and compare the maps each time.

    Convolutions and the classifier are drawn anew as by torch's default; norms become the
    identity, and all random ones settle on the images, so that activations keep their size. The
    network itself is left as it is.

    Args:
        network: The trained one.
        images: (N, C, H, W), normalised.
        address: Where the maps are read.
        classes: The class to explain in each image.
        method: A key of ``METHODS``.
        seed: Of the random weights.
        on_step: Called after every part; may raise to stop.
    """
    trained = _maps(network, images, address, classes, method)
    changed = copy.deepcopy(network).eval()
    steps: list[Step] = []
    norms: list[nn.BatchNorm2d] = []
    for number, (part, addresses) in enumerate(_parts(network.graph)):
        modules = [changed.get_submodule(name) for name in addresses]
        with torch.random.fork_rng(devices=[]):
            torch.manual_seed(1000 * seed + number)
            norms += _redrawn(modules)
        _settle(changed, norms, images)
        found = _maps(changed, images, address, classes, method)
        steps.append(Step(part, mean(rank_correlation(trained.numpy(), found.numpy()))))
        on_step()
    return tuple(steps)


def _parts(graph: Graph) -> list[tuple[str, list[Address]]]:
    """Return head, stages from the last, and stem, with the addresses of their ops."""
    stages = [
        (stage.address, [name for name in graph.nodes if is_inside(name, stage.address)])
        for stage in reversed(graph.stages)
    ]
    return [("head", list(graph.head)), *stages, ("stem", list(graph.stem))]


def _redrawn(modules: Sequence[nn.Module]) -> list[nn.BatchNorm2d]:
    norms: list[nn.BatchNorm2d] = []
    for module in modules:
        if isinstance(module, nn.BatchNorm2d):
            norms.append(module)
        if isinstance(module, nn.BatchNorm2d | nn.Conv2d | nn.Linear):
            module.reset_parameters()
    return norms


def _settle(network: Network, norms: Sequence[nn.BatchNorm2d], images: Tensor) -> None:
    """Estimate the moments of some norms on the images."""
    if not norms:
        return
    for norm in norms:
        norm.momentum = None
        norm.reset_running_stats()
        norm.train()
    with torch.no_grad():
        for batch in images.split(BATCH):
            if len(batch) > 1:
                network(batch)
    network.eval()


def _maps(
    network: Network, images: Tensor, address: Address, classes: Sequence[int], method: str
) -> Tensor:
    """Return flattened signed maps, (N, cells)."""
    found = [
        explain(network, batch, [address], list(classes[start : start + BATCH]), method)
        for start, batch in zip(range(0, len(images), BATCH), images.split(BATCH), strict=True)
    ]
    return torch.cat([maps.heat[address].flatten(1) for maps in found])
