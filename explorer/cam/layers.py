"""Where a map can be read: one tensor for each stage, or any address with a grid."""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

from explorer.address import INPUT, is_inside
from explorer.analysis.receptive import receptive_fields
from explorer.errors import ExplorerError
from explorer.ir.ops import Dropout, Flatten, GlobalAvgPool, Linear
from explorer.words import _

if TYPE_CHECKING:
    from collections.abc import Sequence

    from explorer.address import Address
    from explorer.analysis.receptive import Field
    from explorer.ir.graph import Graph


class Layer(NamedTuple):
    """A tensor that a map is read from.

    Attributes:
        name: The stage, such as ``layer4``, or the address itself.
        address: Of the exact tensor.
        height: Rows of the grid [cells].
        width: Columns of the grid [cells].
        stride: Distance of neighbouring cells in the image [px].
        receptive_field: What one cell sees [px]; None: the whole image.
    """

    name: str
    address: Address
    height: int
    width: int
    stride: int
    receptive_field: int | None


def require_classifier(graph: Graph, owner: str = "") -> None:
    """Refuse a network that segments.

    Args:
        graph: Of the network.
        owner: What the error calls it; ``This network`` where it has no name.

    Raises:
        ExplorerError: Its output is a class for every pixel.
    """
    if len(graph.output.out_shape) == 3:
        raise ExplorerError(
            _(
                "{owner} names a class for every pixel; a class activation map explains the one "
                "class of a whole image."
            ).format(owner=owner or _("This network")),
            _("Choose a network whose head classifies."),
        )


def pooled_layer(graph: Graph) -> Address | None:
    """Return the tensor whose mean a linear classifier reads; None where there is none."""
    node = graph.output
    if not isinstance(node.op, Linear):
        return None
    while isinstance(node.op, Dropout | Flatten | Linear):
        node = graph.nodes[node.inputs[0]]
        if isinstance(node.op, Linear):
            return None
    return node.inputs[0] if isinstance(node.op, GlobalAvgPool) else None


def image_layer(graph: Graph) -> Layer:
    """Return the image itself as a layer, for methods that read it."""
    _, height, width = graph.input_shape
    return Layer(INPUT, INPUT, height, width, 1, 1)


def layers(graph: Graph) -> tuple[Layer, ...]:
    """Return the tensor at the end of each stage, in order; the last one is the default.

    That is the output of the stage's last block, after the addition and, where the family has
    it there, the activation. The last stage is read where the head pools: in a pre-activation
    network that is after the final norm and ReLU, so that the map adds up to the logit.
    """
    fields = receptive_fields(graph)
    exits = {stage.address: stage.blocks[-1].exit for stage in graph.stages}
    pooled = [
        graph.nodes[address].inputs[0]
        for address in graph.head
        if isinstance(graph.nodes[address].op, GlobalAvgPool)
    ]
    if pooled:
        exits[graph.stages[-1].address] = pooled[0]
    return tuple(_layer(graph, fields, name, address) for name, address in exits.items())


def layer_of(graph: Graph, name: str | None = None, owner: str = "") -> Layer:
    """Return a layer by its stage or exact address; the default layer for None.

    Args:
        graph: At the size of the images.
        name: Such as ``layer3`` or ``layer3.0.conv2``.
        owner: What an error calls the network.

    Raises:
        ExplorerError: There is no such address, or what stands there has no grid.
    """
    candidates = layers(graph)
    if name is None:
        return candidates[-1]
    for layer in candidates:
        if name == layer.name:
            return layer
    if name not in graph.nodes or len(graph.shape_of(name)) != 3:
        problem = (
            _("The layer {name!r} of {owner} has no map to show.")
            if name in graph.nodes
            else _("The layer {name!r} is not in {owner}.")
        )
        stages = ", ".join(layer.name for layer in candidates)
        raise ExplorerError(
            problem.format(name=name, owner=owner or _("this network")),
            _("Choose {stages} or the address of a feature map.").format(stages=stages),
        )
    return _layer(graph, receptive_fields(graph), name, name)


def common_layers(graphs: Sequence[Graph]) -> tuple[Layer, ...]:
    """Return every tensor that some networks have under one address, with one grid and stride.

    A single cell is no map; a tensor of one cell is left out.

    Args:
        graphs: Of the networks, at the size of the images; the first one gives the order.
    """
    first, *others = graphs
    fields = [receptive_fields(graph) for graph in graphs]
    found: list[Layer] = []
    for address in first.nodes:
        shape = first.shape_of(address)
        if len(shape) != 3 or shape[1:] == (1, 1):
            continue
        grid = (shape[1:], fields[0][address].jump)
        if all(
            address in other.nodes and (other.shape_of(address)[1:], field[address].jump) == grid
            for other, field in zip(others, fields[1:], strict=True)
        ):
            found.append(_layer(first, fields[0], address, address))
    return tuple(found)


def layer_within(graph: Graph, place: Address, among: Sequence[Layer]) -> Layer | None:
    """Return the last of some layers inside a part of a network: its output, where that is one.

    Args:
        graph: Of the network.
        place: An op, a block, a stage, ``stem`` or ``head``.
        among: In the network's order.
    """
    parts = {"stem": graph.stem, "head": graph.head}.get(place, (place,))
    return next(
        (one for one in reversed(among) if any(is_inside(one.address, part) for part in parts)),
        None,
    )


def _layer(graph: Graph, fields: dict[Address, Field], name: str, address: Address) -> Layer:
    _, height, width = graph.shape_of(address)
    field = fields[address]
    return Layer(name, address, height, width, field.jump, field.size)
