"""The answer of Wu et al. 2016 to over-deepened networks: Model A, fewer and wider units."""

from __future__ import annotations

from typing import TYPE_CHECKING

from explorer.analysis.cost import cost
from explorer.analysis.lock import Free, Lock, solve
from explorer.spec.codec import from_data
from explorer.spec.presets import preset

if TYPE_CHECKING:
    from explorer.analysis.lock import Solution
    from explorer.spec import NetworkSpec

NAME = "wider_or_deeper_a"
TOLERANCE = 0.05
_FREE: tuple[Free, ...] = ("width_multiplier", "all_widths")


def equal_macs(spec: NetworkSpec) -> Solution:
    """Return Model A with the input and classes of a network, its width solved for equal MACs.

    Args:
        spec: The network to compare with.

    Raises:
        SpecError: Model A works at no width with images so small.
    """
    model = preset(NAME)
    asked = model.model_dump() | {
        "image_size": spec.image_size,
        "in_channels": spec.in_channels,
        "head": model.head.model_dump() | {"num_classes": spec.head.num_classes},
    }
    target = cost(spec).macs
    found = [solve(from_data(asked), Lock("macs", target, TOLERANCE, free)) for free in _FREE]
    return min(found, key=lambda solution: abs(solution.deviation))
