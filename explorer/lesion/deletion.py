"""A network without some of its units: a new graph over the same modules.

Veit, Wilber, Belongie 2016 delete a module by y_i := y_(i-1). Here that is:

- a unit with a shortcut passes its shortcut alone. An identity passes x, a projection what it
  projects; what stands after the addition, such as the ReLU of the original unit, stays;
- a unit that joins channels to those it reads joins zeros instead;
- a gate that divides between branch and shortcut is open for the shortcut, y = x (Srivastava,
  Greff, Schmidhuber 2015 delete highway layers so); one that only weights the shortcut stays;
- a plain unit, which has no shortcut, is removed. Where it changes the shape it passes what its
  residual twin without weights would: every stride-th position, with zero channels appended (He et
  al. 2015, option A) or the last channels left out.
"""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

from explorer.analysis.routes import branch_ends, shortcut_way
from explorer.builder import Network
from explorer.errors import ExplorerError
from explorer.ir.graph import ADD, Graph, Node, Stage
from explorer.ir.ops import Concat, PadChannels, Slice
from explorer.words import _

if TYPE_CHECKING:
    from collections.abc import Sequence

    from explorer.address import Address
    from explorer.ir.graph import Block
    from explorer.ir.op import Op, Shape


def delete(network: Network, addresses: Sequence[Address]) -> Network:
    """Return a network in which some units are deleted; the given one is not changed.

    Weights are shared, not copied, so that a change in one network is a change in the other.
    Deleted units are none of the blocks of the new graph; what is left of them keeps its addresses,
    and so does the output of every unit.

    Args:
        network: Any network.
        addresses: Of units, such as ``layer2.1``.

    Raises:
        ExplorerError: There is no such unit.
    """
    graph = network.graph
    gone = {block.address: block for block in units(graph, addresses)}
    all_nodes = tuple(graph.nodes.values())
    nodes: dict[Address, Node] = {}
    position = 0
    stages: list[Stage] = []
    for stage in graph.stages:
        kept: list[Block] = []
        for block in stage.blocks:
            # The stem, and what earlier deletions have left between the blocks.
            nodes.update((node.address, node) for node in all_nodes[position : block.start])
            start, position = len(nodes), block.stop
            part = without(graph, block) if block.address in gone else graph.nodes_of(block)
            nodes.update((node.address, node) for node in part)
            if block.address not in gone:
                # A template may be gone, and equal units need not be known as equal here.
                moved = replace(block, start=start, stop=len(nodes), template=block.address)
                kept.append(moved)
        if kept:
            stages.append(Stage(stage.address, tuple(kept)))
    nodes.update((node.address, node) for node in all_nodes[position:])
    lesioned = Graph(graph.input_shape, nodes, graph.stem, tuple(stages), graph.head)
    shared = {
        address: network.get_submodule(address)
        for address, node in nodes.items()
        if address in graph.nodes and graph.nodes[address].op == node.op
    }
    result = Network(lesioned, shared)
    # Not train(), which would change the modules that are shared.
    result.training = network.training
    return result


def units(graph: Graph, addresses: Sequence[Address]) -> tuple[Block, ...]:
    """Return some blocks of a graph by address.

    Raises:
        ExplorerError: There is no such block.
    """
    known = {block.address: block for block in graph.blocks}
    for address in addresses:
        if address not in known:
            raise ExplorerError(
                _("There is no unit {address} in this network.").format(address=repr(address)),
                _("Units are called {first} to {last}.").format(
                    first=graph.blocks[0].address, last=graph.blocks[-1].address
                ),
            )
    return tuple(known[address] for address in addresses)


def without(graph: Graph, block: Block) -> tuple[Node, ...]:
    """Return what is left of a deleted block, in order; its exit is the last."""
    if block.merge is None:
        return _bridge(graph, block)
    way = shortcut_way(graph, block)
    ends = branch_ends(graph, block)
    kept_gates = _gates_of_the_shortcut(graph, block)
    needed = {node.address for node in way} | kept_gates
    result: list[Node] = []
    for node in graph.nodes_of(block):
        if node.address not in needed:
            continue
        cut = {i for i in range(len(node.inputs)) if (node.address, i) in ends}
        if node.op.is_gated and node.inputs[1] in kept_gates:
            cut = set()
        result.extend(_cut(node, cut))
    return tuple(result)


def _gates_of_the_shortcut(graph: Graph, block: Block) -> set[Address]:
    """Return the nodes of gates that weight the shortcut alone."""
    inside = {node.address: node for node in graph.nodes_of(block)}
    way = {node.address for node in shortcut_way(graph, block)}
    found: set[Address] = set()
    for node in inside.values():
        if node.op.is_gated and node.address in way:
            gate: set[Address] = set()
            waiting = list(node.inputs[1:])
            while waiting:
                address = waiting.pop()
                if address in inside and address not in way | gate:
                    gate.add(address)
                    waiting.extend(inside[address].inputs)
            if gate <= set(block.shortcut):
                found |= gate
    return found


def _cut(node: Node, cut: set[int]) -> tuple[Node, ...]:
    """Return a node that reads all but some of its inputs, as one node or two."""
    if not cut:
        return (node,)
    kept = [i for i in range(len(node.inputs)) if i not in cut]
    inputs = tuple(node.inputs[i] for i in kept)
    shapes = tuple(node.in_shapes[i] for i in kept)
    if not isinstance(node.op, Concat):
        # A sum of one is that one; so is a product without its gate.
        return (Node(node.address, ADD, inputs, shapes, node.out_shape),)
    joined: tuple[Node, ...] = ()
    if len(kept) > 1:
        shape = node.op.out_shape(shapes)
        name = f"{node.address}_kept"
        joined = (Node(name, Concat(), inputs, shapes, shape),)
        inputs, shapes = (name,), (shape,)
    pad = PadChannels(shapes[0][0], node.out_shape[0])
    return (*joined, Node(node.address, pad, inputs, shapes, node.out_shape))


def _bridge(graph: Graph, block: Block) -> tuple[Node, ...]:
    """Return what stands in the place of a plain block, as option A would pass it."""
    before, after = graph.shape_of(block.entry), graph.shape_of(block.exit)
    stride = -(-before[1] // after[1])
    if after[0] >= before[0]:
        return (_node(block.exit, PadChannels(before[0], after[0], stride), block.entry, before),)
    name = f"{block.exit}_kept"
    first = _node(name, PadChannels(before[0], before[0], stride), block.entry, before)
    return first, _node(block.exit, Slice(0, after[0]), name, first.out_shape)


def _node(address: Address, op: Op, source: Address, shape: Shape) -> Node:
    return Node(address, op, (source,), (shape,), op.out_shape((shape,)))
