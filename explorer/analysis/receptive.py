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
    for node in graph.nodes.values():
        sources = [fields[address] for address in node.inputs]
        jump = max(field.jump for field in sources)
        sizes = [field.size for field in sources]
        if node.op.sees_whole_image or None in sizes:
            fields[node.address] = Field(None, jump)
            continue
        extent, stride = node.op.window
        widest = max(size for size in sizes if size is not None)
        fields[node.address] = Field(widest + (extent - 1) * jump, jump * stride)
    return fields


def receptive_field(graph: Graph) -> int:
    """Return the receptive field of the last feature map [px], before any global pool."""
    sizes = [field.size for field in receptive_fields(graph).values()]
    return max(size for size in sizes if size is not None)
