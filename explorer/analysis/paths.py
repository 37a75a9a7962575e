"""The paths of a network and their lengths, exact (Veit, Wilber, Belongie 2016).

Every residual unit can be gone through or past, so n units are 2^n paths. The number of paths of
each length is a coefficient of a polynomial: a path of length k is a term z^k, and units in
series multiply. What one step of length is can be chosen:

- ``block``: a residual unit, 1 + z whatever is inside it.
- ``transformation``: a residual unit again, but each way through its branch is a path of its own:
  1 + C z for cardinality C (Xie et al. 2016), 1 + 7 z for a Res2Net unit of scale 4.
- ``conv``: a convolution on the way, projections on shortcuts included, gates not.
- ``layer``: a weight layer as the papers count depth: convolutions and the last linear layer,
  without projections. The longest path is as long as the network is deep, unless a block has its
  convolutions side by side and in series, as the scales of Res2Net are.

The last three follow the ops inside the blocks (``explorer.analysis.walks``) and so count the
same paths, only by another length.
"""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass
from fractions import Fraction
from math import sqrt
from typing import TYPE_CHECKING, Literal, get_args

from explorer.address import INPUT
from explorer.analysis.polynomial import Polynomial, product_of_powers, shift
from explorer.analysis.walks import cuts, unpack, walk
from explorer.graph import lower
from explorer.ir.ops import Conv2d

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from explorer.address import Address
    from explorer.ir.graph import Block, Graph, Node
    from explorer.spec import NetworkSpec

Unit = Literal["block", "transformation", "conv", "layer"]
UNITS: tuple[Unit, ...] = get_args(Unit)


