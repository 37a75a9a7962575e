"""Build a network: an interpreter from the graph to ``torch.nn.Module``.

Submodule names are the graph's addresses, no module is used twice and nothing is in place, so
that what is read at an address is what the graph says stands there.
"""

from __future__ import annotations

from collections.abc import Callable
from contextlib import contextmanager
from typing import TYPE_CHECKING, NamedTuple

import torch
from torch import Tensor, nn

from explorer.address import INPUT, Address
from explorer.graph import lower
from explorer.ir import ops

if TYPE_CHECKING:
    from collections.abc import Generator, Mapping

    from explorer.ir.graph import Graph
    from explorer.spec import NetworkSpec

Tap = Callable[[Address, Tensor], Tensor]
"""Called with every node's address and output; what it returns goes on through the network."""


class Sum(nn.Module):
    """Sum of tensors of one shape."""

    def forward(self, *xs: Tensor) -> Tensor:
        """Return the sum of tensors (N, C, H, W)."""
        total = xs[0]
        for x in xs[1:]:
            total = total + x
        return total


class Concat(nn.Module):
    """Channels of several tensors one after the other."""

    def forward(self, *xs: Tensor) -> Tensor:
        """Join tensors (N, C_i, H, W) along the channels."""
        return torch.cat(xs, dim=1)


class Slice(nn.Module):
    """Some consecutive channels."""

    def __init__(self, start: int, stop: int) -> None:
        """Keep channels ``start`` to ``stop``, exclusive."""
        super().__init__()
        self.start, self.stop = start, stop

    def forward(self, x: Tensor, part: Tensor | None = None) -> Tensor:
        """Return the channels of a tensor (N, C, H, W).

        Args:
            x: All channels.
            part: These channels, where somebody has split ``x`` into all its parts already.
        """
        return x[:, self.start : self.stop] if part is None else part

    def extra_repr(self) -> str:
        """Return the range of channels."""
        return f"{self.start}, {self.stop}"


class PadChannels(nn.Module):
    """Every ``stride``-th position, zero channels appended (He et al. 2015, option A)."""

    def __init__(self, extra: int, stride: int) -> None:
        """Append ``extra`` channels."""
        super().__init__()
        self.extra, self.stride = extra, stride

    def forward(self, x: Tensor) -> Tensor:
        """Return (N, C + extra, H / stride, W / stride)."""
        x = x[:, :, :: self.stride, :: self.stride]
        return nn.functional.pad(x, (0, 0, 0, 0, 0, self.extra))

    def extra_repr(self) -> str:
        """Return the added channels and the stride."""
        return f"extra={self.extra}, stride={self.stride}"


class Product(nn.Module):
    """A signal times its gate."""

    def forward(self, signal: Tensor, gate: Tensor) -> Tensor:
        """Multiply (N, C, H, W) with a gate of its shape or (N, C, 1, 1)."""
        return signal * gate


class Complement(nn.Module):
    """One minus x."""

    def forward(self, x: Tensor) -> Tensor:
        """Return 1 - x."""
        return 1 - x


class Scale(nn.Module):
    """A constant times x."""

    def __init__(self, factor: float) -> None:
        """Keep the constant."""
        super().__init__()
        self.factor = factor

    def forward(self, x: Tensor) -> Tensor:
        """Return the multiple of x."""
        return x * self.factor


class DropPath(nn.Module):
    """A branch that is there with probability ``survival`` in training (Huang et al. 2016)."""

    def __init__(self, survival: float) -> None:
        """Keep the probability."""
        super().__init__()
        self.survival = survival

    def forward(self, x: Tensor) -> Tensor:
        """Return x or zeros for the whole batch; in evaluation ``survival`` times x."""
        if not self.training:
            return x * self.survival
        return x * (torch.rand((), device=x.device) < self.survival)


class Upsample(nn.Module):
    """Bilinear interpolation to a fixed size."""

    def __init__(self, size: int) -> None:
        """Keep the side of the result."""
        super().__init__()
        self.size = size

    def forward(self, x: Tensor) -> Tensor:
        """Return (N, C, size, size)."""
        return nn.functional.interpolate(x, self.size, mode="bilinear", align_corners=False)

    def extra_repr(self) -> str:
        """Return the side of the result."""
        return str(self.size)


def module_of(op: ops.Op) -> nn.Module:  # noqa: C901, PLR0911, PLR0912 - one line for each op
    """Return a new module for one op."""
    match op:
        case ops.Conv2d():
            return nn.Conv2d(
                op.in_channels,
                op.out_channels,
                op.kernel_size,
                op.stride,
                op.padding,
                op.dilation,
                op.groups,
                op.bias,
            )
        case ops.BatchNorm2d():
            return nn.BatchNorm2d(op.channels, op.eps)
        case ops.ReLU():
            return nn.ReLU(inplace=False)
        case ops.MaxPool2d():
            return nn.MaxPool2d(op.kernel_size, op.stride, op.padding, ceil_mode=op.ceil)
        case ops.AvgPool2d():
            return nn.AvgPool2d(op.kernel_size, op.stride, op.padding, op.ceil, op.counts_padding)
        case ops.GlobalAvgPool():
            return nn.AdaptiveAvgPool2d(1)
        case ops.Flatten():
            return nn.Flatten()
        case ops.Linear():
            return nn.Linear(op.in_features, op.out_features, op.bias)
        case ops.Add():
            return Sum()
        case ops.Concat():
            return Concat()
        case ops.Slice():
            return Slice(op.start, op.stop)
        case ops.PadChannels():
            return PadChannels(op.out_channels - op.in_channels, op.stride)
        case ops.Sigmoid():
            return nn.Sigmoid()
        case ops.Multiply():
            return Product()
        case ops.Complement():
            return Complement()
        case ops.Scale():
            return Scale(op.factor)
        case ops.DropPath():
            return DropPath(op.survival)
        case ops.Upsample():
            return Upsample(op.size)
        case ops.Dropout():
            return nn.Dropout(op.p)
        case _:
            raise AssertionError(f"no module for {type(op).__name__}")


