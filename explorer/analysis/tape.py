"""What one training step keeps and frees: forward and backward replayed over the graph, in bytes.

Nothing is computed; only sizes are followed. A value lives until its last reader is done, or, if
a derivative needs it, until the backward pass has been there. Gradients of values live from the
first reader that sends one to the node that made the value. The rules are those of torch's
autograd; weights, their gradients and the optimiser are counted elsewhere.
"""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass, field
from math import prod
from typing import TYPE_CHECKING, NamedTuple

from explorer.address import INPUT
from explorer.ir import ops

if TYPE_CHECKING:
    from explorer.address import Address
    from explorer.ir.graph import Graph, Node
    from explorer.ir.op import Shape

LOSS: Address = "loss"
"""Where the bytes of loss and labels are listed, as those of the images are at ``input``."""
WIDE, NARROW = 4, 2
"""Bytes of a value in float32 and in bfloat16."""
THREADS = 2
_INDEX = 8
_CHANNELS = 16
"""oneDNN reads and writes blocks of so many channels, and copies what does not lie in them."""
_WEIGHT_COPIES = 6
_COPIES_PER_THREAD = 5
"""Where a dilated window is wider than the map, each thread adds up weight gradients alone."""
_SCRATCH = 192 * 1024
"""What kernels need besides. These four were found by asking torch's allocator."""
_SAVES_INPUTS = (
    ops.Conv2d,
    ops.Linear,
    ops.BatchNorm2d,
    ops.MaxPool2d,
    ops.AvgPool2d,
    ops.Multiply,
)
_SAVES_OUTPUT = (ops.ReLU, ops.Sigmoid)
_HANDS_ON = (ops.Add, ops.Concat, ops.Flatten)
"""Ops that send on the gradient of their output, or a part of it, as it is."""


class Replay(NamedTuple):
    """What a training step needs besides weights, their gradients and the optimiser's state.

    Attributes:
        kept: Bytes alive between forward and backward pass, by the node that made them; the
            images are at ``input``, loss and labels at ``loss``.
        peak: The most bytes alive at any time [B].
    """

    kept: dict[Address, int]
    peak: int


def replay(
    graph: Graph, batch_size: int, *, narrow: bool = False, threads: int = THREADS
) -> Replay:
    """Follow forward pass, cross-entropy and backward pass of one training step.

    Args:
        graph: The network.
        batch_size: Images.
        narrow: Convolutions work in bfloat16, as under autocast, and so feature maps are narrow.
        threads: That convolve.
    """
    tape = _Tape(batch_size, NARROW if narrow else WIDE, threads)
    heap, values, nodes = tape.heap, tape.values, tuple(graph.nodes.values())
    values[INPUT] = heap.new(prod(graph.input_shape) * batch_size * WIDE, INPUT)
    # Whoever calls the network holds the images until the step is over.
    values[INPUT].holders += 1
    last_reader = {source: node.address for node in nodes for source in node.inputs}
    unread: dict[Address, list[Address]] = {}
    for source, reader in last_reader.items():
        unread.setdefault(reader, []).append(source)
    for node in nodes:
        tape.forward(node)
        for source in unread.get(node.address, ()):
            heap.drop(values.pop(source))
    tape.score(nodes[-1])
    kept = {owner: size for owner, size in heap.owned.items() if size and owner}
    for node in reversed(nodes):
        tape.backward(node)
    return Replay(kept, heap.peak)


@dataclass(slots=True)
class _Memory:
    size: int
    owner: Address
    holders: int = 1


@dataclass(slots=True)
class _Heap:
    live: int = 0
    peak: int = 0
    owned: Counter[Address] = field(default_factory=Counter["Address"])

    def new(self, size: int, owner: Address = "") -> _Memory:
        self.owned[owner] += size
        self.live += size
        self.spike(0)
        return _Memory(size, owner)

    def spike(self, size: int) -> None:
        """Note bytes that are needed for a moment only."""
        self.peak = max(self.peak, self.live + size)

    def drop(self, memory: _Memory) -> None:
        memory.holders -= 1
        if not memory.holders:
            self.live -= memory.size
            self.owned[memory.owner] -= memory.size


class _Gradient(NamedTuple):
    memory: _Memory
    is_part: bool


