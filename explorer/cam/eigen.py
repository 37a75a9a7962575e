"""EigenCAM: the strongest pattern of a layer, whatever the class (Muhammad and Yeasin 2020)."""

from __future__ import annotations

from typing import TYPE_CHECKING

import torch

if TYPE_CHECKING:
    from collections.abc import Sequence

    from torch import Tensor

    from explorer.address import Address
    from explorer.builder import Network


def eigencam(
    network: Network,
    images: Tensor,
    addresses: Sequence[Address],
    classes: Tensor,
) -> dict[Address, Tensor]:
    """Return the activations projected onto their first right singular vector, (N, h, w).

    As in the paper nothing is subtracted first. The sign of a singular vector is arbitrary; the
    one with the larger sum over the map is taken, which after a ReLU leaves nothing negative.
    """
    wanted, activations = set(addresses), dict[str, torch.Tensor]()

    def tap(address: Address, out: Tensor) -> Tensor:
        if address in wanted:
            activations[address] = out
        return out

    with torch.no_grad():
        network(images, tap=tap)
        return {address: _projected(activations[address]) for address in addresses}


def _projected(activations: Tensor) -> Tensor:
    """Return maps (N, h, w) of activations (N, C, h, w)."""
    cells = activations.flatten(2).transpose(1, 2)
    first = torch.linalg.svd(cells, full_matrices=False).Vh[:, 0]
    projected = (cells @ first[..., None])[..., 0]
    sign = torch.where(projected.sum(1, keepdim=True) < 0, -1.0, 1.0)
    return (sign * projected).unflatten(1, activations.shape[2:])
