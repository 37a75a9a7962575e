"""Methods that cover parts of the image and run the network again; no gradient is needed.

What is covered becomes 0, the mean colour of the training images.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import torch
from captum.attr import Occlusion
from torch.nn import functional

if TYPE_CHECKING:
    from collections.abc import Sequence

    from torch import Tensor

    from explorer.address import Address
    from explorer.builder import Network

CHUNK = 128
"""Images in one forward pass."""
SQUARES = 8
"""Side of the image over the side of the covering square."""


def scorecam(
    network: Network, images: Tensor, addresses: Sequence[Address], classes: Tensor
) -> dict[Address, Tensor]:
    """Return Score-CAM (Wang et al. 2020, algorithm 1) at each address, (N, h, w).

    The logit of the plain image, which the paper subtracts, is common to all channels and falls
    out of the softmax. A channel that is constant masks everything.
    """
    wanted, activations = set(addresses), dict[str, torch.Tensor]()

    def tap(address: Address, out: Tensor) -> Tensor:
        if address in wanted:
            activations[address] = out
        return out

    with torch.no_grad():
        network(images, tap=tap)
        return {
            address: torch.stack(
                [
                    _weighted(network, image, channels, index)
                    for image, channels, index in zip(
                        images, activations[address], classes.tolist(), strict=True
                    )
                ]
            )
            for address in addresses
        }


def _weighted(network: Network, image: Tensor, channels: Tensor, index: int) -> Tensor:
    """Return the map of one image (C, H, W) from the channels (K, h, w) of a layer."""
    scores = torch.cat(
        [network(image * _masks(part, image.shape[1:]))[:, index] for part in channels.split(CHUNK)]
    )
    return torch.einsum("k,khw->hw", scores.softmax(0), channels)


def _masks(channels: Tensor, size: Sequence[int]) -> Tensor:
    """Return channels enlarged to the image and scaled to 0..1, (K, 1, H, W)."""
    large = functional.interpolate(
        channels[:, None], tuple(size), mode="bilinear", align_corners=False
    )
    low, high = large.amin((2, 3), keepdim=True), large.amax((2, 3), keepdim=True)
    spread = high - low
    return torch.where(spread > 0, (large - low) / spread.where(spread > 0, 1), 0)


def occlusion(
    network: Network, images: Tensor, addresses: Sequence[Address], classes: Tensor
) -> dict[Address, Tensor]:
    """Return the mean fall of the logit by the squares that cover a pixel, (N, H, W).

    The square moves by half its side (Zeiler and Fergus 2014).
    """
    channels, height, width = images.shape[1:]
    side = max(2, min(height, width) // SQUARES)
    step = max(1, side // 2)
    with torch.no_grad():
        found: Tensor = Occlusion(network).attribute(
            images,
            sliding_window_shapes=(channels, side, side),
            strides=(channels, step, step),
            baselines=0,
            target=classes,
            perturbations_per_eval=max(1, CHUNK // len(images)),
        )
    return dict.fromkeys(addresses, found[:, 0])
