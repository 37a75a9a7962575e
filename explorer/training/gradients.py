"""The norm of the gradient in each stage, looked at only when a report is due.

The gradients of a step stay where they are until the next one begins, so nothing is computed in
a step itself.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import torch
from torch.nn.utils import get_total_norm

from explorer.address import stage_of

if TYPE_CHECKING:
    from torch import Tensor, nn

STEM, HEAD = "stem", "head"


class StageGradients:
    """The parameters of a network by stage: ``stem``, ``layer1`` .. and ``head``.

    Args:
        network: Its parameters bear their addresses as names.
    """

    def __init__(self, network: nn.Module) -> None:
        """Sort the parameters."""
        self._parameters: dict[str, list[nn.Parameter]] = {}
        seen_stage = False
        for name, parameter in network.named_parameters():
            stage = stage_of(name)
            in_stage = stage.startswith("layer")
            seen_stage = seen_stage or in_stage
            outside = HEAD if seen_stage else STEM
            self._parameters.setdefault(stage if in_stage else outside, []).append(parameter)

    @property
    def names(self) -> tuple[str, ...]:
        """The stages, in the network's order."""
        return tuple(self._parameters)

    def norms(self) -> Tensor:
        """Return the Euclidean norm of the last step's gradient in each stage, on the device."""
        found = [
            get_total_norm([p.grad for p in parameters if p.grad is not None])
            for parameters in self._parameters.values()
        ]
        return torch.stack([norm.double() for norm in found])
