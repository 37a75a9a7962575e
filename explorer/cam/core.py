"""Maps of any layers, for a batch of images, from one forward and one backward pass."""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

import torch

from explorer.builder import evaluating
from explorer.cam.layers import require_classifier
from explorer.cam.methods import method_of
from explorer.errors import ExplorerError

if TYPE_CHECKING:
    from collections.abc import Sequence

    from torch import Tensor

    from explorer.address import Address
    from explorer.builder import Network


class Maps(NamedTuple):
    """What a network says about a batch, and where it looks.

    Attributes:
        logits: (N, num_classes).
        target: The explained class of each image, (N,).
        heat: For each address the signed raw map (N, h, w) on the layer's own grid. A negative
            value is evidence against the class; the papers' maps are the positive part.
    """

    logits: Tensor
    target: Tensor
    heat: dict[Address, Tensor]


def explain(
    network: Network,
    images: Tensor,
    addresses: Sequence[Address],
    target: int | Sequence[int] | None = None,
    method: str = "gradcam",
) -> Maps:
    """Explain the logit of a class at some layers.

    Nothing stays behind: gradients, buffers, random state and modes are as before, and no hook
    is ever set. Callers may share a network that is in evaluation mode; one in training mode is
    in evaluation mode for the time of the call. Frozen parameters save memory, not correctness.

    Args:
        network: On the device of the images.
        images: (N, C, H, W), as the network was trained on them.
        addresses: Layers with a feature map; at least one.
        target: Class index, one for each image or one for all; None: what the network predicts.
        method: A key of ``METHODS``.

    Raises:
        ExplorerError: No such method, layer or class, or a network that segments.
    """
    rule = method_of(method).rule
    require_classifier(network.graph)
    _check_addresses(network, addresses)
    with torch.inference_mode(mode=False), evaluating(network):
        logits, activations = _forward(network, images, set(addresses))
        classes = _classes(logits, target)
        # An image's logit depends on that image alone, so one sum serves the whole batch.
        with torch.enable_grad():
            score = logits.gather(1, classes[:, None]).sum()
        gradients = torch.autograd.grad(score, list(activations.values()), materialize_grads=True)
        with torch.no_grad():
            maps = {
                address: rule(activation, gradient)
                for (address, activation), gradient in zip(
                    activations.items(), gradients, strict=True
                )
            }
    return Maps(logits.detach(), classes, {address: maps[address] for address in addresses})


def _forward(
    network: Network, images: Tensor, addresses: set[Address]
) -> tuple[Tensor, dict[Address, Tensor]]:
    """Return logits and activations; the graph begins at the earliest of the addresses."""
    activations: dict[Address, Tensor] = {}

    def tap(address: Address, out: Tensor) -> Tensor:
        if address in addresses:
            torch.set_grad_enabled(True)
            activations[address] = out = out if out.requires_grad else out.detach()
            out.requires_grad_()
        return out

    with torch.no_grad():
        return network(images, tap=tap), activations


def _classes(logits: Tensor, target: int | Sequence[int] | None) -> Tensor:
    num_images, num_classes = logits.shape
    if target is None:
        return logits.detach().argmax(1)
    indices = [target] * num_images if isinstance(target, int) else list(target)
    wrong = [index for index in indices if not 0 <= index < num_classes]
    if wrong or len(indices) != num_images:
        problem = (
            f"class {wrong[0]}" if wrong else f"{len(indices)} classes for {num_images} images"
        )
        raise ExplorerError(
            f"There is no map for {problem}.",
            f"Give one class index from 0 to {num_classes - 1} for each image.",
        )
    return torch.tensor(indices, device=logits.device)


def _check_addresses(network: Network, addresses: Sequence[Address]) -> None:
    for address in addresses:
        node = network.graph.nodes.get(address)
        if node is None or len(node.out_shape) != 3:
            raise ExplorerError(
                f"There is no feature map at {address!r}.",
                f"An address looks like {network.graph.blocks[-1].exit}.",
            )
