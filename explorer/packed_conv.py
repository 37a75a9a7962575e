"""Convolutions whose weights lie in memory as the processor's kernels read them.

oneDNN orders the weights of a convolution anew at every call: for one image a fifth of its time.
Here that is done once, for the convolution and for its transpose. torch offers it to its compiler
only, under names that it may change, so it is tried before it is taken.
"""

from __future__ import annotations

from abc import ABC, abstractmethod
from functools import cache
from typing import TYPE_CHECKING, Any

import torch
from torch import Tensor, nn
from torch.nn.grad import conv2d_input
from torch.nn.utils import skip_init

if TYPE_CHECKING:
    from collections.abc import Callable

    from explorer.ir.op import Shape

_ALONE = ("none", [], "")
"""Nothing is computed along with it."""


class Packed(nn.Module, ABC):
    """A convolution and its transpose in evaluation mode, in float32 on the CPU."""

    @abstractmethod
    def pull(self, g: Tensor, in_shape: Shape) -> Tensor:
        """Return the cotangents (N, C, H, W) of an input.

        Args:
            g: Cotangents of the output, (N, K, h, w).
            in_shape: (C, H, W) of the input.
        """


def pack(conv: nn.Conv2d, in_shape: Shape, out_shape: Shape) -> Packed:
    """Pack the weights that a convolution has now.

    Args:
        conv: Padded with zeros; left as it is.
        in_shape: (C, H, W) of what it will mostly see; anything else is right, but slower.
        out_shape: (K, h, w) of what it makes of that.
    """
    steps = *conv.kernel_size, *conv.stride, conv.groups
    if set(steps) == {1} and not any(conv.padding):
        return _Pointwise(conv)
    return _Spatial(conv, in_shape, out_shape)


class _Pointwise(Packed):
    """One matrix product, with the channels innermost."""

    def __init__(self, conv: nn.Conv2d) -> None:
        super().__init__()
        weight = conv.weight.detach()[:, :, 0, 0]
        self._bias = None if conv.bias is None else conv.bias.detach()
        self._weight: Tensor = _op("reorder_linear_weight")(weight.contiguous())
        self._transposed: Tensor = _op("reorder_linear_weight")(weight.t().contiguous())

    def forward(self, x: Tensor) -> Tensor:
        return _product(x, self._weight, self._bias)

    def pull(self, g: Tensor, in_shape: Shape) -> Tensor:
        del in_shape
        return _product(g, self._transposed, None)


def _product(x: Tensor, weight: Tensor, bias: Tensor | None) -> Tensor:
    rows = x.contiguous(memory_format=torch.channels_last).movedim(1, -1)
    return _op("linear_pointwise")(rows, weight, bias, *_ALONE).movedim(-1, 1)


class _Spatial(Packed):
    def __init__(self, conv: nn.Conv2d, in_shape: Shape, out_shape: Shape) -> None:
        super().__init__()
        assert not isinstance(conv.padding, str)
        self._padding = list(conv.padding)
        self._steps: list[Any] = [list(conv.stride), list(conv.dilation), conv.groups]
        self._kernel_size = conv.kernel_size
        self._bias = None if conv.bias is None else conv.bias.detach()
        weight, rest = conv.weight.detach(), self._rest(in_shape, out_shape)
        self._weight: Tensor = _op("reorder_convolution_weight")(
            weight, self._padding, *self._steps, [1, *in_shape]
        )
        self._transposed: Tensor = _op("reorder_convolution_transpose_weight")(
            weight, self._padding, rest, *self._steps, [1, *out_shape]
        )

    def forward(self, x: Tensor) -> Tensor:
        return _op("convolution_pointwise")(
            x, self._weight, self._bias, self._padding, *self._steps, *_ALONE
        )

    def pull(self, g: Tensor, in_shape: Shape) -> Tensor:
        rest = self._rest(in_shape, tuple(g.shape[1:]))
        g = g.contiguous(memory_format=torch.channels_last)
        return _op("convolution_transpose_pointwise")(
            g, self._transposed, None, self._padding, rest, *self._steps, *_ALONE
        )

    def _rest(self, in_shape: Shape, out_shape: Shape) -> list[int]:
        """Return the last rows and columns of an input that no window reaches, for its stride."""
        strides, dilations, _groups = self._steps
        return [
            size + 2 * padding - (out - 1) * stride - dilation * (kernel - 1) - 1
            for size, out, padding, stride, dilation, kernel in zip(
                in_shape[1:],
                out_shape[1:],
                self._padding,
                strides,
                dilations,
                self._kernel_size,
                strict=True,
            )
        ]


def _op(name: str) -> Callable[..., Tensor]:
    return getattr(torch.ops.mkldnn, f"_{name}")


@cache
def can_pack() -> bool:
    """Return whether this torch, on this processor, computes what ``pack`` says."""
    try:
        return all(_is_right(*geometry) for geometry in ((1, 1, 0, 1), (3, 2, 1, 2)))
    except (AttributeError, RuntimeError):
        return False


def _is_right(kernel_size: int, stride: int, padding: int, groups: int) -> bool:
    # Weights that need no random number: nobody's draws may change.
    conv = skip_init(nn.Conv2d, 4, 6, kernel_size, stride, padding, groups=groups, bias=False)
    assert isinstance(conv, nn.Conv2d)
    x = torch.linspace(-1, 1, 4 * 7 * 8).reshape(1, 4, 7, 8)
    with torch.no_grad():
        conv.weight.copy_(torch.linspace(1, -1, conv.weight.numel()).view_as(conv.weight))
        known = conv(x)
        packed = pack(conv, (4, 7, 8), tuple(known.shape[1:]))
        slope = conv2d_input(x.shape, conv.weight, known, stride, padding, groups=groups)
        found = packed(x), packed.pull(known, (4, 7, 8))
    return torch.allclose(found[0], known, atol=1e-5) and torch.allclose(found[1], slope, atol=1e-5)
