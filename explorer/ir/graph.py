"""An immutable graph of primitive ops, and the builder that block families write to."""

from __future__ import annotations

from dataclasses import dataclass, field
from itertools import islice
from typing import TYPE_CHECKING, NamedTuple

from explorer.address import INPUT, Address
from explorer.errors import ShapeError
from explorer.ir.ops import Add, Concat, Op, Shape
from explorer.words import _

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    import networkx as nx


class Node(NamedTuple):
    """One op at its address.

    Attributes:
        address: Unique name, such as ``layer3.5.conv2``.
        op: What it computes; instances are shared between equal nodes.
        inputs: Addresses it reads, in order; ``input`` is the image.
        in_shapes: Shapes of the inputs.
        out_shape: Shape of the output, ``(channels, height, width)`` or ``(features,)``.
    """

    address: Address
    op: Op
    inputs: tuple[Address, ...]
    in_shapes: tuple[Shape, ...]
    out_shape: Shape

    @property
    def signals(self) -> tuple[Address, ...]:
        """Return the inputs that carry the signal; a gate only weights it."""
        return self.inputs[:1] if self.op.is_gated else self.inputs


class Value(NamedTuple):
    """The output of a node while a graph is being built."""

    address: Address
    shape: Shape


@dataclass(frozen=True, slots=True)
class Block:
    """A residual or plain unit: consecutive nodes with one entry and one exit.

    Attributes:
        address: Such as ``layer2.0``.
        kind: Family of the block, as in the specification.
        title: How the family is called in words.
        num_layers: Weight layers in series, as the papers count depth.
        start: Position of its first node in ``Graph.nodes``.
        stop: Position after its last node.
        entry: Address of the value it reads.
        exit: Address of its output.
        merge: Address of the addition or concatenation with the shortcut, or None for a plain unit.
        shortcut: Addresses on the shortcut; empty for an identity.
        template: Address of the first block with the same ops and shapes, often its own.
    """

    address: Address
    kind: str
    title: str
    num_layers: int
    start: int
    stop: int
    entry: Address
    exit: Address
    merge: Address | None
    shortcut: tuple[Address, ...]
    template: Address


@dataclass(frozen=True, slots=True)
class Stage:
    """Blocks at one resolution."""

    address: Address
    blocks: tuple[Block, ...]


@dataclass(frozen=True, slots=True, eq=False)
class Graph:
    """A directed acyclic graph with one source, ``input``, and one sink.

    Attributes:
        input_shape: Shape of the image, ``(channels, height, width)``.
        nodes: Every node by address, in topological order.
        stem: Addresses before the first stage.
        stages: Stages in order.
        head: Addresses after the last stage.
    """

    input_shape: Shape
    nodes: Mapping[Address, Node]
    stem: tuple[Address, ...]
    stages: tuple[Stage, ...]
    head: tuple[Address, ...]

    @property
    def blocks(self) -> tuple[Block, ...]:
        """Return all blocks in order."""
        return tuple(block for stage in self.stages for block in stage.blocks)

    @property
    def output(self) -> Node:
        """Return the sink."""
        return self.nodes[next(reversed(tuple(self.nodes)))]

    def nodes_of(self, block: Block) -> Iterator[Node]:
        """Iterate over the nodes of one block in topological order."""
        return islice(self.nodes.values(), block.start, block.stop)

    def shape_of(self, address: Address) -> Shape:
        """Return the shape of the value at an address, ``input`` included."""
        return self.input_shape if address == INPUT else self.nodes[address].out_shape

    def to_networkx(self) -> nx.DiGraph[Address]:
        """Return nodes and edges as a networkx graph, with ``op`` and ``shape`` as attributes."""
        import networkx as nx  # noqa: PLC0415 - half a second that a page does not need

        graph: nx.DiGraph[Address] = nx.DiGraph()
        graph.add_node(INPUT, op=None, shape=self.input_shape)
        for node in self.nodes.values():
            graph.add_node(node.address, op=node.op, shape=node.out_shape)
            graph.add_edges_from((source, node.address) for source in node.inputs)
        return graph


@dataclass(slots=True)
class GraphBuilder:
    """Collects nodes in topological order; a block family lists its ops here.

    Attributes:
        prefix: Put before every name, such as ``layer2.0.``.
        nodes: What has been added so far.
        merge: Address where the last shortcut since the prefix was set ends.
        shortcut: Addresses added on the shortcut since the prefix was set.
    """

    prefix: str = ""
    nodes: dict[Address, Node] = field(default_factory=dict[Address, Node])
    merge: Address | None = None
    shortcut: list[Address] = field(default_factory=list[Address])

    def enter(self, prefix: str) -> None:
        """Start a new scope: names get ``prefix`` before them."""
        self.prefix = prefix
        self.merge = None
        self.shortcut = []

    def add(self, name: str, op: Op, *inputs: Value, on_shortcut: bool = False) -> Value:
        """Add one op and return its output.

        Args:
            name: Name inside the current scope, such as ``conv1``.
            op: The op.
            inputs: What it reads.
            on_shortcut: Whether the node lies on the shortcut of its block.

        Raises:
            ShapeError: The inputs do not fit; the error names the address.
        """
        address = self.prefix + name
        assert address not in self.nodes, f"{address} is used twice"
        in_shapes = tuple(value.shape for value in inputs)
        try:
            out_shape = op.out_shape(in_shapes)
        except ShapeError as error:
            raise ShapeError(
                _("{address}: {message}").format(address=address, message=error.message),
                error.hint,
                address=address,
                shapes=error.shapes,
                sentence=error.sentence,
            ) from None
        sources = tuple(value.address for value in inputs)
        self.nodes[address] = Node(address, op, sources, in_shapes, out_shape)
        if on_shortcut:
            self.shortcut.append(address)
        return Value(address, out_shape)

    def add_shortcut(self, branch: Value, shortcut: Value) -> Value:
        """Add the two ends of a residual unit under the name ``add``."""
        merged = self.add("add", ADD, branch, shortcut)
        self.merge = merged.address
        return merged

    def keep_shortcut(self, *parts: Value) -> Value:
        """Join a shortcut and what is kept beside it, in this order, under the name ``concat``."""
        merged = self.add("concat", CONCAT, *parts)
        self.merge = merged.address
        return merged

    def repeat(self, template: Block, prefix: str, entry: Address) -> Block:
        """Copy a block to a new address with a new entry; shapes are known to be equal.

        Copying costs about a tenth of lowering the block again, which is what keeps deep
        networks interactive.
        """
        nodes, start, cut = self.nodes, len(self.nodes), len(template.address) + 1
        moved: dict[Address, Address] = {template.entry: entry}
        for old, op, inputs, in_shapes, out_shape in list(
            islice(nodes.values(), template.start, template.stop)
        ):
            address = moved[old] = prefix + old[cut:]
            sources = tuple([moved[source] for source in inputs])
            nodes[address] = Node(address, op, sources, in_shapes, out_shape)
        return Block(
            address=prefix[:-1],
            kind=template.kind,
            title=template.title,
            num_layers=template.num_layers,
            start=start,
            stop=len(self.nodes),
            entry=entry,
            exit=moved[template.exit],
            merge=template.merge and moved[template.merge],
            shortcut=tuple([moved[address] for address in template.shortcut]),
            template=template.template,
        )


ADD = Add()
CONCAT = Concat()
