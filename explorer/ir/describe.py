"""Each op in a few words, for pictures and tables."""

from __future__ import annotations

from typing import NamedTuple

from explorer.ir.ops import (
    Add,
    AvgPool2d,
    BatchNorm2d,
    Complement,
    Concat,
    Conv2d,
    Dropout,
    DropPath,
    Flatten,
    GlobalAvgPool,
    Linear,
    MaxPool2d,
    Multiply,
    Op,
    PadChannels,
    ReLU,
    Scale,
    Sigmoid,
    Slice,
    Upsample,
)


class Words(NamedTuple):
    """An op in words.

    Attributes:
        short: Label in a box, such as ``3×3``.
        detail: Second line in a box, such as the channels; may be empty.
        full: One line for tables, such as ``3×3 convolution, 32 groups, stride 2``.
    """

    short: str
    detail: str
    full: str


def describe(op: Op) -> Words:  # noqa: C901, PLR0911, PLR0912 - one line for each op
    """Return an op in words."""
    match op:
        case Conv2d():
            return _conv(op)
        case BatchNorm2d():
            return Words("BN", "", "batch normalisation")
        case ReLU():
            return Words("ReLU", "", "ReLU")
        case MaxPool2d():
            return Words("max", "pool", f"{_square(op.kernel_size)} max-pool, stride {op.stride}")
        case AvgPool2d():
            return Words("avg", "pool", f"{_square(op.kernel_size)} average pool{_stride(op)}")
        case GlobalAvgPool():
            return Words("GAP", "", "global average pool")
        case Flatten():
            return Words("flat", "", "flatten")
        case Linear():
            return Words("fc", str(op.out_features), "fully connected layer")
        case Add():
            return Words("+", "", "addition")
        case Concat():
            return Words("concat", "", "concatenation of channels")
        case Slice():
            return Words("split", "", f"channels {op.start} to {op.stop - 1}")
        case PadChannels():
            return Words("pad", "", f"zero channels appended{_stride(op)}")
        case Sigmoid():
            return Words("σ", "", "sigmoid")
        case Multiply():
            return Words("×", "", "multiplication with a gate")
        case Complement():
            return Words("1−", "", "one minus the gate")
        case Scale():
            return Words(f"{op.factor:g}×", "", f"multiplication with {op.factor:g}")
        case DropPath():
            return Words(
                "keep", f"{op.survival:g}", f"branch kept with probability {op.survival:g}"
            )
        case Upsample():
            return Words("up", f"{op.size}²", f"bilinear upsampling to {_square(op.size)}")
        case Dropout():
            return Words("drop", f"{op.p:g}", f"dropout {op.p:g}")
        case _:
            raise AssertionError(f"no words for {type(op).__name__}")


def _square(side: int) -> str:
    return f"{side}×{side}"


def _stride(op: AvgPool2d | PadChannels | Conv2d) -> str:
    return f", stride {op.stride}" if op.stride > 1 else ""


def _conv(op: Conv2d) -> Words:
    kernel = _square(op.kernel_size)
    groups = f", {op.groups} groups" if op.groups > 1 else ""
    dilation = f", dilation {op.dilation}" if op.dilation > 1 else ""
    full = f"{kernel} convolution{groups}{_stride(op)}{dilation}"
    return Words(kernel, str(op.out_channels), full)
