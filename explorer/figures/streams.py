"""The end of a dual-path unit: one stream meets its shortcut in an addition, one is kept.

The shortcut and the branch are each taken apart; the upper lane is added to, the lower one goes
beside what the shortcut brings.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

from explorer.figures.marks import Bar, Box, Mark, Plus, Wire, half, text_width
from explorer.ir.describe import describe
from explorer.ir.ops import Add, Slice

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from explorer.address import Address
    from explorer.ir.graph import Block, Node

LANE, ACROSS, BAR = 14, 24, 5
RADIUS, ROOM = 7, 20
ON_ARC, LANE_ON_ARC = 9, 5.5


class Streams(NamedTuple):
    """The ops of a unit with two streams.

    Attributes:
        skip: The slices of the shortcut: what is added, what is kept.
        out: Where the branch parts in the same two.
        add: The addition.
    """

    skip: tuple[Node, Node]
    out: tuple[Node, Node]
    add: Node

    @property
    def addresses(self) -> frozenset[Address]:
        """Return the ops that stand behind the branch."""
        return frozenset(node.address for node in (*self.out, self.add))


def streams_of(block: Block, nodes: Sequence[Node]) -> Streams | None:
    """Return the two streams of a block, or None where its shortcut is one."""
    by_address = {node.address: node for node in nodes}
    skip = [n for n in nodes if n.address in block.shortcut and isinstance(n.op, Slice)]
    merge = by_address[block.merge] if block.merge else None
    if merge is None or len(skip) != 2:
        return None
    add = next(by_address[source] for source in merge.inputs if source in by_address)
    assert isinstance(add.op, Add), "the added stream comes first"
    out = by_address[add.inputs[0]], by_address[merge.inputs[-1]]
    return Streams((skip[0], skip[1]), out, add)


def joined(
    streams: Streams, numbers: Mapping[Address, int], merge: int, begin: float, arc: Wire
) -> list[Mark]:
    """Return the marks behind the frame of an opened block.

    Args:
        streams: The ops.
        numbers: Position of each node in the block.
        merge: Position of the concatenation.
        begin: Where the frame ends.
        arc: The shortcut up to where its streams part: from the line to its top.
    """
    marks, s = _parted(streams.out, numbers, begin)
    plus, bar = s + ROOM, s + 2 * ROOM + RADIUS
    top, fork = arc.points[3], plus - ROOM
    add, kept = top + LANE_ON_ARC, top - LANE_ON_ARC
    tall = LANE + ACROSS / 2
    wires: list[Mark] = [
        Wire((*arc.points, fork, top), "arc"),
        Wire((fork, add, plus, add, plus, -LANE - RADIUS), "arc"),
        Wire((fork, kept, bar + BAR / 2, kept, bar + BAR / 2, -tall), "arc"),
        Wire((s, -LANE, bar, -LANE)),
        Wire((s, LANE, bar, LANE)),
        Wire((bar, 0, bar + BAR + 8, 0)),
    ]
    added, beside = (numbers[node.address] for node in streams.skip)
    return [
        *wires,
        *marks,
        Bar(beside, fork, top - ON_ARC - 1, ON_ARC),
        Bar(added, fork, top + 1, ON_ARC),
        Plus(numbers[streams.add.address], plus, -LANE, RADIUS),
        Bar(merge, bar, -tall, 2 * tall),
    ]


def _parted(
    out: tuple[Node, Node], numbers: Mapping[Address, int], begin: float
) -> tuple[list[Mark], float]:
    """Return the marks where the branch parts, and where its lanes go on."""
    s = begin + 12
    if isinstance(out[0].op, Slice):
        marks: list[Mark] = [
            Bar(numbers[node.address], s, side * LANE - ACROSS / 2 - side, ACROSS)
            for node, side in zip(out, (-1, 1), strict=True)
        ]
        return [Wire((begin, 0, s, 0)), *marks], s + BAR
    labels = [describe(node.op).short for node in out]
    along = max(32.0, *(half(text_width(label, 11.5) + 8) for label in labels))
    fork = s - 4
    lanes: list[Mark] = [Wire((begin, 0, fork, 0)), Wire((fork, -LANE, fork, LANE))]
    for node, side, label in zip(out, (-1, 1), labels, strict=True):
        t = side * LANE
        lanes.append(Wire((fork, t, s + 4, t)))
        number = numbers[node.address]
        lanes.append(Box(number, s + 4, t - ACROSS / 2 - side, along, ACROSS, label))
    return lanes, s + 4 + along
