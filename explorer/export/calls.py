"""Each op as PyTorch source: what a block constructs, and what its ``forward`` calls.

Fields of an op are written through ``Write``, because a field may be a number in one class and
an argument in another.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING, NamedTuple

from explorer.ir import ops

if TYPE_CHECKING:
    from collections.abc import Sequence

    from explorer.ir.graph import Node
    from explorer.ir.ops import Op

Write = Callable[[str], str]
"""From the name of an op's field to the text that stands for its value."""

DROP_PATH = '''\
def drop_path(x: Tensor, survival: float, *, training: bool) -> Tensor:
    """Keep the branch with this probability in training; weight it so in evaluation."""
    if not training:
        return x * survival
    return x * (torch.rand((), device=x.device) < survival)
'''


class Made(NamedTuple):
    """A module that a block constructs.

    Attributes:
        text: The constructor call.
        bias_init: What its bias starts with, or empty.
    """

    text: str
    bias_init: str = ""


def constructor(op: Op, write: Write) -> Made | None:
    """Return the module of an op that has a state, or None."""
    match op:
        case ops.Conv2d():
            return Made(_conv(op, write), write("bias_init") if op.bias else "")
        case ops.BatchNorm2d():
            eps = "" if write("eps") == "1e-05" else f", eps={write('eps')}"
            return Made(f"nn.BatchNorm2d({write('channels')}{eps})")
        case ops.Linear():
            bias = "" if op.bias else ", bias=False"
            return Made(f"nn.Linear({write('in_features')}, {write('out_features')}{bias})")
        case _:
            return None


def _conv(op: ops.Conv2d, write: Write) -> str:
    parts = [write("in_channels"), write("out_channels"), write("kernel_size")]
    defaults = {"stride": "1", "padding": "0", "dilation": "1", "groups": "1"}
    written = {name: write(name) for name in defaults}
    parts += [f"{name}={text}" for name, text in written.items() if text != defaults[name]]
    if not op.bias:
        parts.append("bias=False")
    return f"nn.Conv2d({', '.join(parts)})"


def call(op: Op, module: str, xs: list[str], write: Write) -> str:  # noqa: C901, PLR0911, PLR0912 - one line for each op
    """Return the expression that applies an op.

    Args:
        op: The op.
        module: Where its module stands, such as ``self.conv1``, for an op that has one.
        xs: The inputs as expressions.
        write: Writes a field.
    """
    x = xs[0]
    match op:
        case ops.Conv2d() | ops.BatchNorm2d() | ops.Linear():
            return f"{module}({x})"
        case ops.ReLU():
            return f"F.relu({x})"
        case ops.MaxPool2d():
            options = ", ceil_mode=True" * op.ceil
            return f"F.max_pool2d({x}, {_window(write)}{options})"
        case ops.AvgPool2d():
            options = ", ceil_mode=True" * op.ceil
            options += ", count_include_pad=False" * (not op.counts_padding)
            return f"F.avg_pool2d({x}, {_window(write)}{options})"
        case ops.GlobalAvgPool():
            return f"F.adaptive_avg_pool2d({x}, 1)"
        case ops.Flatten():
            return f"torch.flatten({x}, 1)"
        case ops.Add():
            return " + ".join(xs)
        case ops.Concat():
            return f"torch.cat([{', '.join(xs)}], dim=1)"
        case ops.Slice():
            return f"{x}[:, {write('start')} : {write('stop')}]"
        case ops.PadChannels():
            extra = f"{write('out_channels')} - {write('in_channels')}"
            step = write("stride")
            return f"F.pad({x}[:, :, ::{step}, ::{step}], (0, 0, 0, 0, 0, {extra}))"
        case ops.Sigmoid():
            return f"torch.sigmoid({x})"
        case ops.Multiply():
            return " * ".join(xs)
        case ops.Complement():
            return f"1 - {x}"
        case ops.Scale():
            return f"{write('factor')} * {x}"
        case ops.DropPath():
            return f"drop_path({x}, {write('survival')}, training=self.training)"
        case ops.Upsample():
            size = write("size")
            return f"F.interpolate({x}, {size}, mode='bilinear', align_corners=False)"
        case ops.Dropout():
            return f"F.dropout({x}, {write('p')}, training=self.training)"
        case _:
            raise AssertionError(f"no source for {type(op).__name__}")


def is_infix(op: Op) -> bool:
    """Return whether the call of an op is an operator, which needs brackets inside another."""
    return isinstance(op, ops.Add | ops.Multiply | ops.Complement | ops.Scale)


def equal_split(nodes: Sequence[Node], index: int) -> int:
    """Return how many slices from ``index`` on divide one value equally; 0 if they do not."""
    source = nodes[index].inputs
    found: list[ops.Slice] = []
    for node in nodes[index:]:
        if not isinstance(node.op, ops.Slice) or node.inputs != source:
            break
        found.append(node.op)
    bounds = [(op.start, op.stop) for op in found]
    width = nodes[index].in_shapes[0][0] // max(1, len(found))
    equal = [(i * width, (i + 1) * width) for i in range(len(found))]
    whole = width * len(found) == nodes[index].in_shapes[0][0]
    return len(found) if len(found) > 1 and whole and bounds == equal else 0


def _window(write: Write) -> str:
    padding = write("padding")
    text = f"{write('kernel_size')}, {write('stride')}"
    return text if padding == "0" else f"{text}, {padding}"
