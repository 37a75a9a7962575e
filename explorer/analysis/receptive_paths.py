"""Receptive fields of all paths through a network, exact (Veit et al. 2016; Gao et al. 2019).

A path is a way through the graph of ops: past or through a residual unit, along one lane of its
groups or scales. Its receptive field is 1 + sum (k - 1) * jump over the windows k it goes
through, where the jump is the product of the strides before. So a window is a factor
z^((k - 1) * jump): ways that meet add, blocks in series multiply, and the number of paths of
each receptive field is a coefficient of the product. Gates weight a signal and are no path.
"""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass
from fractions import Fraction
from functools import reduce
from itertools import takewhile
from math import gcd, sqrt
from typing import TYPE_CHECKING

from explorer.address import INPUT
from explorer.analysis.paths import multiplies
from explorer.analysis.polynomial import Polynomial, multiply, power
from explorer.analysis.walks import Channels, cuts, onward, widened
from explorer.graph import lower

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence

    from explorer.address import Address
    from explorer.ir.graph import Block, Graph, Node
    from explorer.spec import NetworkSpec

Terms = dict[int, int]
"""A polynomial of few terms: {exponent: coefficient}."""
Ways = dict[int, Terms]
"""{jump: how many ways have seen each number of pixels}. There is one jump, but on a map of one
position, where strides mean nothing and branches of different strides may meet."""


@dataclass(frozen=True, slots=True)
class ReceptivePaths:
    """How many paths have each receptive field.

    Attributes:
        counts: {receptive field [px]: number of paths}, exact, rising.
    """

    counts: Mapping[int, int]

    @property
    def num_paths(self) -> int:
        """Return the number of all paths."""
        return sum(self.counts.values())

    @property
    def largest(self) -> int:
        """Return the receptive field of the widest path [px]."""
        return max(self.counts)

    @property
    def mean(self) -> float:
        """Return the mean receptive field over all paths [px]."""
        return float(self._moment(1))

    @property
    def std(self) -> float:
        """Return the standard deviation over all paths [px]."""
        return sqrt(self._moment(2) - self._moment(1) ** 2)

    def _moment(self, order: int) -> Fraction:
        total = sum(size**order * count for size, count in self.counts.items())
        return Fraction(total, self.num_paths)

    def central(self, share: float = 0.95) -> tuple[int, int]:
        """Return the receptive fields between which a share of the paths lies [px].

        As many paths are left out below as above, as far as counts allow.
        """
        outside = (1 - Fraction(share)) / 2 * self.num_paths
        sizes = list(self.counts)
        return self._skip(sizes, outside), self._skip(sizes[::-1], outside)

    def _skip(self, sizes: list[int], outside: Fraction) -> int:
        seen = 0
        for size in sizes:
            seen += self.counts[size]
            if seen > outside:
                return size
        return sizes[-1]


def receptive_paths(spec: NetworkSpec) -> ReceptivePaths:
    """Return the distribution of receptive fields over all paths of a network.

    Raises:
        ShapeError: The network cannot be built.
    """
    return receptive_paths_of_graph(lower(spec))


def receptive_paths_of_graph(graph: Graph, last: int | None = None) -> ReceptivePaths:
    """Return the distribution over all paths of a graph.

    Args:
        graph: Of the network.
        last: Position of the block at whose output the paths end; None: they end at the last
            map, before any global pool.
    """
    blocks = graph.blocks if last is None else graph.blocks[: last + 1]
    stem = [graph.nodes[address] for address in graph.stem]
    tail = _before_pool(graph) if last is None else []
    start: Ways = {1: {0: 1}}
    if not multiplies(graph):
        inside = [node for block in blocks for node in graph.nodes_of(block)]
        every = [*stem, *inside, *tail]
        return _counted(_through(every, graph, INPUT, every[-1].address, start))
    ways = _through(stem, graph, INPUT, stem[-1].address, start) if stem else start
    ways = _through_blocks(graph, blocks, ways)
    if tail:
        ways = _through(tail, graph, tail[0].inputs[0], tail[-1].address, ways)
    return _counted(ways)


def _before_pool(graph: Graph) -> list[Node]:
    head = (graph.nodes[address] for address in graph.head)
    return list(takewhile(lambda node: not node.op.sees_whole_image, head))


def receptive_paths_in_block(graph: Graph, block: Block) -> ReceptivePaths:
    """Return the distribution over the ways from the entry of one block to its exit.

    Receptive fields are counted in positions of the block's input.
    """
    return _counted(_in_block(graph, block, {1: {0: 1}}))


def _counted(ways: Ways) -> ReceptivePaths:
    counts: Counter[int] = Counter()
    for terms in ways.values():
        for seen, count in terms.items():
            counts[1 + seen] += count
    return ReceptivePaths(dict(sorted(counts.items())))


