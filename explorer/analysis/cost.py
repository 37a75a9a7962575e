"""Parameters, multiply-adds and activations of a network, exact and without building it.

Counted: parameters are all trainable numbers, batch norm included. One MAC is one multiply-add
of a convolution or linear layer; biases, batch norm, activations and pools count none, as in the
papers. FLOPs = 2 x MACs. Activations are the outputs of all ops that own memory, float32, one
image: what training keeps for the backward pass, up to the framework's own savings.
"""

from __future__ import annotations

from dataclasses import dataclass
from math import prod
from typing import TYPE_CHECKING, NamedTuple

from explorer.analysis.receptive import receptive_field
from explorer.graph import lower

if TYPE_CHECKING:
    from explorer.address import Address
    from explorer.ir.graph import Graph
    from explorer.spec import NetworkSpec

BYTES_PER_VALUE = 4


class NodeCost(NamedTuple):
    """Cost of one node for one image.

    Attributes:
        params: Trainable numbers.
        macs: Multiply-adds [MAC].
        activation_bytes: Size of the output [B], 0 for a view.
    """

    params: int
    macs: int
    activation_bytes: int


@dataclass(frozen=True, slots=True)
class Cost:
    """Cost of a whole network for one image.

    Attributes:
        params: Trainable numbers.
        macs: Multiply-adds [MAC].
        flops: Twice the multiply-adds [FLOP].
        activation_bytes: Outputs of all ops that own memory [B].
        receptive_field: Of the last feature map [px].
        depth: Weight layers in series, as the papers count them.
        image_size: Side of the input that the figures hold for [px].
    """

    params: int
    macs: int
    activation_bytes: int
    receptive_field: int
    depth: int
    image_size: int

    @property
    def flops(self) -> int:
        """Return twice the multiply-adds [FLOP]."""
        return 2 * self.macs


def node_costs(graph: Graph) -> dict[Address, NodeCost]:
    """Return the cost of every node."""
    known: dict[tuple[int, tuple[int, ...]], NodeCost] = {}
    costs: dict[Address, NodeCost] = {}
    for node in graph.nodes.values():
        op, out_shape = node.op, node.out_shape
        # Equal nodes share their op, so most of a deep network is looked up.
        key = (id(op), out_shape)
        cost = known.get(key)
        if cost is None:
            size = 0 if op.is_view else prod(out_shape) * BYTES_PER_VALUE
            cost = known[key] = NodeCost(op.params, op.macs(out_shape), size)
        costs[node.address] = cost
    return costs


def depth(graph: Graph) -> int:
    """Return the weight layers in series, as the papers count them.

    Projections on shortcuts do not count, and the splits of a Res2Net block count as one layer.
    """
    outside = [graph.nodes[address].op.is_weight_layer for address in graph.stem + graph.head]
    return sum(outside) + sum(block.num_layers for block in graph.blocks)


def cost_of_graph(graph: Graph) -> Cost:
    """Return the cost of a graph for one image."""
    costs = node_costs(graph).values()
    return Cost(
        params=sum(cost.params for cost in costs),
        macs=sum(cost.macs for cost in costs),
        activation_bytes=sum(cost.activation_bytes for cost in costs),
        receptive_field=receptive_field(graph),
        depth=depth(graph),
        image_size=graph.input_shape[-1],
    )


def cost(spec: NetworkSpec, image: int | None = None) -> Cost:
    """Return the cost of a network for one image.

    Args:
        spec: The network.
        image: Side of the square input [px]; the specification's own by default.

    Raises:
        ShapeError: The network cannot be built.
    """
    return cost_of_graph(lower(spec, image))
