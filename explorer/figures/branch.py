"""Series-parallel layout of the ops between two points of a graph, in one pass.

A node that every path crosses stands on the main line; between two such nodes lies a region,
whose nodes stand in lanes. Nothing here knows a block family: what is drawn follows from the
ops and from who reads whom.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from explorer.figures.marks import PRODUCT, Bar, Box, Mark, Plus, Text, Tick, Wire, half, text_width
from explorer.ir.describe import describe
from explorer.ir.ops import (
    Add,
    BatchNorm2d,
    Concat,
    Conv2d,
    Flatten,
    MaxPool2d,
    Multiply,
    PadChannels,
    ReLU,
    Slice,
)

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from explorer.address import Address
    from explorer.ir.graph import Node

BOX, BOX_ACROSS = 36, 48
LANE_BOX = 32
TICK, TICK_ACROSS = 4, 26
GAP, TICK_GAP = 10, 5
BAR, PLUS = 5, 5
LANE_SPACING, MIN_SPACING, LANES_ACROSS = 49, 24, 148
SOURCE_GAP = 8


@dataclass(slots=True)
class Branch:
    """Marks of a chain of nodes, from ``s`` onwards.

    Attributes:
        s: Where the next mark goes.
        up: Extent above the line.
        down: Extent below the line.
        marks: From back to front.
        ends: Where each value leaves its mark.
    """

    s: float
    up: float = 0
    down: float = 0
    marks: list[Mark] = field(default_factory=list[Mark])
    ends: dict[Address, float] = field(default_factory=dict["Address", float])

    def reach(self, up: float, down: float) -> None:
        """Widen the extents."""
        self.up, self.down = max(self.up, up), max(self.down, down)


def lay_out(
    branch: Branch,
    nodes: Sequence[Node],
    entry: Address,
    numbers: Mapping[Address, int],
    source: Address | None = None,
) -> None:
    """Append the marks of ``nodes``, which lie between ``entry`` and their last node.

    Args:
        branch: Where to append.
        nodes: In topological order; the last one is the exit.
        entry: The value that the first of them reads.
        numbers: Position of each node in its part.
        source: The value inside at which a shortcut leaves, if any; it gets room for the dot.
    """
    cuts = set(_cuts(nodes, entry))
    start, fork = branch.s, entry
    lanes: list[Node] = []
    for index, node in enumerate(nodes):
        if index not in cuts:
            lanes.append(node)
            continue
        if lanes:
            start = _region(branch, lanes, node, fork, numbers, start)
            lanes = []
        else:
            _on_line(branch, node, numbers[node.address])
        if node.address == source:
            branch.s += SOURCE_GAP
            branch.ends[node.address] = branch.s
            branch.s += SOURCE_GAP
        fork = node.address
    branch.marks.insert(0, Wire((start, 0, branch.s, 0)))


def _cuts(nodes: Sequence[Node], entry: Address) -> list[int]:
    """Return the positions of the nodes that every path crosses."""
    last_use = {entry: -1}
    for index, node in enumerate(nodes):
        last_use[node.address] = index
        for source in node.inputs:
            last_use[source] = index
    found: list[int] = []
    furthest = last_use[entry]
    for index, node in enumerate(nodes):
        if furthest <= index:
            found.append(index)
        furthest = max(furthest, last_use[node.address])
    return found


def is_tick(node: Node) -> bool:
    """Return whether a node is drawn as a tick."""
    return isinstance(node.op, BatchNorm2d | ReLU | Flatten)


def _tick(node: Node, number: int, s: float, t: float, across: float) -> Tick:
    style = "norm" if isinstance(node.op, BatchNorm2d) else "act"
    return Tick(number, s, t, across, style)


def _on_line(branch: Branch, node: Node, number: int) -> None:
    if is_tick(node):
        branch.s += TICK_GAP
        branch.marks.append(_tick(node, number, branch.s, 0, TICK_ACROSS))
        branch.s += TICK
        branch.reach(TICK_ACROSS / 2, TICK_ACROSS / 2)
    else:
        branch.s += GAP
        box = _line_box(node, number, branch.s)
        branch.marks.append(box)
        branch.reach(BOX_ACROSS / 2, BOX_ACROSS / 2)
        _notes(branch, node, box)
        branch.s += box.along
    branch.ends[node.address] = branch.s


def _line_box(node: Node, number: int, s: float) -> Box:
    words = describe(node.op)
    groups = node.op.groups if isinstance(node.op, Conv2d) else 1
    widest = max(text_width(words.short, 11.5), text_width(words.detail, 10.5))
    along = max(BOX, half(widest + 8))
    return Box(number, s, -BOX_ACROSS / 2, along, BOX_ACROSS, words.short, words.detail, groups)


def _notes(branch: Branch, node: Node, box: Box) -> None:
    """Write the cardinality over a box and the stride under it."""
    middle = box.s + box.along / 2
    if box.groups > 8:
        branch.marks.append(Text(middle, -BOX_ACROSS / 2 - 7, f"{box.groups} ×", style="t2 small"))
        branch.reach(BOX_ACROSS / 2 + 18, 0)
    stride = node.op.stride if isinstance(node.op, Conv2d | MaxPool2d) else 1
    if stride > 1:
        words = f"{{stride}} {stride}"
        branch.marks.append(Text(middle, BOX_ACROSS / 2 + 14, words, style="t3 small along"))
        branch.reach(0, BOX_ACROSS / 2 + 18)


@dataclass(slots=True)
class _Lane:
    t: float
    tail: Address
    s: float
    num_drawn: int = 0


def _region(
    branch: Branch,
    nodes: Sequence[Node],
    join: Node,
    fork: Address,
    numbers: Mapping[Address, int],
    line_start: float,
) -> float:
    """Draw lanes from a fork to the node that joins them; return where the line goes on."""
    tails = _lanes(nodes, fork)
    passes = sum(source == fork for source in join.inputs)
    num_lanes = len(tails) + passes
    spacing = max(MIN_SPACING, min(LANE_SPACING, half(LANES_ACROSS / max(1, num_lanes - 1))))
    top = -half(spacing * (num_lanes - 1) / 2)
    is_split = all(isinstance(lane[0].op, Slice) for lane in tails)
    fork_s = branch.s + GAP
    branch.marks.insert(0, Wire((line_start, 0, fork_s, 0)))
    ground = len(branch.marks)
    begin = fork_s + BAR + 9
    lanes = [_Lane(half(top + i * spacing), fork, begin) for i in range(num_lanes)]
    lane_of = {node.address: i for i, chain in enumerate(tails) for node in chain}
    for node in nodes:
        _in_lane(branch, node, numbers[node.address], lanes, lane_of, spacing)
    end = max(max(lane.s for lane in lanes) + 12, fork_s + 96)
    wires = [Wire((fork_s + 2, lane.t, end + 2, lane.t)) for lane in lanes]
    branch.marks[ground:ground] = wires
    across = half(spacing * (num_lanes - 1) + 36)
    firsts = [numbers[chain[0].address] for chain in tails]
    _fork(branch, fork_s, firsts if is_split else [], lanes, spacing, across)
    for lane in lanes:
        if lane.num_drawn == 0:
            branch.marks.append(
                Text((fork_s + end) / 2, lane.t - 6, "{passes}", style="t3 small along")
            )
    branch.reach(across / 2 + 18, across / 2)
    return _join(branch, join, numbers[join.address], end, across)


def _lanes(nodes: Sequence[Node], fork: Address) -> list[list[Node]]:
    """Return chains: a node continues the chain whose last node it reads first."""
    chains: list[list[Node]] = []
    by_tail: dict[Address, list[Node]] = {}
    for node in nodes:
        chain = by_tail.pop(node.inputs[0], None) if node.inputs[0] != fork else None
        if chain is None:
            chain = []
            chains.append(chain)
        chain.append(node)
        by_tail[node.address] = chain
    return chains


def _in_lane(
    branch: Branch,
    node: Node,
    number: int,
    lanes: list[_Lane],
    lane_of: Mapping[Address, int],
    spacing: float,
) -> None:
    lane = lanes[lane_of[node.address]]
    if isinstance(node.op, Slice):
        branch.ends[node.address] = lane.s
        return
    lane.num_drawn += 1
    others = [source for source in node.inputs[1:] if source in lane_of]
    if isinstance(node.op, Add) and others:
        lane.s = max([lane.s, *(half(branch.ends[source] + 10) for source in others)])
        for source in others:
            start, t = branch.ends[source], lanes[lane_of[source]].t
            branch.marks.append(Wire((start, t, lane.s, t, lane.s, lane.t - PLUS)))
        branch.marks.append(Plus(number, lane.s, lane.t, PLUS, inside=1))
        lane.s += PLUS
    elif is_tick(node):
        lane.s += TICK_GAP - 1
        branch.marks.append(_tick(node, number, lane.s, lane.t, min(18, spacing - 8)))
        lane.s += TICK
    else:
        lane.s += 5
        box = _lane_box(node, number, lane, spacing)
        branch.marks.append(box)
        lane.s += box.along
    branch.ends[node.address] = lane.s


def _lane_box(node: Node, number: int, lane: _Lane, spacing: float) -> Box:
    words = describe(node.op)
    label = words.short if isinstance(node.op, Conv2d) else f"{words.short} {words.detail}".strip()
    across = min(28, half(spacing - 4))
    along = max(LANE_BOX, half(text_width(label, 11.5) + 8))
    groups = node.op.groups if isinstance(node.op, Conv2d) else 1
    return Box(number, lane.s, lane.t - across / 2, along, across, label, "", groups)


def _fork(
    branch: Branch,
    s: float,
    splits: Sequence[int],
    lanes: Sequence[_Lane],
    spacing: float,
    across: float,
) -> None:
    if not splits:
        top, bottom = lanes[0].t, lanes[-1].t
        branch.marks.append(Wire((s + 2, top, s + 2, bottom)))
        return
    for lane, number in zip(lanes, splits, strict=False):
        first, last = lane is lanes[0], lane is lanes[-1]
        begin = -across / 2 if first else lane.t - spacing / 2 + 1
        finish = across / 2 if last else lane.t + spacing / 2 - 1
        branch.marks.append(Bar(number, s, half(begin + 1000) - 1000, half(finish - begin)))
    branch.marks.append(
        Text(s + 2.5, -across / 2 - 7, f"{{split}} {len(splits)}", style="t2 small")
    )


def _join(branch: Branch, node: Node, number: int, s: float, across: float) -> float:
    """Draw the end of a region and return where the main line goes on."""
    if isinstance(node.op, Concat):
        branch.marks.append(Bar(number, s, -across / 2, across))
        branch.marks.append(Text(s + 2.5, -across / 2 - 7, "{concat}", style="t2 small"))
        branch.s = s + BAR
    else:
        branch.marks.append(Wire((s, -across / 2 + 18, s, across / 2 - 18)))
        sign = PRODUCT if isinstance(node.op, Multiply) else 1
        branch.marks.append(Plus(number, s + 8, 0, PLUS, inside=sign))
        branch.s = s + 8 + PLUS
    branch.ends[node.address] = branch.s
    return s


def tags_of(nodes: Sequence[Node]) -> list[tuple[Node, str]]:
    """Return the ops of a shortcut that are drawn on the arc, with their labels."""
    labels: list[tuple[Node, str]] = []
    for node in nodes:
        words = describe(node.op)
        if isinstance(node.op, PadChannels | Conv2d):
            labels.append((node, words.short))
        elif not is_tick(node):
            labels.append((node, words.detail or words.short))
    return labels