class _Step(NamedTuple):
    address: Address
    inputs: tuple[int, ...]
    output: int
    spent: tuple[int, ...]
    parts: _Parts | None
    """Of its input, if it is the first of the slices that divide it."""


class _Parts(NamedTuple):
    outputs: tuple[int, ...]
    channels: tuple[int, ...]


class Network(nn.Module):
    """A network whose submodules stand at the addresses of its graph.

    Attributes:
        graph: What it was built from.
    """

    def __init__(self, graph: Graph, modules: Mapping[Address, nn.Module] | None = None) -> None:
        """Make one module for each node that has none in ``modules``."""
        super().__init__()
        self.graph = graph
        given = modules or {}
        for node in graph.nodes.values():
            module = given.get(node.address)
            self._place(node.address, module_of(node.op) if module is None else module)
        self._steps = _plan(graph)

    def _place(self, address: Address, module: nn.Module) -> None:
        parent: nn.Module = self
        *scopes, name = address.split(".")
        for scope in scopes:
            if scope not in parent._modules:  # noqa: SLF001 - nn.Module has no public look-up
                parent.add_module(scope, nn.Module())
            parent = parent.get_submodule(scope)
        parent.add_module(name, module)

    def forward(self, x: Tensor, tap: Tap | None = None) -> Tensor:
        """Run the network.

        Args:
            x: Images (N, C, H, W).
            tap: Sees every node's output and may replace it.

        Returns:
            Logits (N, num_classes); (N, num_classes, H, W) from a head that segments.
        """
        values: list[Tensor | None] = [x] + [None] * len(self._steps)
        for address, inputs, output, spent, parts in self._steps:
            given = [values[i] for i in inputs]
            if parts is not None:
                whole = values[inputs[0]]
                assert whole is not None
                divided = whole.split(parts.channels, dim=1)
                for slot, part in zip(parts.outputs, divided, strict=True):
                    values[slot] = part
            if values[output] is not None:
                given.append(values[output])
            # Looked up each time, so that a module that was replaced is the one that runs.
            out = self.get_submodule(address)(*given)
            values[output] = out if tap is None else tap(address, out)
            for i in spent:
                values[i] = None
        last = values[-1]
        assert last is not None
        return last


def _plan(graph: Graph) -> list[_Step]:
    """Return the steps in order, each with the values nobody reads after it."""
    slots = {INPUT: 0} | {address: i for i, address in enumerate(graph.nodes, start=1)}
    last_use: dict[Address, Address] = {}
    for node in graph.nodes.values():
        last_use.update(dict.fromkeys(node.inputs, node.address))
    spent: dict[Address, list[int]] = {address: [] for address in graph.nodes}
    for source, user in last_use.items():
        spent[user].append(slots[source])
    parts = _divisions(graph, slots)
    return [
        _Step(
            node.address,
            tuple(slots[source] for source in node.inputs),
            slots[node.address],
            tuple(spent[node.address]),
            parts.get(node.address),
        )
        for node in graph.nodes.values()
    ]


def _divisions(graph: Graph, slots: Mapping[Address, int]) -> dict[Address, _Parts]:
    """Return, by the first of the slices that together divide a tensor, the parts of it.

    One split has one gradient, joined of those of its parts. Slices by themselves would each be
    padded with zeros to the whole and added up: a fifth of a training step of a Res2Net.
    """
    slices: dict[Address, list[tuple[Address, ops.Slice]]] = {}
    for node in graph.nodes.values():
        if isinstance(node.op, ops.Slice):
            slices.setdefault(node.inputs[0], []).append((node.address, node.op))
    found = {}
    for source, members in slices.items():
        ends = [0, *(op.stop for _, op in members)]
        if ends[:-1] == [op.start for _, op in members] and ends[-1] == graph.shape_of(source)[0]:
            found[members[0][0]] = _Parts(
                tuple(slots[address] for address, _ in members),
                tuple(op.stop - op.start for _, op in members),
            )
    return found


@contextmanager
def evaluating(network: nn.Module) -> Generator[None]:
    """Put a network into evaluation mode for a time; every module then has its own mode again."""
    training = [module for module in network.modules() if module.training]
    for module in training:
        module.training = False
    try:
        yield
    finally:
        for module in training:
            module.training = True


def build(spec: NetworkSpec) -> Network:
    """Build a network and initialise it as its paper says.

    Convolutions are drawn from N(0, 2 / fan) (He et al. 2015b) with the fan that the
    specification names; batch norm starts as the identity; the classifier keeps torch's default,
    with zero bias where the fan is ``fan_in``, as wide residual networks have it. Under
    ``torch.device("meta")`` nothing is allocated.

    Raises:
        ShapeError: The network cannot be built.
    """
    network = Network(lower(spec))
    for node in network.graph.nodes.values():
        module = network.get_submodule(node.address)
        if isinstance(node.op, ops.Conv2d):
            assert isinstance(module, nn.Conv2d)
            nn.init.kaiming_normal_(module.weight, mode=spec.init, nonlinearity="relu")
            if module.bias is not None:
                nn.init.constant_(module.bias, node.op.bias_init)
        elif isinstance(module, nn.Linear) and spec.init == "fan_in":
            nn.init.zeros_(module.bias)
    return network
