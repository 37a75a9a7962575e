"""Methods that follow the gradient down to the pixels."""

from __future__ import annotations

from typing import TYPE_CHECKING

import torch
from captum.attr import IntegratedGradients

from explorer.ir.ops import ReLU

if TYPE_CHECKING:
    from collections.abc import Sequence

    from torch import Tensor

    from explorer.address import Address
    from explorer.builder import Network

STEPS = 50
"""Places on the line from the mean colour to the image."""
CHUNK = 128
"""Images in one forward and backward pass."""


def integrated_gradients(
    network: Network, images: Tensor, addresses: Sequence[Address], classes: Tensor
) -> dict[Address, Tensor]:
    """Return what each pixel adds to the logit on the way from the mean colour, (N, H, W).

    Sundararajan et al. 2017, eq. 1, summed over the colours.
    """
    found: Tensor = IntegratedGradients(network).attribute(
        images.detach(),
        baselines=0,
        target=classes,
        n_steps=STEPS,
        internal_batch_size=max(CHUNK, len(images)),
    )
    return dict.fromkeys(addresses, found.sum(1).detach().to(images.dtype))


def guided_backprop(
    network: Network, images: Tensor, addresses: Sequence[Address], classes: Tensor
) -> dict[Address, Tensor]:
    """Return the gradient that passed each ReLU only where positive, (N, H, W).

    Springenberg et al. 2015, summed over the colours. captum's own sets hooks on the modules,
    which a network that several threads share must not have; this equals it.
    """
    nodes = network.graph.nodes

    def tap(address: Address, out: Tensor) -> Tensor:
        if isinstance(nodes[address].op, ReLU) and out.requires_grad:
            out.register_hook(_positive)
        return out

    with torch.enable_grad():
        pixels = images.detach().requires_grad_()
        score = network(pixels, tap=tap).gather(1, classes[:, None]).sum()
    (found,) = torch.autograd.grad(score, [pixels])
    return dict.fromkeys(addresses, found.sum(1))


def _positive(gradient: Tensor) -> Tensor:
    return gradient.clamp(min=0)
