"""What stands on the shortcuts of a network: whether a signal passes them unchanged.

With a ReLU after the addition (v1) its mask multiplies shortcut and branch alike, and the split
into paths holds at an image, with the masks frozen. With pre-activation (v2) the shortcut is
exactly the identity wherever the shape stays (He et al. 2016).
"""

from __future__ import annotations

from itertools import dropwhile
from typing import TYPE_CHECKING, NamedTuple

from explorer.analysis.routes import shortcut_way
from explorer.ir.ops import Add, Concat, ReLU

if TYPE_CHECKING:
    from explorer.ir.graph import Block, Graph


class Shortcuts(NamedTuple):
    """How many units have which shortcut; each unit counts once.

    Attributes:
        rectified: A ReLU stands after the addition, on both ways.
        identity: Nothing stands on it: it passes the signal unchanged.
        changed: Anything else, such as a projection, a pool, padding, a gate or an activation
            before the branch leaves.
        plain: There is none.
    """

    rectified: int
    identity: int
    changed: int
    plain: int

    @property
    def num_units(self) -> int:
        """Return how many units there are."""
        return sum(self)


def shortcuts(graph: Graph) -> Shortcuts:
    """Return what stands on the shortcuts of a network, by its operations and not its name."""
    kinds = [_kind(graph, block) for block in graph.blocks]
    return Shortcuts(*(kinds.count(kind) for kind in Shortcuts._fields))


def sums_up(graph: Graph) -> bool:
    """Return whether the signal is the stem's output plus what every unit added.

    He et al. 2016, equation 4: n units give n + 1 terms. It is so wherever the shape stays if all
    units add, nothing stands after an addition, and shortcuts that change the signal, as at the
    start of a stage, are not the only ones.
    """
    merges = [block for block in graph.blocks if block.merge]
    return any(_kind(graph, block) == "identity" for block in merges) and all(
        isinstance(graph.nodes[block.exit].op, Add) for block in graph.blocks
    )


def _kind(graph: Graph, block: Block) -> str:
    if block.merge is None:
        return "plain"
    way = shortcut_way(graph, block)
    after = dropwhile(lambda node: node.address != block.merge, way)
    if any(isinstance(node.op, ReLU) for node in after):
        return "rectified"
    return "identity" if all(isinstance(node.op, Add | Concat) for node in way) else "changed"
