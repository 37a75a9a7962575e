"""The primitive ops: each states its output shape, parameters, MACs and receptive-field rule.

Shapes are ``(channels, height, width)`` or, after ``Flatten``, ``(features,)``; the batch is
left out. Parameters count every trainable number, batch norm included, buffers not. MACs count
the multiply-adds of convolutions and linear layers for one image, nothing else.

The arithmetic of the whole project stands here once: graph, costs, receptive field, module and
exported source are interpreters over these ops.
"""

from __future__ import annotations

from dataclasses import dataclass
from math import prod
from typing import ClassVar, final

from explorer.errors import ShapeError
from explorer.ir.op import Op, Shape, window_shape
from explorer.units import shape as show
from explorer.words import _


@final
@dataclass(frozen=True, slots=True)
class Conv2d(Op):
    """Square convolution; ``groups`` splits the channels into independent sets (cardinality).

    ``bias_init`` is the value a bias starts with; the bias of a gate decides which way is open.
    """

    in_channels: int
    out_channels: int
    kernel_size: int = 3
    stride: int = 1
    padding: int = 1
    dilation: int = 1
    groups: int = 1
    bias: bool = False
    bias_init: float = 0.0
    is_weight_layer: ClassVar[bool] = True

    @property
    def window(self) -> tuple[int, int]:
        """Return (extent, stride); dilation widens the extent."""
        return self.dilation * (self.kernel_size - 1) + 1, self.stride

    @property
    def params(self) -> int:
        """Return weights and biases."""
        weights = self.out_channels * (self.in_channels // self.groups) * self.kernel_size**2
        return weights + (self.out_channels if self.bias else 0)

    def macs(self, out_shape: Shape) -> int:
        """Return one multiply-add for each weight at each output position [MAC]."""
        return prod(out_shape) * (self.in_channels // self.groups) * self.kernel_size**2

    def out_shape(self, in_shapes: tuple[Shape, ...]) -> Shape:
        """Return ``(out_channels, height, width)``."""
        (in_shape,) = in_shapes
        if in_shape[0] != self.in_channels:
            words = _("The convolution takes {wanted} channels and gets {given}.")
            words = words.format(wanted=self.in_channels, given=in_shape[0])
            raise ShapeError(words, _("Make the widths fit."), shapes=(in_shape,))
        for channels in (self.in_channels, self.out_channels):
            if channels < 1:
                raise ShapeError(
                    _("The convolution has no channel left."),
                    _("Use a larger width or base width."),
                    shapes=(in_shape,),
                )
            if channels % self.groups:
                raise ShapeError(
                    _("{channels} channels cannot be divided into {groups} groups.").format(
                        channels=channels, groups=self.groups
                    ),
                    _("Choose a width that is a multiple of {groups}.").format(groups=self.groups),
                    shapes=(in_shape,),
                )
        extent, stride = self.window
        return (self.out_channels, *window_shape(in_shape, extent, stride, self.padding))


@final
@dataclass(frozen=True, slots=True)
class BatchNorm2d(Op):
    """Batch normalisation with a scale and a shift for each channel (Ioffe, Szegedy 2015)."""

    channels: int
    eps: float = 1e-5

    @property
    def params(self) -> int:
        """Return scale and shift of each channel."""
        return 2 * self.channels


@final
@dataclass(frozen=True, slots=True)
class ReLU(Op):
    """max(x, 0), never in place: a hook or a lesion must read the tensor it names."""


@final
@dataclass(frozen=True, slots=True)
class MaxPool2d(Op):
    """Maximum over a square window.

    ``ceil``: a window that only partly lies on the input is kept.
    """

    kernel_size: int
    stride: int
    padding: int = 0
    ceil: bool = False

    @property
    def window(self) -> tuple[int, int]:
        """Return (extent, stride)."""
        return self.kernel_size, self.stride

    def out_shape(self, in_shapes: tuple[Shape, ...]) -> Shape:
        """Return the pooled shape."""
        return _pooled(self, in_shapes)


@final
@dataclass(frozen=True, slots=True)
class AvgPool2d(Op):
    """Mean over a square window.

    ``counts_padding``: padding counts as zeros in the mean. ``ceil``: a window that only partly
    lies on the input is kept.
    """

    kernel_size: int
    stride: int
    padding: int = 0
    counts_padding: bool = True
    ceil: bool = False

    @property
    def window(self) -> tuple[int, int]:
        """Return (extent, stride)."""
        return self.kernel_size, self.stride

    def out_shape(self, in_shapes: tuple[Shape, ...]) -> Shape:
        """Return the pooled shape."""
        return _pooled(self, in_shapes)


def _pooled(op: MaxPool2d | AvgPool2d, in_shapes: tuple[Shape, ...]) -> Shape:
    (in_shape,) = in_shapes
    missing = -(in_shape[1] + 2 * op.padding - op.kernel_size) % op.stride if op.ceil else 0
    padded = (in_shape[0], *(size + missing for size in in_shape[1:]))
    return (in_shape[0], *window_shape(padded, op.kernel_size, op.stride, op.padding))


@final
@dataclass(frozen=True, slots=True)
class GlobalAvgPool(Op):
    """Mean over all positions of each channel (GAP)."""

    sees_whole_image: ClassVar[bool] = True

    def out_shape(self, in_shapes: tuple[Shape, ...]) -> Shape:
        """Return ``(channels, 1, 1)``."""
        return (in_shapes[0][0], 1, 1)


@final
@dataclass(frozen=True, slots=True)
class Flatten(Op):
    """All values of one image in one row."""

    is_view: ClassVar[bool] = True

    def out_shape(self, in_shapes: tuple[Shape, ...]) -> Shape:
        """Return ``(features,)``."""
        return (prod(in_shapes[0]),)


@final
@dataclass(frozen=True, slots=True)
class Linear(Op):
    """Fully connected layer."""

    in_features: int
    out_features: int
    bias: bool = True
    is_weight_layer: ClassVar[bool] = True

    @property
    def params(self) -> int:
        """Return weights and biases."""
        return self.in_features * self.out_features + (self.out_features if self.bias else 0)

    def macs(self, out_shape: Shape) -> int:
        """Return one multiply-add for each weight [MAC]."""
        return self.in_features * self.out_features

    def out_shape(self, in_shapes: tuple[Shape, ...]) -> Shape:
        """Return ``(out_features,)``."""
        (in_shape,) = in_shapes
        if in_shape != (self.in_features,):
            words = _("The linear layer takes {wanted} features and gets {given}.")
            words = words.format(wanted=self.in_features, given=show(in_shape))
            raise ShapeError(words, _("Make the widths fit."), shapes=(in_shape,))
        return (self.out_features,)


@final
@dataclass(frozen=True, slots=True)
class Add(Op):
    """Sum of tensors of one shape: where a branch meets its shortcut."""

    def out_shape(self, in_shapes: tuple[Shape, ...]) -> Shape:
        """Return the common shape."""
        first = in_shapes[0]
        for other in in_shapes[1:]:
            if other != first:
                raise ShapeError(
                    _("The branch gives {branch}, the shortcut brings {shortcut}.").format(
                        branch=show(first), shortcut=show(other)
                    ),
                    _("Use a projection or padding where the shape changes."),
                    shapes=in_shapes,
                )
        return first


@final
@dataclass(frozen=True, slots=True)
class Concat(Op):
    """Channels of several tensors one after the other."""

    def out_shape(self, in_shapes: tuple[Shape, ...]) -> Shape:
        """Return the shape with the channels added up."""
        sizes = {in_shape[1:] for in_shape in in_shapes}
        if len(sizes) > 1:
            words = _("Tensors of different sizes cannot be joined.")
            raise ShapeError(words, _("Give all branches the same stride."), shapes=in_shapes)
        return (sum(in_shape[0] for in_shape in in_shapes), *in_shapes[0][1:])


@final
@dataclass(frozen=True, slots=True)
class Slice(Op):
    """Channels ``start`` to ``stop`` (exclusive): one lane of a Res2Net split."""

    start: int
    stop: int
    is_view: ClassVar[bool] = True

    def out_shape(self, in_shapes: tuple[Shape, ...]) -> Shape:
        """Return ``(stop - start, height, width)``."""
        channels = in_shapes[0][0]
        if not 0 <= self.start < self.stop <= channels:
            raise ShapeError(
                _("There are {channels} channels where this block needs {least} or more.").format(
                    channels=channels, least=max(self.start + 1, self.stop)
                ),
                _("Make it like the other blocks of its stage, or change its width."),
                shapes=in_shapes,
            )
        return (self.stop - self.start, *in_shapes[0][1:])


@final
@dataclass(frozen=True, slots=True)
class PadChannels(Op):
    """Every ``stride``-th position, with zero channels appended: shortcut option A (He 2015)."""

    in_channels: int
    out_channels: int
    stride: int = 1

    @property
    def window(self) -> tuple[int, int]:
        """Return (1, stride): it reads one position in ``stride``."""
        return 1, self.stride

    def out_shape(self, in_shapes: tuple[Shape, ...]) -> Shape:
        """Return ``(out_channels, height, width)``."""
        (in_shape,) = in_shapes
        if self.out_channels < in_shape[0]:
            raise ShapeError(
                _("Zero padding cannot go from {before} to {after} channels.").format(
                    before=in_shape[0], after=self.out_channels
                ),
                _("Use a projection (option B), or a width that does not shrink."),
                shapes=(in_shape,),
            )
        return (self.out_channels, *window_shape(in_shape, 1, self.stride, 0))


@final
@dataclass(frozen=True, slots=True)
class Dropout(Op):
    """Zeroes each value with probability ``p`` in training."""

    p: float


@final
@dataclass(frozen=True, slots=True)
class Sigmoid(Op):
    """1 / (1 + exp(-x)): how far a gate is open."""


@final
@dataclass(frozen=True, slots=True)
class Multiply(Op):
    """A signal times a gate: of its own shape, or one value for each channel (SE)."""

    is_gated: ClassVar[bool] = True

    def out_shape(self, in_shapes: tuple[Shape, ...]) -> Shape:
        """Return the shape of the signal."""
        signal, gate = in_shapes
        if gate not in {signal, (signal[0], 1, 1)}:
            raise ShapeError(
                _("The signal is {signal}, its gate {gate}.").format(
                    signal=show(signal), gate=show(gate)
                ),
                _("A gate has the channels of its signal."),
                shapes=in_shapes,
            )
        return signal


@final
@dataclass(frozen=True, slots=True)
class Complement(Op):
    """1 - x: what a gate leaves to the other way."""


@final
@dataclass(frozen=True, slots=True)
class Scale(Op):
    """A constant times x."""

    factor: float


@final
@dataclass(frozen=True, slots=True)
class DropPath(Op):
    """Keeps a branch with probability ``survival`` in training, all images of a batch together.

    In evaluation the branch counts ``survival`` times (stochastic depth, Huang et al. 2016).
    """

    survival: float


@final
@dataclass(frozen=True, slots=True)
class Upsample(Op):
    """Bilinear interpolation of a map to ``size`` by ``size`` positions, corners not aligned.

    Each value is a mean of at most 2 x 2 neighbours; by convention that costs no MAC.
    """

    size: int
    fills_image: ClassVar[bool] = True

    @property
    def window(self) -> tuple[int, int]:
        """Return (2, 1): it reads two neighbours along each side."""
        return 2, 1

    def out_shape(self, in_shapes: tuple[Shape, ...]) -> Shape:
        """Return ``(channels, size, size)``."""
        return (in_shapes[0][0], self.size, self.size)


ALL_OPS: tuple[type[Op], ...] = (
    Conv2d,
    BatchNorm2d,
    ReLU,
    MaxPool2d,
    AvgPool2d,
    GlobalAvgPool,
    Flatten,
    Linear,
    Add,
    Concat,
    Slice,
    PadChannels,
    Dropout,
    Sigmoid,
    Multiply,
    Complement,
    Scale,
    DropPath,
    Upsample,
)
"""The whole vocabulary; a test asks every interpreter to know each of them."""
