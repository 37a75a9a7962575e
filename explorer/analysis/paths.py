"""The paths of a network and their lengths, exact (Veit, Wilber, Belongie 2016).

Every residual unit can be gone through or past, so n units are 2^n paths. The number of paths of
each length is a coefficient of a polynomial: a path of length k is a term z^k, units in series
multiply. With the residual unit as the unit of length a block is 1 + z, whatever is inside it;
with the convolution as the unit each block's own graph is followed, scales and projections
included: P_v(z) = z^[v is a convolution] * sum over the inputs u of P_u(z).
"""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass
from fractions import Fraction
from functools import reduce
from math import sqrt
from typing import TYPE_CHECKING, Literal

from explorer.analysis.polynomial import Polynomial, add, multiply, power, shift
from explorer.graph import lower
from explorer.ir.ops import Conv2d

if TYPE_CHECKING:
    from collections.abc import Iterable

    from explorer.address import Address
    from explorer.ir.graph import Block, Graph, Node
    from explorer.spec import NetworkSpec

Unit = Literal["block", "conv"]


@dataclass(frozen=True, slots=True)
class PathLengths:
    """How many paths of each length there are.

    Attributes:
        counts: Number of paths of length 0, 1, 2, ...; exact integers.
        unit: What one step of length is: a residual unit or a convolution.
    """

    counts: tuple[int, ...]
    unit: Unit

    @property
    def num_paths(self) -> int:
        """Return the number of all paths."""
        return sum(self.counts)

    @property
    def lengths(self) -> dict[int, int]:
        """Return {length: number of paths} for the lengths that occur."""
        return {length: count for length, count in enumerate(self.counts) if count}

    @property
    def mean(self) -> int | float:
        """Return the mean length; an integer where it is one."""
        mean = Fraction(sum(k * c for k, c in self.lengths.items()), self.num_paths)
        return int(mean) if mean.denominator == 1 else float(mean)

    @property
    def std(self) -> float:
        """Return the standard deviation of the length."""
        total = self.num_paths
        first = Fraction(sum(k * c for k, c in self.lengths.items()), total)
        second = Fraction(sum(k * k * c for k, c in self.lengths.items()), total)
        return sqrt(second - first * first)

    def central(self, share: float = 0.95) -> tuple[int, int]:
        """Return the shortest range of lengths, grown from the commonest, that holds a share."""
        lo = hi = max(self.lengths, key=lambda length: self.counts[length])
        inside, needed = self.counts[lo], Fraction(share) * self.num_paths
        while inside < needed:
            left = self.counts[lo - 1] if lo > 0 else -1
            right = self.counts[hi + 1] if hi + 1 < len(self.counts) else -1
            if left > right:
                lo, inside = lo - 1, inside + left
            else:
                hi, inside = hi + 1, inside + right
        return lo, hi


def paths(spec: NetworkSpec, unit: Unit = "block") -> PathLengths:
    """Return the distribution of path lengths of a network.

    Args:
        spec: The network.
        unit: Count residual units, or convolutions, as length.

    Raises:
        ShapeError: The network cannot be built.
    """
    return paths_of_graph(lower(spec), unit)


def paths_of_graph(graph: Graph, unit: Unit = "block") -> PathLengths:
    """Return the distribution of path lengths of a graph."""
    blocks = graph.blocks
    repeats = Counter([block.template for block in blocks])
    # Units in series multiply in any order, so equal ones make one power.
    exponents: Counter[tuple[int, ...]] = Counter()
    for block in blocks:
        if block.template == block.address:
            exponents[tuple(block_polynomial(graph, block, unit))] += repeats[block.address]
    powers = [power(list(polynomial), n) for polynomial, n in exponents.items()]
    result = reduce(multiply, powers)
    if unit == "conv":
        outside = graph.stem + graph.head
        result = shift(result, sum(isinstance(graph.nodes[a].op, Conv2d) for a in outside))
    return PathLengths(tuple(result), unit)


def block_polynomial(graph: Graph, block: Block, unit: Unit) -> Polynomial:
    """Return the path polynomial of one block from its entry to its exit."""
    if unit == "block":
        return [0, 1] if block.merge is None else [1, 1]
    return _through(graph.nodes_of(block), block.entry, block.exit)


def _through(nodes: Iterable[Node], entry: Address, exit_: Address) -> Polynomial:
    reached: dict[Address, Polynomial] = {entry: [1]}
    for node in nodes:
        total: Polynomial = []
        for source in node.signals:
            total = add(total, reached[source])
        reached[node.address] = shift(total, 1) if isinstance(node.op, Conv2d) else total
    return reached[exit_]
