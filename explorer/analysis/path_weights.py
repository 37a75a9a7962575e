"""Paths weighted by how much of them there is: stochastic depth, gates, constant factors.

A block that lets ``past`` of its input by and sends ``through`` of it through its branch is the
factor past + through z. Stochastic depth (Huang et al. 2016) with survival p is 1 + p z: in a
training step a path is there with the product of the survivals of its blocks, and in evaluation
it is scaled by the same product. A highway layer (Srivastava et al. 2015) whose gate is open to T
is (1 - T) + T z. Squeeze-and-excitation weights channels, not ways, and counts as 1.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import reduce
from math import exp, prod
from typing import TYPE_CHECKING

import numpy as np

from explorer.analysis.survival import survival_of
from explorer.errors import ExplorerError
from explorer.ir.ops import Complement, Conv2d, DropPath, Multiply, Scale, Sigmoid
from explorer.words import _

if TYPE_CHECKING:
    from collections.abc import Iterable

    from numpy.typing import NDArray

    from explorer.ir.graph import Block, Graph, Node


@dataclass(frozen=True, slots=True)
class WeightedLengths:
    """How much of all paths has each length.

    Attributes:
        shares: Share of the weight at length 0, 1, 2, ... blocks; they add up to 1.
    """

    shares: tuple[float, ...]

    @property
    def mean(self) -> float:
        """Return the mean length [blocks]."""
        return sum(k * share for k, share in enumerate(self.shares))

    @property
    def std(self) -> float:
        """Return the standard deviation of the length [blocks]."""
        mean = self.mean
        return sum((k - mean) ** 2 * share for k, share in enumerate(self.shares)) ** 0.5


def weights_of(graph: Graph, block: Block, gate: float | None = None) -> tuple[float, float]:
    """Return how much of a signal goes past a block and through its branch.

    Args:
        graph: The graph.
        block: One of its blocks.
        gate: How far every gate between branch and shortcut is open [0 to 1]; None is where its
            bias puts it before training, sigmoid(b).
    """
    if block.merge is None:
        return 0.0, 1.0
    nodes = {node.address: node for node in graph.nodes_of(block)}
    opening = _opening(nodes.values()) if gate is None else gate
    past = prod(_factor(nodes, address, opening) for address in block.shortcut)
    inside = nodes.keys() - set(block.shortcut)
    return past, prod(_factor(nodes, address, opening) for address in sorted(inside))


def _opening(nodes: Iterable[Node]) -> float:
    """Return sigmoid(b) of the gate that a block divides its ways with; 1 without one."""
    found = {node.address: node for node in nodes}
    for node in found.values():
        if isinstance(node.op, Complement):
            before = found[found[node.inputs[0]].inputs[0]].op
            return 1 / (1 + exp(-before.bias_init)) if isinstance(before, Conv2d) else 1.0
    return 1.0


def _factor(nodes: dict[str, Node], address: str, opening: float) -> float:
    node = nodes[address]
    match node.op:
        case DropPath(survival=survival):
            return survival
        case Scale(factor=factor):
            return factor
        case Multiply():
            gate = nodes[node.inputs[1]]
            if isinstance(gate.op, Complement):
                return 1 - opening
            divides = any(
                isinstance(other.op, Complement) and other.inputs == (gate.address,)
                for other in nodes.values()
            )
            return opening if divides and isinstance(gate.op, Sigmoid) else 1.0
        case _:
            return 1.0


def are_weighted(graph: Graph) -> bool:
    """Return whether any two ways of a network weigh differently."""
    weights = [weights_of(graph, block) for block in graph.blocks if block.merge]
    return any(past != through for past, through in weights)


def has_gates(graph: Graph) -> bool:
    """Return whether a gate divides between branch and shortcut anywhere."""
    return any(
        isinstance(node.op, Complement) for block in graph.blocks for node in graph.nodes_of(block)
    )


def weighted(graph: Graph, gate: float | None = None) -> WeightedLengths:
    """Return the distribution of path lengths, each path weighted by the product of its factors.

    Args:
        graph: The graph.
        gate: How far every gate is open [0 to 1]; None is where its bias puts it before training.

    Raises:
        ExplorerError: The gate is out of range, or no path carries anything.
    """
    if gate is not None and not 0 <= gate <= 1:
        raise ExplorerError(
            _("A gate cannot be open to {gate}.").format(gate=f"{gate:g}"),
            _("Choose an opening from 0 to 1."),
        )
    return _product(weights_of(graph, block, gate) for block in graph.blocks)


def branches_present(graph: Graph) -> WeightedLengths:
    """Return how many branches are there in one training step: the product of (1 - p) + p z.

    That is the length of the longest path of the step; its mean is ``survival.expected_blocks``.
    """
    survivals = (survival_of(graph, block) for block in graph.blocks)
    return _product((1 - survival, survival) for survival in survivals)


def _product(factors: Iterable[tuple[float, float]]) -> WeightedLengths:
    def times(total: NDArray[np.float64], factor: tuple[float, float]) -> NDArray[np.float64]:
        weight = sum(factor)
        if not weight:
            raise ExplorerError(
                _(
                    "Nothing comes through this network: a block has its branch and its "
                    "shortcut at 0."
                ),
                _("Set the branch factor or the shortcut factor above 0."),
            )
        # Divided at once, so that 600 blocks neither overflow nor vanish.
        return np.convolve(total, np.array(factor) / weight)

    start = np.ones(1)
    return WeightedLengths(tuple(float(x) for x in reduce(times, factors, start)))