@dataclass(frozen=True, slots=True)
class PathLengths:
    """How many paths of each length there are.

    Attributes:
        counts: Number of paths of length 0, 1, 2, ...; exact integers.
        unit: What one step of length is.
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
        found = list(self.lengths.items())
        lo = hi = max(range(len(found)), key=lambda place: found[place][1])
        inside, needed = found[lo][1], Fraction(share) * self.num_paths
        # From one length that occurs to the next: by convolutions there may be only odd ones.
        while inside < needed:
            left = found[lo - 1][1] if lo > 0 else -1
            right = found[hi + 1][1] if hi + 1 < len(found) else -1
            if left > right:
                lo, inside = lo - 1, inside + left
            else:
                hi, inside = hi + 1, inside + right
        return found[lo][0], found[hi][0]


def paths(spec: NetworkSpec, unit: Unit = "block") -> PathLengths:
    """Return the distribution of path lengths of a network.

    Args:
        spec: The network.
        unit: What one step of length is.

    Raises:
        ShapeError: The network cannot be built.
    """
    return paths_of_graph(lower(spec), unit)


def paths_of_graph(graph: Graph, unit: Unit = "block", among: range | None = None) -> PathLengths:
    """Return the distribution of path lengths of a graph.

    Blocks that take no channels apart before they mix them are factors, and equal factors one
    power; only a network with other blocks (dual path) is followed from end to end.

    Args:
        graph: The graph.
        unit: What one step of length is.
        among: Positions of consecutive blocks; only the paths from the entry of the first to the
            exit of the last are counted, without stem and head. None is the whole network.
    """
    blocks = graph.blocks if among is None else graph.blocks[among.start : among.stop]
    templates = _templates(graph, blocks)
    if unit != "block" and not multiplies(graph):
        return PathLengths(tuple(_followed(graph, blocks, unit, whole=among is None)), unit)
    # Units in series multiply in any order, so equal ones make one power.
    exponents: Counter[tuple[int, ...]] = Counter()
    for block, repeats in templates.items():
        exponents[tuple(block_polynomial(graph, block, unit))] += repeats
    result = product_of_powers(exponents)
    if among is None:
        result = shift(result, len(_steps(graph, (), unit, whole=True)))
    return PathLengths(tuple(result), unit)


def block_polynomial(graph: Graph, block: Block, unit: Unit) -> Polynomial:
    """Return the path polynomial of one block from its entry to its exit."""
    if unit == "block":
        return [0, 1] if block.merge is None else [1, 1]
    return _followed(graph, (block,), unit, whole=False)


def _templates(graph: Graph, blocks: Sequence[Block]) -> dict[Block, int]:
    """Return the distinct blocks among some, and how often each occurs."""
    repeats = Counter([block.template for block in blocks])
    first: dict[Address, Block] = {}
    for block in blocks:
        if block.template not in first:
            first[block.template] = block
    return {first[template]: n for template, n in repeats.items()}


def multiplies(graph: Graph) -> bool:
    """Return whether the polynomial of a network is the product of those of its blocks.

    It is where every block reads all channels of its entry alike; the units of a dual-path
    network take two streams apart instead.
    """
    templates = _templates(graph, graph.blocks)
    return all(block.entry not in cuts(list(graph.nodes_of(block))) for block in templates)


def _followed(graph: Graph, blocks: Sequence[Block], unit: Unit, *, whole: bool) -> Polynomial:
    """Return the polynomial of consecutive blocks, or of the whole network, op by op."""
    if whole:
        nodes, entry, exit_ = list(graph.nodes.values()), INPUT, graph.output.address
    else:
        nodes = [node for block in blocks for node in graph.nodes_of(block)]
        entry, exit_ = blocks[0].entry, blocks[-1].exit
    steps, channels = _steps(graph, blocks, unit, whole=whole), graph.shape_of(entry)[0]
    total = walk(nodes, entry, exit_, steps, shift=0, channels=channels)
    # No coefficient is above the number of paths, so this many bits keep them apart.
    width = total.bit_length() // 8 + 1
    value = walk(nodes, entry, exit_, steps, shift=8 * width, channels=channels)
    return unpack(value, width)


def _steps(graph: Graph, blocks: Iterable[Block], unit: Unit, *, whole: bool) -> set[Address]:
    """Return the addresses in blocks, and in stem and head, that make a path one longer."""
    found: set[Address] = set()
    for block in blocks:
        found |= _block_steps(block, list(graph.nodes_of(block)), unit)
    if whole and unit in {"conv", "layer"}:
        outside = [graph.nodes[address] for address in graph.stem + graph.head]
        found |= {node.address for node in outside if _counts(node, unit)}
    return found


def _counts(node: Node, unit: Unit) -> bool:
    return isinstance(node.op, Conv2d) if unit == "conv" else node.op.is_weight_layer


def _block_steps(block: Block, nodes: list[Node], unit: Unit) -> set[Address]:
    if unit == "transformation":
        return _first_layers(block, nodes)
    skipped = block.shortcut if unit == "layer" else ()
    return {n.address for n in nodes if _counts(n, unit) and n.address not in skipped}


def _first_layers(block: Block, nodes: list[Node]) -> set[Address]:
    """Return the layers with which a branch begins: one on every way through it, none past it."""
    layers = [n.address for n in nodes if n.op.is_weight_layer and n.address not in block.shortcut]
    candidates = set(layers) - _on_all_ways(block, nodes) or set(layers)
    found: set[Address] = set()
    behind: set[Address] = set()
    for node in nodes:
        if any(source in behind for source in node.signals):
            behind.add(node.address)
        elif node.address in candidates:
            found.add(node.address)
            behind.add(node.address)
    return found


def _on_all_ways(block: Block, nodes: list[Node]) -> set[Address]:
    """Return the nodes that no way through or past a block leaves out, such as a transition."""
    before, after = {block.entry: 1}, {block.exit: 1}
    for node in nodes:
        before[node.address] = sum(before[source] for source in node.signals)
    for node in reversed(nodes):
        for source in node.signals:
            after[source] = after.get(source, 0) + after.get(node.address, 0)
    total = before[block.exit]
    return {n.address for n in nodes if before[n.address] * after.get(n.address, 0) == total}
