"""Refuse what is too large, before anything is built."""

from __future__ import annotations

from typing import TYPE_CHECKING

from explorer.analysis.cost import Cost, cost_of_graph
from explorer.graph import lower
from explorer.spec.limits import Limits

if TYPE_CHECKING:
    from explorer.ir.graph import Graph
    from explorer.spec import NetworkSpec


def admit(
    spec: NetworkSpec, image: int | None = None, limits: Limits | None = None
) -> tuple[Graph, Cost]:
    """Return graph and cost of a network that can be built and is not too large.

    Args:
        spec: The network.
        image: Side of the square input [px]; the specification's own by default.
        limits: What is allowed; from the environment by default.

    Raises:
        ShapeError: The network cannot be built.
        BudgetError: It is larger than the limits allow.
    """
    limits = limits or Limits.from_environment()
    blocks = sum(stage.depth for stage in spec.stages)
    # A block has at least three ops: refuse before the graph itself becomes the burden.
    limits.check("nodes", 3 * blocks)
    graph = lower(spec, image, limits)
    limits.check("nodes", len(graph.nodes))
    cost = cost_of_graph(graph)
    for quantity in ("params", "macs", "activation_bytes"):
        limits.check(quantity, getattr(cost, quantity))
    return graph, cost
