"""Ways through a graph of ops, counted channel by channel.

A way is a chain of ops along which a signal really travels: a slice carries on only what has some
of its channels, a group of a convolution reads only its own, and each of C groups is a way of its
own (Xie et al. 2016: C parallel transformations). The lengths of the ways to a node v are

    P_v(z) = z^[v is a step] * sum over the groups of v and the ways that reach them of P_u(z).

A polynomial is carried as one integer, its value at z = 2^shift, so that adding two is one
addition; with ``shift`` 0 the integer is the number of ways.
"""

from __future__ import annotations

from bisect import bisect_left, bisect_right
from collections import Counter, defaultdict
from typing import TYPE_CHECKING

from explorer.ir.ops import Concat, Conv2d, Linear, Slice

if TYPE_CHECKING:
    from collections.abc import Collection, Iterator, Mapping, Sequence

    from explorer.address import Address
    from explorer.ir.graph import Node
    from explorer.ir.op import Op

Channels = tuple[int, int]
"""Channels ``start`` to ``stop`` (exclusive) of a tensor."""
Ways = dict[Channels, int]
"""The ways that end in some channels of a tensor, as packed polynomials."""
Cuts = dict["Address", list[int]]
"""Where later ops take the channels of a tensor apart; sorted, both ends left out."""


def cuts(nodes: Sequence[Node]) -> Cuts:
    """Return, for every tensor, the channels at which an op among the nodes takes it apart.

    Ways whose channels differ only between two cuts cannot be told apart later on.
    """
    asked: defaultdict[Address, set[int]] = defaultdict(set)
    for node in reversed(nodes):
        own, offset = asked.get(node.address, set[int]()), 0
        for source, shape in zip(node.signals, node.in_shapes, strict=False):
            channels = shape[0]
            found = {c for c in _asked(node.op, own, offset, channels) if 0 < c < channels}
            if found:
                asked[source] |= found
            offset += channels
    return {address: sorted(found) for address, found in asked.items()}


def _asked(op: Op, own: set[int], offset: int, channels: int) -> Collection[int]:
    match op:
        case Linear():
            return ()
        case Conv2d(groups=groups):
            return range(channels // groups, channels, channels // groups) if groups > 1 else ()
        case Slice(start=start, stop=stop):
            return {start, stop, *(start + c for c in own)}
        case Concat():
            return {c - offset for c in own}
        case _:
            return own


def walk(
    nodes: Sequence[Node],
    entry: Address,
    exit_: Address,
    steps: Collection[Address],
    *,
    shift: int,
    channels: int,
) -> int:
    """Return the polynomial of the ways from one tensor to another, packed in one integer.

    Args:
        nodes: Every node between the two, in topological order.
        entry: Address of the tensor where the ways begin.
        exit_: Address of the tensor where they end.
        steps: Addresses that make a way one longer.
        shift: The polynomial is evaluated at z = 2^shift.
        channels: Channels of the tensor at the entry.
    """
    apart = cuts(nodes)
    reached: dict[Address, Ways] = {entry: {(0, channels): 1}}
    for node in nodes:
        step = shift if node.address in steps else 0
        reached[node.address] = _through(node, reached, apart.get(node.address, []), step)
    return sum(reached[exit_].values())


def _through(node: Node, reached: Mapping[Address, Ways], own: list[int], step: int) -> Ways:
    out: defaultdict[Channels, int] = defaultdict(int)
    last, offset = node.out_shape[0], 0
    for source, shape in zip(node.signals, node.in_shapes, strict=False):
        for channels, ways in reached[source].items():
            for (start, stop), times in onward(node.op, channels, offset, own, last):
                out[widened(start, stop, own, last)] += ways * times
        offset += shape[0]
    return {channels: ways << step for channels, ways in out.items()} if step else dict(out)


def onward(
    op: Op, channels: Channels, offset: int, own: list[int], last: int
) -> Iterator[tuple[Channels, int]]:
    """Yield the channels that an op writes from some that it reads, and in how many ways."""
    start, stop = channels
    match op:
        case Linear():
            yield (0, last), 1
        case Conv2d(groups=groups, in_channels=read):
            width, size = read // groups, last // groups
            first, end = start // width, (stop - 1) // width + 1
            if own:
                ends = (widened(k * size, (k + 1) * size, own, last) for k in range(first, end))
                yield from Counter(ends).items()
            else:
                yield (0, last), end - first
        case Slice(start=begin):
            if start < begin + last and stop > begin:
                yield (max(start - begin, 0), min(stop - begin, last)), 1
        case Concat():
            yield (start + offset, stop + offset), 1
        case _:
            yield channels, 1


def widened(start: int, stop: int, own: list[int], last: int) -> Channels:
    """Return channels widened to the cuts around them."""
    if not own:
        return 0, last
    before, after = bisect_right(own, start), bisect_left(own, stop)
    return own[before - 1] if before else 0, own[after] if after < len(own) else last


def unpack(value: int, width: int) -> list[int]:
    """Return the coefficients of a packed polynomial with ``8 * width`` bits for each."""
    terms = -(-value.bit_length() // (8 * width))
    data = value.to_bytes(width * terms, "little")
    return [int.from_bytes(data[i : i + width], "little") for i in range(0, len(data), width)]
