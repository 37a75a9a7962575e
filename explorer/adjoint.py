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

from explorer import builder
from explorer.ir import ops
from explorer.packed_conv import Packed

if TYPE_CHECKING:
    from collections.abc import Mapping

    from explorer.address import Address
    from explorer.ir.graph import Node
    from explorer.ir.op import Shape

_MODULES: dict[type[ops.Op], type[nn.Module]] = {
    ops.Conv2d: nn.Conv2d,
    ops.BatchNorm2d: nn.BatchNorm2d,
    ops.ReLU: nn.ReLU,
    ops.MaxPool2d: nn.MaxPool2d,
    ops.AvgPool2d: nn.AvgPool2d,
    ops.GlobalAvgPool: nn.AdaptiveAvgPool2d,
    ops.Flatten: nn.Flatten,
    ops.Linear: nn.Linear,
    ops.Add: builder.Sum,
    ops.Concat: builder.Concat,
    ops.Slice: builder.Slice,
    ops.PadChannels: builder.PadChannels,
    ops.Dropout: nn.Dropout,
    ops.Sigmoid: nn.Sigmoid,
    ops.Multiply: builder.Product,
    ops.Complement: builder.Complement,
    ops.Scale: builder.Scale,
    ops.DropPath: builder.DropPath,
}
"""What computes each op that has a transpose here; enlarging has none."""


def values_of(node: Node) -> tuple[Address, ...]:
    """Return whose outputs at the point the transpose of a node needs."""
    match node.op:
        case ops.ReLU() | ops.Sigmoid():
            return (node.address,)
        case ops.MaxPool2d() | ops.Multiply():
            return node.inputs
        case _:
            return ()


def is_known(node: Node, module: nn.Module) -> bool:
    """Return whether a module computes just what its node says.

    One that was put in its place, or that has hooks, may compute anything.
    """
    # torch has no public look-up for hooks.
    hooks = module.__dict__["_forward_hooks"] or module.__dict__["_forward_pre_hooks"]
    known = nn.Conv2d if isinstance(module, Packed) else type(module)
    return known is _MODULES.get(type(node.op)) and not hooks


def pull(
    node: Node,
    module: nn.Module,
    values: Mapping[Address, Tensor],
    g: Tensor,
    *,
    in_place: bool = False,
) -> list[Tensor]:
    """Return the cotangents of a node's inputs.

    Args:
        node: Any node.
        module: What computes it, in evaluation mode.
        values: At the point, (N, ...), the outputs that ``values_of`` names. For a ReLU also where
            it is closed, as booleans, which take a quarter of the memory.
        g: Cotangents of its output, (L, N, ...).
        in_place: Whether ``g`` may be overwritten, which saves its copy.

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
            return [_pull_one(node, module, values, g, out=g if in_place else None)]


def _pull_one(  # noqa: C901, PLR0911, PLR0912 - one line for each op
    node: Node,
    module: nn.Module,
    values: Mapping[Address, Tensor],
    g: Tensor,
    out: Tensor | None,
) -> Tensor:
    op, (shape,), (source,) = node.op, node.in_shapes, node.inputs
    match op:
        case ops.Conv2d():
            if isinstance(module, Packed):
                return module.pull(g.flatten(0, 1), shape).unflatten(0, g.shape[:2])
            assert isinstance(module, nn.Conv2d)
            return _conv(op, module.weight, g, shape)
        case ops.BatchNorm2d():
            assert isinstance(module, nn.BatchNorm2d)
            return _norm(module, g, out)
        case ops.ReLU():
            return _relu(values[node.address], g, out)
        case ops.Sigmoid():
            gate = values[node.address]
            return g * (gate * (1 - gate))
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


def _norm(norm: nn.BatchNorm2d, g: Tensor, out: Tensor | None) -> Tensor:
    """Multiply as torch does, in its order, so that not one digit differs."""
    variance = norm.running_var
    assert variance is not None
    inverse = (1 / torch.sqrt(variance.double() + norm.eps)).to(g.dtype)
    pulled = torch.mul(g, inverse[:, None, None], out=out)
    return pulled.mul_(norm.weight[:, None, None])


def _relu(value: Tensor, g: Tensor, out: Tensor | None) -> Tensor:
    if value.dtype == torch.bool:
        return g.masked_fill(value, 0) if out is None else out.masked_fill_(value, 0)
    shown = value.expand_as(g)
    if out is None:
        return torch.ops.aten.threshold_backward(g, shown, 0)
    return torch.ops.aten.threshold_backward.grad_input(g, shown, 0, grad_input=out)


def _conv(op: ops.Conv2d, weight: Tensor, g: Tensor, shape: Shape) -> Tensor:
    size, rows = (g.shape[0] * g.shape[1], *shape), g.flatten(0, 1)
    is_pointwise = (op.kernel_size, op.stride, op.padding, op.groups) == (1, 1, 0, 1)
    if is_pointwise and rows.is_contiguous(memory_format=torch.channels_last):
        # With the channels innermost it is one matrix product, up to three times as quick.
        pulled = (rows.movedim(1, -1) @ weight[:, :, 0, 0]).movedim(-1, 1)
    else:
        pulled = conv2d_input(size, weight, rows, op.stride, op.padding, op.dilation, op.groups)
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