@dataclass(slots=True)
class _Tape:
    """The state of a replay.

    Attributes:
        batch_size: Images.
        width: Bytes of one value of a feature map.
        threads: That convolve.
        heap: All memory.
        values: What is behind every value that will still be read.
        parts: Values that are some channels of another one: many ops copy them first.
        saved: What each node holds until the backward pass has been there.
        gradients: Those that have been sent to a node so far, added up.
    """

    batch_size: int
    width: int
    threads: int
    heap: _Heap = field(default_factory=_Heap)
    values: dict[Address, _Memory] = field(default_factory=dict["Address", _Memory])
    parts: set[Address] = field(default_factory=set["Address"])
    saved: dict[Address, list[_Memory]] = field(default_factory=dict["Address", list[_Memory]])
    gradients: dict[Address, _Gradient] = field(default_factory=dict["Address", _Gradient])

    def bytes_of(self, shape: Shape) -> int:
        return prod(shape) * self.batch_size * self.width

    def forward(self, node: Node) -> None:
        op, address, heap = node.op, node.address, self.heap
        reads = [self.values[source] for source in node.inputs]
        if op.is_view:
            reads[0].holders += 1
            self.values[address] = reads[0]
            self.saved[address] = []
            if isinstance(op, ops.Slice):
                self.parts.add(address)
            return
        saved: list[_Memory] = [heap.new(size, address) for size in self._extra(node) if size]
        out = self.values[address] = heap.new(self.bytes_of(node.out_shape), address)
        heap.spike(self._working_forward(node))
        if isinstance(op, _SAVES_INPUTS) and not self._is_cast(node):
            saved += reads
            for memory in reads:
                memory.holders += 1
        elif isinstance(op, _SAVES_OUTPUT):
            saved.append(out)
            out.holders += 1
        self.saved[address] = saved

    def _is_cast(self, node: Node) -> bool:
        return self.width == NARROW and node.inputs[0] == INPUT

    def _extra(self, node: Node) -> tuple[int, ...]:
        """Return the sizes of what a derivative needs besides inputs and outputs [B]."""
        op = node.op
        match op:
            case ops.Conv2d() | ops.Linear() if self.width == NARROW:
                # Autocast makes a narrow copy of the weights, and of the images.
                image = self.bytes_of(node.in_shapes[0]) if self._is_cast(node) else 0
                return (op.params * NARROW, image)
            case ops.BatchNorm2d():
                return (2 * op.channels * WIDE,)
            case ops.MaxPool2d():
                return (prod(node.out_shape) * self.batch_size * _INDEX,)
            case ops.Dropout():
                return (self.bytes_of(node.out_shape),)
            case ops.Scale() | ops.DropPath():
                return (_INDEX,)
            case _:
                return ()

    def _working_forward(self, node: Node) -> int:
        """Return the bytes that an op needs besides its output while it works."""
        if isinstance(node.op, ops.Conv2d):
            copy = self.bytes_of(node.in_shapes[0]) if node.inputs[0] in self.parts else 0
            return copy + self._convolving(node.op, node.in_shapes[0], node.out_shape)
        if isinstance(node.op, ops.Add) and len(node.inputs) > 2:
            return self.bytes_of(node.out_shape)
        return 0

    def _convolving(self, op: ops.Conv2d, in_shape: Shape, out_shape: Shape) -> int:
        """Return the bytes of input, output and weights in blocks of channels, float32."""
        maps = _blocked(in_shape[0]) * prod(in_shape[1:])
        maps += _blocked(out_shape[0]) * prod(out_shape[1:])
        weights = _blocked(op.in_channels // op.groups) * _blocked(op.out_channels)
        weights *= op.kernel_size**2 * self._weight_copies(op, in_shape)
        return (maps * self.batch_size + weights) * WIDE + _SCRATCH

    def _weight_copies(self, op: ops.Conv2d, in_shape: Shape) -> int:
        if op.dilation > 1 and op.window[0] > min(in_shape[1:]):
            return _COPIES_PER_THREAD * self.threads
        return _WEIGHT_COPIES

    def score(self, last: Node) -> None:
        """Compare the last values with the labels, and send the first gradient."""
        heap = self.heap
        wide = prod(last.out_shape) * self.batch_size * WIDE
        labels = prod(last.out_shape[1:]) * self.batch_size * _INDEX
        heap.new(wide + labels + 2 * WIDE, LOSS)
        gradient = heap.new(self.bytes_of(last.out_shape))
        heap.spike(2 * wide)
        self.gradients[last.address] = _Gradient(gradient, is_part=False)

    def backward(self, node: Node) -> None:
        gradient, heap = self.gradients.pop(node.address), self.heap
        for source, shape in zip(node.inputs, node.in_shapes, strict=True):
            if source == INPUT:
                heap.spike(self._working_backward(node, shape, gradient))
            elif isinstance(node.op, _HANDS_ON):
                gradient.memory.holders += 1
                is_part = gradient.is_part or isinstance(node.op, ops.Concat)
                self._send(source, _Gradient(gradient.memory, is_part))
            else:
                # That of a slice is as large as what it was cut from: zeros around a part.
                new = heap.new(self.bytes_of(shape))
                heap.spike(self._working_backward(node, shape, gradient))
                self._send(source, _Gradient(new, is_part=False))
        for memory in (gradient.memory, *self.saved.pop(node.address)):
            heap.drop(memory)

    def _working_backward(self, node: Node, in_shape: Shape, gradient: _Gradient) -> int:
        """Return the bytes that a derivative needs besides its result while it is computed."""
        op, out = node.op, self.bytes_of(node.out_shape)
        match op:
            case ops.Conv2d():
                copies = self.bytes_of(in_shape) * (node.inputs[0] in self.parts)
                copies += out * gradient.is_part
                return copies + self._convolving(op, in_shape, node.out_shape)
            case ops.Linear():
                return op.params * self.width + _SCRATCH
            case ops.Multiply():
                return out
            case ops.PadChannels():
                return out + self.bytes_of(in_shape)
            case _:
                return 0

    def _send(self, source: Address, new: _Gradient) -> None:
        """Add a gradient to those that have arrived; in place where nobody else reads them."""
        old = self.gradients.get(source)
        if old is None:
            self.gradients[source] = new
            return
        if old.memory.holders > 1 or old.is_part:
            total = self.heap.new(max(old.memory.size, new.memory.size))
            self.heap.drop(old.memory)
            old = _Gradient(total, is_part=False)
        self.heap.drop(new.memory)
        self.gradients[source] = old


def _blocked(channels: int) -> int:
    return -(-channels // _CHANNELS) * _CHANNELS
