"""Where the costs of a network arise: rows by stage, by block or by op."""

from __future__ import annotations

from typing import TYPE_CHECKING, Literal, NamedTuple

from explorer.address import INPUT, Address
from explorer.analysis.cost import node_costs
from explorer.analysis.memory import LOSS, training_memory, weight_bytes
from explorer.analysis.receptive import receptive_fields

if TYPE_CHECKING:
    from collections.abc import Iterator

    from explorer.analysis.memory import TrainingMemory
    from explorer.ir.graph import Graph

Level = Literal["stage", "block", "op"]
LEVELS: tuple[Level, ...] = ("stage", "block", "op")
BATCH: Address = "batch"
"""The row of what belongs to no op: images, labels and loss."""


class Row(NamedTuple):
    """Costs of one part of a network.

    Attributes:
        address: Of the stage, block or op; ``stem``, ``head`` or ``batch``.
        params: Trainable numbers.
        macs: Multiply-adds for one image [MAC].
        activation_bytes: Outputs for one image, float32 [B].
        training_bytes: What training holds for it at the batch size: weights, gradients,
            optimiser state and what is kept for the backward pass [B].
        receptive_field: Of its output [px]; None once it is the whole image, or for ``batch``.
        params_share: Of all parameters, 0..1.
        macs_share: Of all multiply-adds, 0..1.
        training_share: Of the training memory of all rows, 0..1.
    """

    address: Address
    params: int
    macs: int
    activation_bytes: int
    training_bytes: int
    receptive_field: int | None
    params_share: float
    macs_share: float
    training_share: float


def breakdown(
    graph: Graph, level: Level = "stage", memory: TrainingMemory | None = None
) -> tuple[Row, ...]:
    """Return the costs of all parts of a network; every column adds up to the network's.

    Args:
        graph: The network.
        level: What a row is; at ``block`` the stem and the head are one row each.
        memory: Of training; at the default batch size if left out.
    """
    memory = memory or training_memory(graph)
    costs, fields = node_costs(graph), receptive_fields(graph)
    held = {
        address: weight_bytes(node.op, memory.optimiser) + memory.kept.get(address, 0)
        for address, node in graph.nodes.items()
    }
    all_params = sum(cost.params for cost in costs.values())
    all_macs = sum(cost.macs for cost in costs.values())
    batch = memory.kept.get(INPUT, 0) + memory.kept.get(LOSS, 0)
    all_held = sum(held.values()) + batch
    rows: list[Row] = []
    for address, inside in _parts(graph, level):
        params = sum(costs[a].params for a in inside)
        macs = sum(costs[a].macs for a in inside)
        training = sum(held[a] for a in inside)
        rows.append(
            Row(
                address,
                params,
                macs,
                sum(costs[a].activation_bytes for a in inside),
                training,
                fields[inside[-1]].size,
                _share(params, all_params),
                _share(macs, all_macs),
                _share(training, all_held),
            )
        )
    return (*rows, Row(BATCH, 0, 0, 0, batch, None, 0.0, 0.0, _share(batch, all_held)))


def _share(part: int, whole: int) -> float:
    return part / whole if whole else 0.0


def _parts(graph: Graph, level: Level) -> Iterator[tuple[Address, list[Address]]]:
    if level == "op":
        yield from ((address, [address]) for address in graph.nodes)
        return
    if graph.stem:
        yield "stem", list(graph.stem)
    for stage in graph.stages:
        blocks = [(b.address, [n.address for n in graph.nodes_of(b)]) for b in stage.blocks]
        if level == "block":
            yield from blocks
        else:
            yield stage.address, [address for _, inside in blocks for address in inside]
    yield "head", list(graph.head)
