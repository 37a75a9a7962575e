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
from explorer.words import _, listed, plural


class Words(NamedTuple):
    """An op in words.

    Attributes:
        short: Label in a box, such as ``3×3``.
        detail: Second line in a box, such as the channels; may be empty.
        full: One line for tables in the reader's language, such as
            ``3×3 convolution, 32 groups, stride 2``.
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
            return Words("BN", "", _("batch normalisation"))
        case ReLU():
            return Words("ReLU", "", "ReLU")
        case MaxPool2d():
            return Words("max", "pool", _pool(_("{kernel} max-pool"), op))
        case AvgPool2d():
            return Words("avg", "pool", _pool(_("{kernel} average pool"), op))
        case GlobalAvgPool():
            return Words("GAP", "", _("global average pool"))
        case Flatten():
            return Words("flat", "", _("flatten"))
        case Linear():
            return Words("fc", str(op.out_features), _("fully connected layer"))
        case Add():
            return Words("+", "", _("addition"))
        case Concat():
            return Words("concat", "", _("concatenation of channels"))
        case Slice():
            return Words("split", "", _channels(op))
        case PadChannels():
            return Words("pad", "", listed((_("zero channels appended"), _stride(op.stride))))
        case Sigmoid():
            return Words("σ", "", _("sigmoid"))
        case Multiply():
            return Words("×", "", _("multiplication with a gate"))
        case Complement():
            return Words("1−", "", _("one minus the gate"))
        case Scale():
            factor = f"{op.factor:g}"
            return Words(f"{factor}×", "", _("multiplication with {n}").format(n=factor))
        case DropPath():
            p = f"{op.survival:g}"
            return Words("keep", p, _("branch kept with probability {p}").format(p=p))
        case Upsample():
            return Words("up", f"{op.size}²", _enlarged(op))
        case Dropout():
            p = f"{op.p:g}"
            return Words("drop", p, _("dropout {p}").format(p=p))
        case _:
            raise AssertionError(f"no words for {type(op).__name__}")


def _square(side: int) -> str:
    return f"{side}×{side}"


def _stride(stride: int) -> str:
    return _("stride {n}").format(n=stride) if stride > 1 else ""


def _pool(words: str, op: MaxPool2d | AvgPool2d) -> str:
    return listed((words.format(kernel=_square(op.kernel_size)), _stride(op.stride)))


def _channels(op: Slice) -> str:
    return _("channels {first} to {last}").format(first=op.start, last=op.stop - 1)


def _enlarged(op: Upsample) -> str:
    return _("bilinear upsampling to {size}").format(size=_square(op.size))


def _conv(op: Conv2d) -> Words:
    kernel = _square(op.kernel_size)
    facts = (
        _("{kernel} convolution").format(kernel=kernel),
        plural("{n} group", "{n} groups", op.groups) if op.groups > 1 else "",
        _stride(op.stride),
        _("dilation {n}").format(n=op.dilation) if op.dilation > 1 else "",
    )
    return Words(kernel, str(op.out_channels), listed(facts))
