"""Cells of the line: a block as a box, several folded into one, a part opened to its ops."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Literal

from explorer.figures.branch import BAR, TICK, TICK_ACROSS, Branch, lay_out, tags_of
from explorer.figures.marks import (
    WHOLE,
    Bar,
    Box,
    Cell,
    Copy,
    Dot,
    Frame,
    Link,
    Mark,
    Plus,
    Tag,
    Text,
    Tick,
    Wire,
    half,
    text_width,
)
from explorer.figures.streams import joined, streams_of
from explorer.ir.ops import (
    BatchNorm2d,
    Concat,
    Conv2d,
    Dropout,
    Multiply,
    PadChannels,
    Scale,
    Slice,
)

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from explorer.address import Address
    from explorer.ir.graph import Block, Node

ShortcutKind = Literal["identity", "projection", "pad", "weighted", "none"]

LEAD, BOX, TALL, TAIL, STEP = 10, 40, 56, 12, 11
PLUS = 7
BAR_ACROSS = 36
ARC = 62
CLEAR = 18
FRAME_LEAD, FRAME_PAD, FRAME_CAPTION = 8, 9, 27
MIN_END, MIN_BLOCK = 132, 180


@dataclass(frozen=True, slots=True)
class Shortcut:
    """The shortcut of a block as a picture shows it.

    Attributes:
        kind: ``none`` for a plain unit; ``weighted`` with a factor, a gate or dropout on it.
        label: What stands on its arc; empty for an identity.
        op: Position of the op that the label stands for, or ``WHOLE``.
        is_kept: Whether it is kept beside the branch (a bar) instead of added to it.
    """

    kind: ShortcutKind
    label: str = ""
    op: int = WHOLE
    is_kept: bool = False

    @property
    def words(self) -> tuple[str, ...]:
        """Return what a legend explains about it: its kind, and how it ends."""
        if self.kind == "none":
            return ("none",)
        return self.kind, "kept" if self.is_kept else "added"


def shortcut_of(block: Block, nodes: Sequence[Node]) -> Shortcut:
    """Return what is on the arc of a block, read off the ops of its shortcut."""
    if block.merge is None:
        return Shortcut("none")
    on_arc = _on_shortcut(block, nodes)
    is_kept = isinstance(_merge(block, nodes).op, Concat)
    tags = tags_of(on_arc)
    if not tags:
        return Shortcut("identity", is_kept=is_kept)
    label = " ".join(words for _node, words in tags)
    number = nodes.index(tags[-1][0])
    if any(isinstance(node.op, Scale | Multiply | Dropout) for node in on_arc):
        return Shortcut("weighted", label, number)
    if any(isinstance(node.op, Conv2d) for node in on_arc):
        return Shortcut("projection", label, number, is_kept)
    kind = "pad" if any(isinstance(node.op, PadChannels) for node in on_arc) else "projection"
    return Shortcut(kind, label, number, is_kept)


def block_cell(shortcut: Shortcut) -> Cell:
    """Return one block as a box; its label is its index."""
    box = Box(WHOLE, LEAD, -TALL / 2, BOX, TALL, "#")
    link = Link(LEAD + BOX / 2, TALL / 2 + 22, "unfold", style="link quiet")
    return _boxed([box, link], BOX, shortcut)


def folded_cell(
    num_copies: int, shortcut: Shortcut, words: Sequence[str], *, is_stage: bool = False
) -> Cell:
    """Return several blocks as one box with outlines behind; ``×%`` is how many.

    Args:
        num_copies: How many outlines, 0 to 2.
        shortcut: What is drawn over them.
        words: Lines under the box.
        is_stage: Whether the box stands for a whole stage, which carries its own link.
    """
    offsets = [6, 3][2 - num_copies :]
    marks: list[Mark] = [Copy(LEAD + d, -TALL / 2 - d, BOX, TALL) for d in offsets]
    marks.append(Box(WHOLE, LEAD, -TALL / 2, BOX, TALL, "×%"))
    cell = _boxed(marks, BOX + max(offsets, default=0), shortcut)
    middle = half((LEAD + BOX + max(offsets, default=0) + TAIL) / 2)
    for i, line in enumerate(words):
        cell.marks.append(Text(middle, TALL / 2 + 18 + 15 * i, line, style="t2"))
    down = TALL / 2 + 22 + 15 * len(words)
    if not is_stage:
        cell.marks.append(Link(middle, down + 8, "unfold"))
        down += 14
    return cell._replace(down=down)


def _boxed(marks: list[Mark], along: float, shortcut: Shortcut) -> Cell:
    end = LEAD + along
    if shortcut.kind == "none":
        return Cell(end + 2, ARC, TALL / 2 + 4, [*marks, _arrow(LEAD), Wire((end, 0, end + 2, 0))])
    plus = end + TAIL
    marks.insert(0, Wire((end, 0, plus + STEP, 0)))
    marks += [_arrow(LEAD), *_arc(0, plus, -ARC), *_label(shortcut, plus / 2, -ARC)]
    marks += [Dot(0, 0), _end_of_arc(WHOLE, plus, is_kept=shortcut.is_kept)]
    return Cell(plus + STEP, ARC + 10, TALL / 2 + 4, marks)


def _arrow(end: float) -> Wire:
    return Wire((0, 0, end, 0), arrow=1)


def _arc(start: float, end: float, top: float) -> list[Mark]:
    return [Wire((start, 0, start, top, end, top, end, -PLUS), "arc")]


def _end_of_arc(op: int, s: float, *, is_kept: bool) -> Mark:
    """Return a bar where the shortcut is kept, a plus where it is added."""
    return Bar(op, s - BAR / 2, -BAR_ACROSS / 2, BAR_ACROSS) if is_kept else Plus(op, s, 0, PLUS)


def _label(shortcut: Shortcut, s: float, t: float) -> list[Mark]:
    if not shortcut.label:
        return []
    width = max(30, half(text_width(shortcut.label, 10.5) + 10))
    return [Tag(shortcut.op, s, t, width, shortcut.label)]


def end_cell(label: str, detail: str) -> Cell:
    """Return stem or head as a box on the main line."""
    box = Box(WHOLE, LEAD, -TALL / 2, 44, TALL, f"{{{label}}}", detail)
    end = LEAD + 44
    link = Link(LEAD + 22, TALL / 2 + 22, "unfold", style="link quiet")
    marks: list[Mark] = [_arrow(LEAD), box, link]
    return Cell(end, TALL / 2 + 8, TALL / 2 + 8, marks)


def open_chain(nodes: Sequence[Node], entry: Address, caption: str) -> Cell:
    """Return stem or head with its ops."""
    numbers = {node.address: i for i, node in enumerate(nodes)}
    branch = _centred(nodes, entry, numbers, None, MIN_END)
    return _framed(branch, caption, [])


def open_block(block: Block, nodes: Sequence[Node], caption: str) -> Cell:
    """Return one block with its ops, its shortcut and what follows the addition."""
    numbers = {node.address: i for i, node in enumerate(nodes)}
    if block.merge is None:
        return _framed(_centred(nodes, block.entry, numbers, None, MIN_BLOCK), caption, [])
    streams = streams_of(block, nodes)
    aside = set(block.shortcut) | (streams.addresses if streams else set())
    merge = numbers[block.merge]
    inner = [node for node in nodes[:merge] if node.address not in aside]
    source = _source(block, nodes)
    branch = _centred(inner, block.entry, numbers, source, MIN_BLOCK)
    start = branch.ends.get(source, 0)
    if streams:
        top, frame_end = -_frame_up(branch) - CLEAR, branch.s + FRAME_PAD
        arc = Wire((start, 0, start, top))
        ending = joined(streams, numbers, merge, frame_end, arc)
        on_arc = _on_arc(block, nodes, (start + frame_end) / 2, top)
        return _framed(branch, caption, [*ending, *on_arc, Dot(start, 0)])
    return _framed(branch, caption, _ending(branch, block, nodes, merge, start))


def copy_of_frame(opened: Cell) -> Cell:
    """Return the outline behind an opened block that stands for several."""
    frame = next(mark for mark in opened.marks if isinstance(mark, Frame))
    return Cell(0, 0, 0, [Copy(frame.s + 5, frame.t - 5, frame.along, frame.across)])


def _centred(
    nodes: Sequence[Node],
    entry: Address,
    numbers: Mapping[Address, int],
    source: Address | None,
    min_frame: float,
) -> Branch:
    """Lay out a branch in the middle of a frame that is at least ``min_frame`` long."""
    begin = FRAME_LEAD + FRAME_PAD
    branch = Branch(begin)
    lay_out(branch, nodes, entry, numbers, source)
    missing = min_frame - (branch.s + FRAME_PAD - FRAME_LEAD)
    if missing <= 0:
        return branch
    begin = half(begin + missing / 2)
    branch = Branch(begin)
    lay_out(branch, nodes, entry, numbers, source)
    end = half(branch.s + missing / 2)
    branch.marks += [Wire((FRAME_LEAD, 0, begin, 0)), Wire((branch.s, 0, end, 0))]
    branch.s = end
    return branch


def _source(block: Block, nodes: Sequence[Node]) -> Address:
    """Return the value at which the shortcut leaves."""
    on_arc = {node.address: node for node in nodes if node.address in set(block.shortcut)}
    merge = _merge(block, nodes)
    source = merge.inputs[0 if isinstance(merge.op, Concat) else -1]
    while source in on_arc:
        source = on_arc[source].signals[0]
    return source


def _merge(block: Block, nodes: Sequence[Node]) -> Node:
    return next(node for node in nodes if node.address == block.merge)


def _on_shortcut(block: Block, nodes: Sequence[Node]) -> list[Node]:
    """Return the ops that stand on the arc; where it parts into streams is drawn at its end."""
    inside = set(block.shortcut)
    return [n for n in nodes if n.address in inside and not isinstance(n.op, Slice)]


def _ending(
    branch: Branch, block: Block, nodes: Sequence[Node], merge: int, start: float
) -> list[Mark]:
    """Return arc, addition and the ops after it; leaves ``branch.s`` behind the last one."""
    frame_end = branch.s + FRAME_PAD
    plus, top = frame_end + TAIL, -_frame_up(branch) - CLEAR
    marks: list[Mark] = [Wire((frame_end, 0, plus, 0)), *_arc(start, plus, top)]
    marks += _on_arc(block, nodes, (start + plus) / 2, top)
    is_kept = isinstance(nodes[merge].op, Concat)
    marks += [Dot(start, 0), _end_of_arc(merge, plus, is_kept=is_kept)]
    s = plus + STEP
    for number in range(merge + 1, len(nodes)):
        style = "norm" if isinstance(nodes[number].op, BatchNorm2d) else "act"
        marks.append(Tick(number, s, 0, TICK_ACROSS, style))
        s += TICK + STEP - 2
    marks.insert(0, Wire((plus, 0, s, 0)))
    return marks


def _on_arc(block: Block, nodes: Sequence[Node], middle: float, top: float) -> list[Mark]:
    on_arc = _on_shortcut(block, nodes)
    labels = {node.address: words for node, words in tags_of(on_arc)}
    widths = [
        max(30.0, half(text_width(labels[n.address], 10.5) + 10)) if n.address in labels else TICK
        for n in on_arc
    ]
    s = half(middle - (sum(widths) + 10 * (len(widths) - 1)) / 2)
    marks: list[Mark] = []
    for node, width in zip(on_arc, widths, strict=True):
        number = nodes.index(node)
        if node.address in labels:
            marks.append(Tag(number, half(s + width / 2), top, width, labels[node.address]))
        else:
            style = "norm" if isinstance(node.op, BatchNorm2d) else "act"
            marks.append(Tick(number, s, top, 14, style))
        s += width + 10
    return marks


def _frame_up(branch: Branch) -> float:
    return half(branch.up + 20)


def _framed(branch: Branch, caption: str, ending: list[Mark]) -> Cell:
    end = branch.s + FRAME_PAD
    up, down = _frame_up(branch), half(branch.down + 10 + FRAME_CAPTION)
    frame = Frame(FRAME_LEAD, -up, end - FRAME_LEAD, up + down)
    inner: list[Mark] = [Wire((branch.s, 0, end, 0)), *branch.marks]
    begin = Wire((0, 0, FRAME_LEAD + FRAME_PAD, 0))
    captions: list[Mark] = [
        Text(FRAME_LEAD + 10, down - 10, caption, "start", "bold along"),
        Text(end - 10, down - 10, "{value}", "end", "t3 along"),
        Link(end - 10, -up + 14, "fold", "end"),
    ]
    marks = [frame, begin, *inner, *captions, *ending]
    if not ending:
        return Cell(end, up + 8, down + 8, marks)
    length = max(m.points[-2] for m in ending if isinstance(m, Wire))
    return Cell(length, up + CLEAR + 10, down + 8, marks)
