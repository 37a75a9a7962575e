"""The same network with and without scales inside its blocks, at equal MACs.

Gao et al. 2019 compare Res2Net with ResNet at equal cost; here every block is exchanged and the
base width solved for.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

from explorer.analysis.cost import cost
from explorer.analysis.lock import Lock, solve
from explorer.spec.edit import change_block_family, change_family

if TYPE_CHECKING:
    from explorer.spec import NetworkSpec

TOLERANCE = 0.05
"""How far the MACs may be off, as a share; channels are whole."""


class Counterpart(NamedTuple):
    """A network to compare with.

    Attributes:
        spec: Its specification.
        kind: Family of its blocks: ``bottleneck`` (ResNet) or ``res2net``.
        base_width: What was solved for.
        deviation: Of its MACs from those of the network it stands beside, as a share.
    """

    spec: NetworkSpec
    kind: str
    base_width: int
    deviation: float

    @property
    def fits(self) -> bool:
        """Return whether the MACs are equal within 5 %."""
        return abs(self.deviation) <= TOLERANCE


def has_scales(spec: NetworkSpec) -> bool:
    """Return whether some block splits its channels into scales."""
    cells = (stage.block_at(i) for stage in spec.stages for i in range(stage.depth))
    return any(getattr(block, "scale", 1) > 1 for block in cells)


def counterpart(spec: NetworkSpec) -> Counterpart:
    """Return the ResNet of equal MACs for a network with scales, the Res2Net for any other.

    Raises:
        SpecError: Blocks of that family do not fit into this network at any width.
    """
    kind = "bottleneck" if has_scales(spec) else "res2net"
    exchanged = change_family(spec, None, kind)
    for i, stage in enumerate(spec.stages):
        for override in stage.overrides:
            exchanged = change_block_family(exchanged, f"layer{i + 1}.{override.at}", kind)
    found = solve(exchanged, Lock("macs", cost(spec).macs, TOLERANCE, "base_width"))
    return Counterpart(found.spec, kind, round(found.value), found.deviation)
