"""What a primitive op is; the ops themselves stand in ``explorer.ir.ops``."""

from __future__ import annotations

from dataclasses import dataclass
from typing import ClassVar

from explorer.errors import ShapeError
from explorer.units import shape as show
from explorer.words import _

Shape = tuple[int, ...]


@dataclass(frozen=True, slots=True)
class Op:
    """Base of the primitive ops.

    Attributes:
        is_weight_layer: Whether the papers count it as a layer (convolution or linear).
        is_view: Whether its output shares memory with its input, so that it costs no activation.
        sees_whole_image: Whether one output value depends on every position of its input.
        fills_image: Whether its output has one value for each pixel of the image again.
        is_gated: Whether only the first input carries the signal and the others weight it, so
            that paths and receptive fields follow the first alone.
    """

    is_weight_layer: ClassVar[bool] = False
    is_view: ClassVar[bool] = False
    sees_whole_image: ClassVar[bool] = False
    fills_image: ClassVar[bool] = False
    is_gated: ClassVar[bool] = False

    @property
    def window(self) -> tuple[int, int]:
        """Return (extent, stride) of the window over the input [px of the input]."""
        return 1, 1

    @property
    def params(self) -> int:
        """Return the number of trainable parameters."""
        return 0

    def macs(self, out_shape: Shape) -> int:
        """Return the multiply-adds for one image [MAC]."""
        return 0

    def out_shape(self, in_shapes: tuple[Shape, ...]) -> Shape:
        """Return the output shape.

        Raises:
            ShapeError: The inputs do not fit.
        """
        return in_shapes[0]


def _slide(size: int, extent: int, stride: int, padding: int) -> int:
    """Return the number of window positions along one side."""
    return (size + 2 * padding - extent) // stride + 1


def window_shape(in_shape: Shape, extent: int, stride: int, padding: int) -> tuple[int, int]:
    """Return height and width after a window has slid over a feature map [px].

    Raises:
        ShapeError: The window is larger than the padded map.
    """
    height, width = (_slide(size, extent, stride, padding) for size in in_shape[1:])
    if height < 1 or width < 1:
        raise ShapeError(
            _("A window of {extent} px does not fit into {shape}.").format(
                extent=extent, shape=show(in_shape)
            ),
            _("Use a larger image or fewer strides."),
            shapes=(in_shape,),
        )
    return height, width
