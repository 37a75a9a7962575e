"""Which parts of two graphs correspond, and what was changed, added or removed.

Stages are paired as ``explorer.spec.difference`` pairs them, blocks inside paired stages and ops
inside paired blocks by the same kind of alignment. A part is the same if its ops are, whatever
the size of the maps that they read.
"""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass
from functools import cached_property
from typing import TYPE_CHECKING, Literal, NamedTuple

from explorer.spec.alignment import align
from explorer.spec.difference import aligned_stages

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from explorer.address import Address
    from explorer.ir.graph import Block, Graph, Node
    from explorer.ir.op import Op
    from explorer.spec import NetworkSpec

Status = Literal["same", "changed", "added", "removed"]

_ALONE = 4
"""What a block without partner costs; a pair of blocks is always cheaper than two of these."""


class OpPair(NamedTuple):
    """Two ops that correspond, by their names inside the part.

    Attributes:
        before: Such as ``conv2``; None for an added op.
        after: Such as ``convs.0``; None for a removed one.
        status: Whether they are equal.
    """

    before: str | None
    after: str | None
    status: Status


class Pair(NamedTuple):
    """Two stages, blocks or ends that correspond.

    Attributes:
        before: Address in the first network; None for what was added.
        after: Address in the second; None for what was removed.
        status: Whether they are equal.
        ops: Inside a pair of blocks or ends; equal pairs share one tuple.
    """

    before: Address | None
    after: Address | None
    status: Status
    ops: tuple[OpPair, ...] = ()


@dataclass(frozen=True)
class Alignment:
    """How two graphs correspond.

    Attributes:
        ends: Stem and head.
        stages: In order.
        blocks: In order; a block of an added stage is added.
    """

    ends: tuple[Pair, Pair]
    stages: tuple[Pair, ...]
    blocks: tuple[Pair, ...]

    @cached_property
    def partners(self) -> dict[Address, Address]:
        """Return the address in the second network of every part and op that has one."""
        return dict(self._pairs())

    def _pairs(self) -> Iterator[tuple[Address, Address]]:
        for pair in self.stages:
            if pair.before and pair.after:
                yield pair.before, pair.after
        for pair in (*self.ends, *self.blocks):
            if not (pair.before and pair.after):
                continue
            yield pair.before, pair.after
            inside = "{0}.{1}" if "." in pair.before else "{1}"
            for op in pair.ops:
                if op.before and op.after:
                    yield (
                        inside.format(pair.before, op.before),
                        inside.format(pair.after, op.after),
                    )

    def counts(self) -> Counter[Status]:
        """Return how many blocks are the same, changed, added and removed."""
        return Counter(pair.status for pair in self.blocks)


def align_graphs(before: tuple[NetworkSpec, Graph], after: tuple[NetworkSpec, Graph]) -> Alignment:
    """Return how two networks correspond.

    Args:
        before: The first network with its graph.
        after: The second.
    """
    writer = _Writer(before[1], after[1])
    stages: list[Pair] = []
    blocks: list[Pair] = []
    for i, j in aligned_stages(before[0], after[0]):
        old = () if i is None else before[1].stages[i].blocks
        new = () if j is None else after[1].stages[j].blocks
        found = writer.blocks(old, new)
        blocks += found
        is_same = all(pair.status == "same" for pair in found)
        stages.append(
            Pair(
                None if i is None else before[1].stages[i].address,
                None if j is None else after[1].stages[j].address,
                _status(i, j, is_same=is_same),
            )
        )
    ends = tuple(
        writer.end(name, old, new)
        for name, old, new in (
            ("stem", before[1].stem, after[1].stem),
            ("head", before[1].head, after[1].head),
        )
    )
    return Alignment((ends[0], ends[1]), tuple(stages), tuple(blocks))


def _status(before: object | None, after: object | None, *, is_same: bool) -> Status:
    if before is None:
        return "added"
    if after is None:
        return "removed"
    return "same" if is_same else "changed"


_Shape = tuple[tuple[str, "Op", tuple[str, ...]], ...]
"""Ops of a part with names and inputs as seen from inside it."""


class _Writer:
    """Pairs blocks and ops; equal blocks are looked at once."""

    def __init__(self, before: Graph, after: Graph) -> None:
        self._graphs = (before, after)
        self._shapes: dict[tuple[int, Address], _Shape] = {}
        self._numbers: dict[tuple[str, _Shape], int] = {}
        self._ops: dict[tuple[_Shape, _Shape], tuple[OpPair, ...]] = {}

    def blocks(self, before: Sequence[Block], after: Sequence[Block]) -> list[Pair]:
        """Return the pairs of the blocks of two stages."""
        kinds: dict[int, str] = {}

        def numbers(blocks: Sequence[Block], side: int) -> list[int]:
            found: list[int] = []
            for block in blocks:
                key = (block.kind, self._shape(block, side))
                number = self._numbers.setdefault(key, len(self._numbers))
                kinds[number] = block.kind
                found.append(number)
            return found

        pairs = align(
            numbers(before, 0),
            numbers(after, 1),
            lambda one, other: 2 if kinds[one] == kinds[other] else 3,
            _ALONE,
        )
        return [
            self._block_pair(None if i is None else before[i], None if j is None else after[j])
            for i, j in pairs
        ]

    def _block_pair(self, before: Block | None, after: Block | None) -> Pair:
        if before is None or after is None:
            return Pair(
                before and before.address,
                after and after.address,
                _status(before, after, is_same=False),
            )
        old, new = self._shape(before, 0), self._shape(after, 1)
        status = _status(before, after, is_same=old == new)
        return Pair(before.address, after.address, status, self._op_pairs(old, new))

    def end(self, name: str, before: Sequence[Address], after: Sequence[Address]) -> Pair:
        """Return the pair of two stems or heads."""
        old, new = (
            tuple((a, graph.nodes[a].op, ()) for a in addresses)
            for graph, addresses in zip(self._graphs, (before, after), strict=True)
        )
        return Pair(name, name, _status(0, 0, is_same=old == new), self._op_pairs(old, new))

    def _shape(self, block: Block, side: int) -> _Shape:
        # Blocks that repeat a template are equal to it.
        key = (side, block.template)
        if key not in self._shapes:
            nodes = self._graphs[side].nodes_of(block)
            self._shapes[key] = _shape(nodes, block.address, block.entry)
        return self._shapes[key]

    def _op_pairs(self, before: _Shape, after: _Shape) -> tuple[OpPair, ...]:
        key = (before, after)
        if key not in self._ops:
            names = [(name, op) for name, op, _inputs in before]
            others = [(name, op) for name, op, _inputs in after]
            self._ops[key] = tuple(
                OpPair(
                    None if i is None else names[i][0],
                    None if j is None else others[j][0],
                    _status(
                        i,
                        j,
                        is_same=i is not None and j is not None and names[i][1] == others[j][1],
                    ),
                )
                for i, j in align(names, others, _unlikeness, _ALONE)
            )
        return self._ops[key]


def _shape(nodes: Iterator[Node], address: Address, entry: Address) -> _Shape:
    cut = len(address) + 1
    return tuple(
        (
            node.address[cut:],
            node.op,
            tuple("" if source == entry else source[cut:] for source in node.inputs),
        )
        for node in nodes
    )


def _unlikeness(one: tuple[str, Op], other: tuple[str, Op]) -> int:
    """Return what pairing two ops costs; ops of different types are never paired."""
    if type(one[1]) is not type(other[1]):
        return 3 * _ALONE
    return 2 * (one[0] != other[0]) + (one[1] != other[1])
