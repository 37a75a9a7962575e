"""Weights on the way: after which epochs a training keeps them."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

if TYPE_CHECKING:
    from torch import nn

MOST = 6
BUDGET = 20 * 2**20
"""What the snapshots of a run may take on the disk together [bytes]."""


def snapshot_epochs(epochs: int, size: int) -> tuple[int, ...]:
    """Return after which epochs weights are kept: evenly on a log scale, the end left out.

    A network changes most at first. Neither the beginning nor the end is among them: the beginning
    follows from the seed, and the end is kept as the run's weights.

    Args:
        epochs: Of the whole training, >= 1.
        size: Of the network's state [bytes]; as many are kept as fit into ``BUDGET``.
    """
    num = min(MOST, BUDGET // max(size, 1))
    wanted = np.geomspace(1, epochs, num + 1)[:-1].round().astype(int).tolist()
    return tuple(sorted({epoch for epoch in wanted if epoch < epochs}))


def state_size(network: nn.Module) -> int:
    """Return how large a network's state is [bytes]."""
    return sum(value.numel() * value.element_size() for value in network.state_dict().values())
