"""A moving average of the weights: what is evaluated and kept in place of the last ones."""

from __future__ import annotations

from contextlib import contextmanager
from typing import TYPE_CHECKING

import torch
from torch.optim.swa_utils import get_ema_multi_avg_fn

if TYPE_CHECKING:
    from collections.abc import Generator

    from torch import Tensor, nn


class Average:
    """The exponential moving average of parameters and of batch norm's statistics.

    In its first steps the average follows quickly: the decay of step t is at most
    (1 + t) / (10 + t), so that the initial weights are forgotten.

    Args:
        network: On its device, in its final memory layout.
        decay: In (0, 1).
    """

    def __init__(self, network: nn.Module, decay: float) -> None:
        """Start from the network as it is."""
        self._decay = decay
        values = network.state_dict(keep_vars=True).values()
        self._live: list[Tensor] = [value for value in values if value.is_floating_point()]
        self._kept = [value.detach().clone() for value in self._live]

    @torch.no_grad()
    def update(self, step: int) -> None:
        """Take in the network after a step, counted from 0."""
        decay = min(self._decay, (1 + step) / (10 + step))
        get_ema_multi_avg_fn(decay)(self._kept, [value.detach() for value in self._live], None)

    @contextmanager
    def in_place(self) -> Generator[None]:
        """Put the average into the network for a while; after it the weights are as before."""
        before = [value.detach().clone() for value in self._live]
        self._put(self._kept)
        try:
            yield
        finally:
            self._put(before)

    def state(self) -> list[Tensor]:
        """Return what ``load`` takes."""
        return self._kept

    def load(self, state: list[Tensor]) -> None:
        """Go on from a state."""
        for kept, value in zip(self._kept, state, strict=True):
            kept.copy_(value)

    @torch.no_grad()
    def _put(self, values: list[Tensor]) -> None:
        for live, value in zip(self._live, values, strict=True):
            live.copy_(value)
