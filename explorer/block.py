"""What a block family is: parameters with a form, and a method that lists its ops.

To add a family, write ``explorer/blocks/<name>.py`` with one class derived from ``BlockParams``
and name it in the union in ``explorer/blocks/__init__.py``. Form, graph, costs, paths, module,
figure and export follow.
"""

from __future__ import annotations

from abc import ABC, abstractmethod
from dataclasses import dataclass
from typing import TYPE_CHECKING, Annotated, Any, ClassVar, Literal

from pydantic import BaseModel, ConfigDict, Field, SerializerFunctionWrapHandler, model_serializer

from explorer.ir.ops import BatchNorm2d, Conv2d, PadChannels, ReLU

if TYPE_CHECKING:
    from explorer.ir.graph import GraphBuilder, Value

RELU = ReLU()

Shortcut = Annotated[
    Literal["identity", "A", "B", "C"],
    Field(
        title="Shortcut",
        description="Identity: x itself, only where shapes agree. A: x with zero channels "
        "appended. B: a 1×1 projection where the shape changes. C: a projection everywhere.",
    ),
]
StrideOn = Annotated[
    Literal["1x1", "3x3"],
    Field(
        title="Stride in",
        description="The layer that halves the resolution: the first 1×1 (He et al. 2015) or "
        "the 3×3 (torchvision and most later code; 0.2 G more MACs in ResNet-50).",
    ),
]
Groups = Annotated[
    int,
    Field(
        ge=1,
        le=1024,
        title="Cardinality",
        description="Number of parallel groups in the 3×3 convolution (ResNeXt).",
    ),
]
BaseWidth = Annotated[
    int,
    Field(
        ge=1,
        le=1024,
        title="Base width",
        description="Channels of the 3×3 (of one group, of one split) for each 64 of the stage's "
        "width.",
    ),
]


@dataclass(frozen=True, slots=True)
class Place:
    """Where a block stands.

    Attributes:
        width: Width of the stage [channels].
        stride: Stride of this block; 1 except in the first block of a stage.
        is_first: Whether it is the first block of its stage.
        is_first_in_network: Whether it is the first block of all.
    """

    width: int
    stride: int
    is_first: bool
    is_first_in_network: bool


class BlockParams(BaseModel, ABC):
    """Parameters of one block family; frozen, hashable, JSON.

    Class attributes:
        title: The family in words.
        reference: Paper and year.
        formula: The unit as an equation.
        activates_before: Whether the unit ends with an addition, so that the network needs a
            last normalisation and activation.
    """

    model_config = ConfigDict(frozen=True, extra="forbid")
    title: ClassVar[str]
    reference: ClassVar[str]
    formula: ClassVar[str]
    activates_before: ClassVar[bool] = False

    @property
    @abstractmethod
    def num_layers(self) -> int:
        """Return the weight layers in series, as the papers count depth."""

    @abstractmethod
    def out_channels(self, width: int) -> int:
        """Return the channels of the block's output for a stage of this width."""

    @abstractmethod
    def lower(self, b: GraphBuilder, x: Value, place: Place) -> Value:
        """List the ops of one block and return its output.

        Raises:
            ShapeError: The branch and the shortcut do not fit.
        """

    @model_serializer(mode="wrap")
    def _keep_kind(self, handler: SerializerFunctionWrapHandler) -> dict[str, Any]:
        """Keep the discriminator when defaults are left out."""
        return {"kind": getattr(self, "kind"), **handler(self)}  # noqa: B009 - set by subclasses


def conv1x1(in_channels: int, out_channels: int, stride: int = 1) -> Conv2d:
    """Return a 1x1 convolution without bias."""
    return Conv2d(in_channels, out_channels, kernel_size=1, stride=stride, padding=0)


def conv_bn_relu(b: GraphBuilder, x: Value, index: int, conv: Conv2d) -> Value:
    """Add ``conv{index}``, ``bn{index}`` and ``relu{index}``."""
    out = b.add(f"conv{index}", conv, x)
    out = b.add(f"bn{index}", BatchNorm2d(conv.out_channels), out)
    return b.add(f"relu{index}", RELU, out)


def add_shortcut(
    b: GraphBuilder, x: Value, branch: Value, option: Shortcut, stride: int, *, norm: bool = True
) -> Value:
    """Add the shortcut of one option (He et al. 2015, section 3.3) and the addition.

    Args:
        b: The graph so far.
        x: What the shortcut carries.
        branch: The output of F(x).
        option: identity, A, B or C.
        stride: Stride of the block.
        norm: Whether batch norm follows a projection (v1) or not (v2).

    Raises:
        ShapeError: The two ends do not fit.
    """
    in_channels, out_channels = x.shape[0], branch.shape[0]
    changes = stride != 1 or in_channels != out_channels
    if option == "C" or (option == "B" and changes):
        projection = conv1x1(in_channels, out_channels, stride)
        x = b.add("downsample.0", projection, x, on_shortcut=True)
        if norm:
            x = b.add("downsample.1", BatchNorm2d(out_channels), x, on_shortcut=True)
    elif option == "A" and changes:
        x = b.add("pad", PadChannels(in_channels, out_channels, stride), x, on_shortcut=True)
    return b.add_shortcut(branch, x)
