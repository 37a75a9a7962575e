"""Networks and images to cut up; the same eight-unit networks as for gradients."""

from __future__ import annotations

import torch

from tests.unit.gradient.gradient_lab import BLOCKS, network_of

__all__ = ["BLOCKS", "network_of", "noise"]


def noise(num=40, size=8, seed=0):
    generator = torch.Generator().manual_seed(seed)
    images = torch.randn(num, 3, size, size, generator=generator, dtype=torch.float64)
    return images, torch.randint(5, (num,), generator=generator)
