"""Gradients of logits at some layers, for several classes at once, without autograd.

At one image a network in evaluation mode is linear from any layer on, but for gates, and
``explorer.adjoint`` has the transpose of every op. Of the forward pass only the signs of ReLUs are
needed again, so that less is kept than autograd keeps, and the cotangents of several classes
share every step of the way back. The forward pass is the network's own.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

import torch

from explorer.address import INPUT
from explorer.adjoint import is_known, pull, values_of
from explorer.ir.ops import ReLU

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping

    from torch import Tensor

    from explorer.address import Address
    from explorer.builder import Network
    from explorer.ir.graph import Graph, Node
    from explorer.ir.op import Shape


class Point(NamedTuple):
    """A network at some images.

    Attributes:
        logits: (N, num_classes).
        activations: Of the layers that were asked for, (N, C, h, w).
        values: What the way back needs, by address.
        nodes: What lies after the layers, in order, with the shapes at images of this size.
    """

    logits: Tensor
    activations: dict[Address, Tensor]
    values: Mapping[Address, Tensor]
    nodes: tuple[Node, ...]


def way_back(graph: Graph, addresses: Iterable[Address]) -> tuple[Node, ...]:
    """Return the nodes that some layers act on, in order: what lies after them."""
    reached = set(addresses)
    found: list[Node] = []
    for node in graph.nodes.values():
        if not reached.isdisjoint(node.inputs):
            reached.add(node.address)
            found.append(node)
    return tuple(found)


def can_go_back(network: Network, nodes: Iterable[Node]) -> bool:
    """Return whether every module on the way back is the one that its node says."""
    return all(is_known(node, network.get_submodule(node.address)) for node in nodes)


def forward(
    network: Network, images: Tensor, addresses: Iterable[Address], nodes: Iterable[Node]
) -> Point:
    """Run a network once and keep what the way back needs.

    Args:
        network: In evaluation mode.
        images: (N, C, H, W).
        addresses: The layers that are asked for.
        nodes: What lies after them.
    """
    asked = set(addresses)
    needed = {address for node in nodes for address in values_of(node)}
    # Of a ReLU only its sign is needed, of which a batch would keep much.
    others = {a for node in nodes if not isinstance(node.op, ReLU) for a in values_of(node)}
    relus = {node.address for node in nodes if isinstance(node.op, ReLU)} - others
    activations: dict[Address, Tensor] = {}
    values: dict[Address, Tensor] = {}
    shapes: dict[Address, Shape] = {INPUT: tuple(images.shape[1:])}

    def tap(address: Address, out: Tensor) -> Tensor:
        shapes[address] = tuple(out.shape[1:])
        if address in asked:
            activations[address] = out
        if address in needed:
            values[address] = out <= 0 if address in relus and len(images) > 1 else out
        return out

    with torch.no_grad():
        logits = network(images, tap=tap)
    return Point(logits, activations, values, tuple(_at(node, shapes) for node in nodes))


def _at(node: Node, shapes: Mapping[Address, Shape]) -> Node:
    """Return a node with the shapes that it really has: the graph's are for images of its size."""
    in_shapes = tuple(shapes[source] for source in node.inputs)
    return node._replace(in_shapes=in_shapes, out_shape=shapes[node.address])


class _Sent(NamedTuple):
    """A cotangent on its way, and whether nobody else reads it."""

    value: Tensor
    is_own: bool


def gradients(network: Network, point: Point, classes: Tensor) -> Iterator[tuple[Address, Tensor]]:
    """Yield the gradients of logits at the layers that were asked for, (L, N, C, h, w).

    They come from the last layer back, each as soon as it is known.

    Args:
        network: In evaluation mode.
        point: What ``forward`` gave.
        classes: The L classes of each image, (L, N).
    """
    asked = set(point.activations)
    reached = {*asked, *(node.address for node in point.nodes)}
    last = network.graph.output.address
    start = torch.nn.functional.one_hot(classes, point.logits.shape[1]).to(point.logits.dtype)
    sent = {last: _Sent(start, is_own=True)}
    for node in reversed(point.nodes):
        arrived = sent.pop(node.address, None)
        if arrived is None:
            continue
        if node.address in asked:
            asked.remove(node.address)
            yield node.address, arrived.value
        module = network.get_submodule(node.address)
        with torch.no_grad():
            pulled = pull(node, module, point.values, arrived.value, in_place=arrived.is_own)
            for source, part in zip(node.inputs, pulled, strict=True):
                if source in reached:
                    is_own = len(pulled) == 1 and _is_own(part, arrived)
                    sent[source] = _added(sent.get(source), _Sent(part, is_own))
    for address in asked:
        if address in sent:
            yield address, sent.pop(address).value
        else:
            values = point.activations[address]
            yield address, values.new_zeros(*classes.shape, *values.shape[1:])


def _is_own(part: Tensor, arrived: _Sent) -> bool:
    """Return whether nobody else reads what an op with one input has sent on."""
    is_new = part.untyped_storage().data_ptr() != arrived.value.untyped_storage().data_ptr()
    return (is_new or arrived.is_own) and part.is_contiguous()


def _added(old: _Sent | None, new: _Sent) -> _Sent:
    if old is None:
        return new
    if old.is_own:
        return _Sent(old.value.add_(new.value), is_own=True)
    if new.is_own:
        return _Sent(new.value.add_(old.value), is_own=True)
    return _Sent(old.value + new.value, is_own=True)
