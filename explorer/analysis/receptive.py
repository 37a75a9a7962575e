"""Receptive field and stride at every node, exact through shortcuts.

Along a path RF = 1 + sum (k - 1) * jump, where the jump is the product of the strides before the
layer. Branches that meet have the same jump; the receptive field of a sum or a concatenation is
that of its widest input.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

from explorer.address import INPUT, Address

if TYPE_CHECKING:
    from explorer.ir.graph import Graph


class Field(NamedTuple):
    """What one output value sees of the image.

    Attributes:
        size: Side of the receptive field [px of the image]; None once it is the whole image.
        jump: Distance of neighbouring output values in the image [px].
    """

    size: int | None
    jump: int


def receptive_fields(graph: Graph) -> dict[Address, Field]:
    """Return the receptive field at every node."""
    fields: dict[Address, Field] = {INPUT: Field(1, 1)}
    for address, op, inputs, _, _ in graph.nodes.values():
        field = fields[inputs[0]]
        for other in () if op.is_gated else inputs[1:]:
            field = _wider(field, fields[other])
        if op.sees_whole_image:
            field = Field(None, field.jump)
        elif field.size is not None:
            extent, stride = op.window
            # Most ops read one position; they share the field of their input.
            if extent != 1 or stride != 1:
                field = Field(field.size + (extent - 1) * field.jump, field.jump * stride)
        if op.fills_image:
            field = Field(field.size, 1)
        fields[address] = field
    return fields


def _wider(a: Field, b: Field) -> Field:
    # Branches that meet have equal strides, but on a map of one position, where they mean nothing.
    jump = max(a.jump, b.jump)
    if a.size is None or b.size is None:
        return Field(None, jump)
    return Field(max(a.size, b.size), jump)


def receptive_field(graph: Graph) -> int:
    """Return the receptive field of the last feature map [px], before any global pool."""
    sizes = [field.size for field in receptive_fields(graph).values()]
    return max(size for size in sizes if size is not None)


def last_map(graph: Graph) -> Address:
    """Return the address of the last feature map: before any global pool or up-sampling."""
    last = graph.blocks[-1].exit
    for address in graph.head:
        node = graph.nodes[address]
        if node.op.sees_whole_image or node.op.fills_image or len(node.out_shape) != 3:
            break
        last = address
    return last


def seen_span(graph: Graph, address: Address, position: int) -> tuple[int, int]:
    """Return the first and the last row of the image that one row of a feature map can see.

    Columns are alike. Padding counts, so that a span may begin before 0 and end after the image;
    gates only weight a signal and are left out. The length is that of ``receptive_fields``,
    unless ways that meet are not centred alike.

    Args:
        graph: Of the network.
        address: Of a feature map before any global pool.
        position: Row of the map.
    """
    spans: dict[Address, tuple[int, int]] = {address: (position, position)}
    for node in reversed(tuple(graph.nodes.values())):
        span = spans.pop(node.address, None)
        if span is None:
            continue
        extent, stride = node.op.window
        padding = getattr(node.op, "padding", 0)
        first, last = span[0] * stride - padding, span[1] * stride - padding + extent - 1
        for source in node.signals:
            low, high = spans.get(source, (first, last))
            spans[source] = min(low, first), max(high, last)
    return spans[INPUT]