def _through_blocks(graph: Graph, blocks: Iterable[Block], ways: Ways) -> Ways:
    known: dict[tuple[Address, int], Ways] = {}
    factors: Counter[tuple[tuple[int, int], ...]] = Counter()
    for block in blocks:
        opened: dict[int, Ways] = {}
        for jump in ways:
            key = (block.template, jump)
            if key not in known:
                known[key] = _in_block(graph, block, {jump: {0: 1}})
            opened[jump] = known[key]
        if len(ways) == 1 and len(following := opened[next(iter(ways))]) == 1:
            # Nearly always: units in series then multiply in any order, equal ones make a power.
            (jump, terms), (_, before) = *following.items(), *ways.items()
            factors[tuple(terms.items())] += 1
            ways = {jump: before}
            continue
        ways = _after(_multiplied(ways, factors), opened)
        factors.clear()
    return _multiplied(ways, factors)


def _after(ways: Ways, opened: Mapping[int, Ways]) -> Ways:
    """Return every way followed by every way that its jump opens."""
    result: Ways = {}
    for jump, before in ways.items():
        for end, terms in opened[jump].items():
            total = result.setdefault(end, {})
            for seen, count in before.items():
                for more, factor in terms.items():
                    total[seen + more] = total.get(seen + more, 0) + count * factor
    return result


def _in_block(graph: Graph, block: Block, ways: Ways) -> Ways:
    return _through(list(graph.nodes_of(block)), graph, block.entry, block.exit, ways)


def _through(
    nodes: Sequence[Node], graph: Graph, entry: Address, exit_: Address, ways: Ways
) -> Ways:
    """Follow every way from an entry to an exit, op by op and channel by channel."""
    apart = cuts(nodes)
    reached: dict[Address, dict[Channels, Ways]] = {entry: {(0, graph.shape_of(entry)[0]): ways}}
    for node in nodes:
        own, last, offset = apart.get(node.address, []), node.out_shape[0], 0
        found: dict[Channels, list[tuple[Ways, int]]] = {}
        for source, shape in zip(node.signals, node.in_shapes, strict=False):
            for channels, before in reached[source].items():
                for (start, stop), times in onward(node.op, channels, offset, own, last):
                    key = widened(start, stop, own, last)
                    found.setdefault(key, []).append((before, times))
            offset += shape[0]
        reached[node.address] = {key: _joined(node, parts) for key, parts in found.items()}
    total: Ways = {}
    for arrived in reached[exit_].values():
        _add(total, arrived, 1)
    return total


def _joined(node: Node, parts: Sequence[tuple[Ways, int]]) -> Ways:
    """Return ways that meet in some channels of a node, seen through its window."""
    extent, stride = node.op.window
    is_pointwise = extent == 1 and stride == 1
    if is_pointwise and len(parts) == 1 and parts[0][1] == 1:
        return parts[0][0]
    total: Ways = {}
    for ways, times in parts:
        _add(total, ways, times)
    if is_pointwise:
        return total
    return {
        jump * stride: {seen + (extent - 1) * jump: count for seen, count in terms.items()}
        for jump, terms in total.items()
    }


def _add(total: Ways, ways: Ways, times: int) -> None:
    for jump, terms in ways.items():
        end = total.setdefault(jump, {})
        for seen, count in terms.items():
            end[seen] = end.get(seen, 0) + count * times


def _multiplied(ways: Ways, factors: Mapping[tuple[tuple[int, int], ...], int]) -> Ways:
    if not factors:
        return ways
    ((jump, before),) = ways.items()
    every = [(dict(terms), n) for terms, n in factors.items()] + [(before, 1)]
    offset = sum(min(terms) * n for terms, n in every)
    # Windows are odd and jumps powers of two, so most exponents are multiples of something.
    step = gcd(*(seen - min(terms) for terms, _ in every for seen in terms)) or 1
    product = reduce(multiply, [_spread(_power(terms, n), step) for terms, n in every])
    return {jump: {offset + i * step: count for i, count in enumerate(product) if count}}


def _power(terms: Terms, n: int) -> Terms:
    """Return a power of a polynomial divided by its lowest term z^min."""
    low = min(terms)
    step = gcd(*(seen - low for seen in terms)) or 1
    dense = _spread({seen - low: count for seen, count in terms.items()}, step)
    return {i * step: count for i, count in enumerate(power(dense, n)) if count}


def _spread(terms: Terms, step: int) -> Polynomial:
    low = min(terms)
    dense = [0] * ((max(terms) - low) // step + 1)
    for seen, count in terms.items():
        dense[(seen - low) // step] = count
    return dense
