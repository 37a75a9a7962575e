"""The two ways through a block: along its shortcut, and everything else.

The shortcut way carries the signal from the entry to the exit and passes nothing that the block
learned to add. An edge leaves it going backwards where a branch ends in the addition or
concatenation, and where a gate reads: a gate weights the signal, so what comes through the gate's
own layers has gone through the unit. What stands on both ways, such as an activation before
the split or a ReLU after the addition, belongs to the shortcut way.
"""

from __future__ import annotations

from dataclasses import dataclass
from itertools import islice
from typing import TYPE_CHECKING

from explorer.address import INPUT, Address
from explorer.ir.ops import Add, Concat

if TYPE_CHECKING:
    from collections.abc import Iterable

    from explorer.ir.graph import Block, Graph, Node

Edge = tuple[Address, int]
"""A node and the position of one of its inputs."""


@dataclass(frozen=True, slots=True)
class Segment:
    """Consecutive nodes with one entry and one exit.

    Attributes:
        address: Of the block; empty for the stem and for what stands between blocks.
        nodes: In topological order.
        entry: Address of the value it reads.
        exit: Address of its output.
        branch_ends: Edges that leave the shortcut way; none where the segment is no unit.
        has_shortcut: Whether there is a way of length 0; a plain unit has none.
    """

    address: Address
    nodes: tuple[Node, ...]
    entry: Address
    exit: Address
    branch_ends: frozenset[Edge]
    has_shortcut: bool

    @property
    def is_unit(self) -> bool:
        """Return whether passing it can count as one step of length."""
        return self.address != ""


def segments(graph: Graph) -> tuple[Segment, ...]:
    """Return stem and blocks in order, and what may stand between blocks; not the head."""
    found: list[Segment] = []
    all_nodes = tuple(graph.nodes.values())
    position, entry = 0, INPUT
    for block in graph.blocks:
        if block.start > position:
            found.append(_between(all_nodes[position : block.start], entry))
        found.append(
            Segment(
                block.address,
                all_nodes[block.start : block.stop],
                block.entry,
                block.exit,
                branch_ends(graph, block),
                block.merge is not None,
            )
        )
        position, entry = block.stop, block.exit
    end = len(all_nodes) - len(graph.head)
    if end > position:
        found.append(_between(all_nodes[position:end], entry))
    return tuple(found)


def _between(nodes: tuple[Node, ...], entry: Address) -> Segment:
    return Segment("", nodes, entry, nodes[-1].address, frozenset(), has_shortcut=True)


def shortcut_way(graph: Graph, block: Block) -> tuple[Node, ...]:
    """Return the nodes that the signal passes when it takes the shortcut, in order.

    Empty for a plain unit. Gates are left out, the products that they weight are not.
    """
    if block.merge is None:
        return ()
    on_way = {block.exit}
    nodes = tuple(islice(graph.nodes.values(), block.start, block.stop))
    for node in reversed(nodes):
        if node.address in on_way:
            ends = _branch_inputs(node, block)
            on_way.update(a for i, a in enumerate(node.inputs) if i not in ends)
    return tuple(node for node in nodes if node.address in on_way)


def branch_ends(graph: Graph, block: Block) -> frozenset[Edge]:
    """Return the edges that leave the shortcut way; none for a plain unit."""
    return frozenset(
        (node.address, i)
        for node in shortcut_way(graph, block)
        for i in _branch_inputs(node, block)
    )


def _branch_inputs(node: Node, block: Block) -> Iterable[int]:
    """Return which inputs of a node on the shortcut way are none of it."""
    last = len(node.inputs) - 1
    if isinstance(node.op, Add):
        # Families list the branch first and the shortcut last (GraphBuilder.add_shortcut).
        return range(last)
    if isinstance(node.op, Concat) and node.address == block.merge:
        # What is kept beside the shortcut comes last (GraphBuilder.keep_shortcut).
        return (last,)
    if node.op.is_gated:
        return range(1, len(node.inputs))
    return ()
