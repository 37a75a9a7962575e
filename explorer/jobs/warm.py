"""What a spare process does while it waits for a job: all that costs seconds and is no secret.

Importing torch and the first convolution take seconds on a small machine. A spare belongs to one
slot, so ``CUDA_VISIBLE_DEVICES`` is in its environment before torch is loaded; still it starts no
work on a GPU, where every process takes hundreds of MB.
"""

from __future__ import annotations

import importlib

import torch
from torch import nn

from explorer.training import process

AHEAD = ("explorer.training.job", "explorer.data")


def warm() -> None:
    """Load torch's libraries by one step of a small network on the CPU."""
    for module in AHEAD:
        importlib.import_module(module)
    process.prepare()
    network = nn.Sequential(nn.Conv2d(3, 8, 3), nn.BatchNorm2d(8), nn.ReLU(), nn.Flatten())
    # The first optimiser of a process loads torch's compiler, which takes longer than torch.
    optimiser = torch.optim.SGD(network.parameters(), lr=0.0)
    network(torch.zeros(2, 3, 8, 8)).sum().backward()
    optimiser.step()
