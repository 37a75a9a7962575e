"""The linearised backward pass of every primitive op, for many cotangents at once.

At one point every op is a linear map: a ReLU is a mask, a max-pool a choice of positions, batch
norm in evaluation mode a factor for each channel. Here is the transpose of each, applied to L
cotangents at once, laid out (L, N, ...) beside values (N, ...). Autograd would be slower by about
two: ``vmap`` over it pays for every op and every cotangent what it pays for one.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import torch
from torch import Tensor, nn
from torch.nn.grad import conv2d_input

from explorer.ir import ops

if TYPE_CHECKING:
    from collections.abc import Mapping

    from explorer.address import Address
    from explorer.ir.graph import Node
    from explorer.ir.op import Shape

Values = dict["Address", Tensor]


def pull(
    node: Node, module: nn.Module, values: Mapping[Address, Tensor], g: Tensor
) -> list[Tensor]:
    """Return the cotangents of a node's inputs.

    Args:
        node: Any node.
        module: What computes it, in evaluation mode.
        values: Outputs of the node and of its inputs at the point, (N, ...).
        g: Cotangents of its output, (L, N, ...); not changed.

    Returns:
        For each input (L, N, ...); may share memory with ``g``.
    """
    match node.op:
        case ops.Add():
            return [g] * len(node.inputs)
        case ops.Concat():
            return list(g.split([shape[0] for shape in node.in_shapes], dim=2))
        case ops.Multiply():
            signal, gate = (values[a] for a in node.inputs)
            to_gate = g * signal
            if gate.shape != signal.shape:
                to_gate = to_gate.sum((-2, -1), keepdim=True)
            return [g * gate, to_gate]
        case _:
            return [_pull_one(node, module, values, g)]


def _pull_one(  # noqa: C901, PLR0911, PLR0912 - one line for each op
    node: Node, module: nn.Module, values: Mapping[Address, Tensor], g: Tensor
) -> Tensor:
    op, (shape,), (source,) = node.op, node.in_shapes, node.inputs
    match op:
        case ops.Conv2d():
            assert isinstance(module, nn.Conv2d)
            return _conv(op, module.weight, g, shape)
        case ops.BatchNorm2d():
            assert isinstance(module, nn.BatchNorm2d)
            return g * _slope(module)[:, None, None]
        case ops.ReLU():
            return g * (values[node.address] > 0)
        case ops.Sigmoid():
            out = values[node.address]
            return g * (out * (1 - out))
        case ops.Complement():
            return -g
        case ops.Scale():
            return g * op.factor
        case ops.DropPath():
            return g * op.survival
        case ops.Dropout():
            return g
        case ops.MaxPool2d():
            return _max_pool(op, values[source], g)
        case ops.AvgPool2d():
            return _avg_pool(op, g, shape)
        case ops.GlobalAvgPool():
            return (g / (shape[1] * shape[2])).expand(*g.shape[:3], *shape[1:])
        case ops.Flatten():
            return g.reshape(*g.shape[:2], *shape)
        case ops.Linear():
            assert isinstance(module, nn.Linear)
            return g @ module.weight
        case ops.Slice():
            return nn.functional.pad(g, (0, 0, 0, 0, op.start, shape[0] - op.stop))
        case ops.PadChannels():
            pulled = g.new_zeros(*g.shape[:2], *shape)
            pulled[..., :: op.stride, :: op.stride] = g[:, :, : shape[0]]
            return pulled
        case _:
            raise AssertionError(f"no transpose for {type(op).__name__}")


def _slope(norm: nn.BatchNorm2d) -> Tensor:
    """Return the factor of each channel in evaluation mode."""
    variance = norm.running_var
    assert variance is not None
    return norm.weight / torch.sqrt(variance + norm.eps)


def _conv(op: ops.Conv2d, weight: Tensor, g: Tensor, shape: Shape) -> Tensor:
    size = (g.shape[0] * g.shape[1], *shape)
    pulled = conv2d_input(
        size, weight, g.flatten(0, 1), op.stride, op.padding, op.dilation, op.groups
    )
    return pulled.unflatten(0, g.shape[:2])


def _max_pool(op: ops.MaxPool2d, x: Tensor, g: Tensor) -> Tensor:
    places = nn.functional.max_pool2d(
        x, op.kernel_size, op.stride, op.padding, ceil_mode=op.ceil, return_indices=True
    )[1]
    pulled = g.new_zeros(*g.shape[:3], x.shape[2] * x.shape[3])
    index = places.flatten(2).expand(g.shape[0], -1, -1, -1)
    pulled.scatter_add_(3, index, g.flatten(3))
    return pulled.unflatten(3, x.shape[2:])


def _avg_pool(op: ops.AvgPool2d, g: Tensor, shape: Shape) -> Tensor:
    rows = g.flatten(0, 1)
    stand_in = g.new_empty(1).expand(rows.shape[0], *shape)
    window = [op.kernel_size] * 2, [op.stride] * 2, [op.padding] * 2
    pulled: Tensor = torch.ops.aten.avg_pool2d_backward(
        rows.contiguous(), stand_in, *window, op.ceil, op.counts_padding, None
    )
    return pulled.unflatten(0, g.shape[:2])
