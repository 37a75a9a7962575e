"""How deep a network with stochastic depth is in training (Huang et al. 2016)."""

from __future__ import annotations

from math import prod
from typing import TYPE_CHECKING

from explorer.ir.ops import DropPath

if TYPE_CHECKING:
    from explorer.ir.graph import Block, Graph


def survival_of(graph: Graph, block: Block) -> float:
    """Return the probability that the branch of a block is there in training [0 to 1]."""
    ops = (node.op for node in graph.nodes_of(block))
    return prod((op.survival for op in ops if isinstance(op, DropPath)), start=1.0)


def expected_blocks(graph: Graph) -> float:
    """Return the mean number of blocks whose branch is there in one training step.

    With linear decay to p_L over L blocks that is the sum of 1 - l / L (1 - p_L) over l = 1 ... L,
    which is (3L - 1) / 4 for p_L = 1/2.
    """
    return sum(survival_of(graph, block) for block in graph.blocks)
