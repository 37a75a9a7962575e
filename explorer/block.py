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

from explorer.ir.ops import (
    AvgPool2d,
    BatchNorm2d,
    Conv2d,
    DropPath,
    GlobalAvgPool,
    Multiply,
    PadChannels,
    ReLU,
    Sigmoid,
)

if TYPE_CHECKING:
    from explorer.ir.graph import GraphBuilder, Value

RELU = ReLU()

Shortcut = Annotated[
    Literal["identity", "A", "B", "C", "D"],
    Field(
        title="Shortcut",
        description="Identity: x itself, only where shapes agree. A: x with zero channels "
        "appended. B: a 1×1 projection where the shape changes. C: a projection everywhere. "
        "D: as B, with an average pool before it, so that the projection reads every position.",
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
Dilation = Annotated[
    int,
    Field(
        ge=1,
        le=32,
        title="Dilation",
        description="Distance of the positions that a 3×3 reads; 2 and more see farther without "
        "another parameter.",
    ),
]
Closing = Literal["none", "relu", "norm_relu"]
"""What follows the last block: nothing, ReLU, or BN and ReLU."""
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
        index: Position in its stage, from 0.
        depth: Blocks in its stage.
        position: Position in the network, from 0.
        num_blocks: Blocks in the network.
        stage: Position of its stage, from 0.
    """

    width: int
    stride: int
    is_first: bool
    is_first_in_network: bool
    index: int = 0
    depth: int = 1
    position: int = 0
    num_blocks: int = 1
    stage: int = 0

    @property
    def is_last(self) -> bool:
        """Return whether it is the last block of its stage."""
        return self.index == self.depth - 1


class BlockParams(BaseModel, ABC):
    """Parameters of one block family; frozen, hashable, JSON.

    Class attributes:
        title: The family in words.
        reference: Paper and year.
        formula: The unit as an equation.
        activates_before: Whether the unit ends with an addition, so that the network needs a
            last normalisation and activation.
        norm_eps: Added to the variance in stem and head, as the family has it in its blocks.
    """

    model_config = ConfigDict(frozen=True, extra="forbid")
    title: ClassVar[str]
    reference: ClassVar[str]
    formula: ClassVar[str]
    activates_before: ClassVar[bool] = False
    norm_eps: ClassVar[float] = 1e-5

    @property
    def closing(self) -> Closing:
        """Return what the network needs after its last block."""
        return "norm_relu" if self.activates_before else "none"

    @property
    def varies(self) -> bool:
        """Return whether equal blocks after the second of a stage may still differ."""
        return False

    @property
    @abstractmethod
    def num_layers(self) -> int:
        """Return the weight layers in series, as the papers count depth."""

    def layers_at(self, place: Place) -> int:
        """Return the weight layers in series of the block at one place."""
        return self.num_layers

    @abstractmethod
    def out_channels(self, width: int) -> int | None:
        """Return the channels of the block's output for a stage of this width.

        None where they depend on what the block reads.
        """

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


class ResidualParams(BlockParams, ABC):
    """What every residual family can have on its branch, just before the addition."""

    se: Annotated[
        int,
        Field(
            ge=0,
            le=64,
            title="SE reduction",
            description="Squeeze-and-excitation before the addition: a gate for each channel "
            "through this many times fewer channels (16 in the paper); 0 is none.",
        ),
    ] = 0
    se_multiple: Annotated[
        Literal[1, 8],
        Field(
            title="SE width",
            description="Round the gate's inner width to a multiple of this: 1 in the paper, 8 "
            "in timm's small networks.",
        ),
    ] = 1
    survival: Annotated[
        float,
        Field(
            ge=0.05,
            le=1,
            multiple_of=0.05,
            title="Survival",
            description="Stochastic depth: the last block's branch is there with this "
            "probability in training, earlier ones more often, falling linearly. 1 is off.",
        ),
    ] = 1.0

    @property
    def varies(self) -> bool:
        """Return whether the survival differs from block to block."""
        return self.survival < 1

    def weighted(self, b: GraphBuilder, branch: Value, place: Place) -> Value:
        """Add the SE gate and the drop-path to the end of a branch."""
        if self.se:
            branch = _squeeze_and_excite(b, branch, self.se, self.se_multiple)
        if self.survival < 1:
            share = (place.position + 1) / place.num_blocks
            branch = b.add("drop_path", DropPath(1 - share * (1 - self.survival)), branch)
        return branch


def _squeeze_and_excite(b: GraphBuilder, x: Value, reduction: int, multiple: int) -> Value:
    """Add s = sigmoid(W2 ReLU(W1 GAP(x))) and x * s (Hu et al. 2018)."""
    channels = x.shape[0]
    inner = max(1, channels // reduction)
    if multiple > 1:
        inner = max(multiple, (inner + multiple // 2) // multiple * multiple)
    gate = b.add("se.pool", GlobalAvgPool(), x)
    gate = b.add("se.fc1", conv1x1(channels, inner, bias=True), gate)
    gate = b.add("se.act", RELU, gate)
    gate = b.add("se.fc2", conv1x1(inner, channels, bias=True), gate)
    gate = b.add("se.gate", Sigmoid(), gate)
    return b.add("se.scale", Multiply(), x, gate)


def conv3x3(
    in_channels: int, out_channels: int, stride: int = 1, *, groups: int = 1, dilation: int = 1
) -> Conv2d:
    """Return a 3x3 convolution that keeps the size, or divides it by the stride."""
    return Conv2d(
        in_channels,
        out_channels,
        stride=stride,
        padding=dilation,
        groups=groups,
        dilation=dilation,
    )


def conv1x1(in_channels: int, out_channels: int, stride: int = 1, *, bias: bool = False) -> Conv2d:
    """Return a 1x1 convolution."""
    return Conv2d(in_channels, out_channels, kernel_size=1, stride=stride, padding=0, bias=bias)


def conv_bn_relu(b: GraphBuilder, x: Value, index: int, conv: Conv2d) -> Value:
    """Add ``conv{index}``, ``bn{index}`` and ``relu{index}``."""
    out = b.add(f"conv{index}", conv, x)
    out = b.add(f"bn{index}", BatchNorm2d(conv.out_channels), out)
    return b.add(f"relu{index}", RELU, out)


def add_shortcut(
    b: GraphBuilder, x: Value, branch: Value, option: Shortcut, stride: int, *, norm: bool = True
) -> Value:
    """Add the shortcut of one option and the addition; see ``project``.

    Raises:
        ShapeError: The two ends do not fit.
    """
    return b.add_shortcut(branch, project(b, x, branch, option, stride, norm=norm))


def project(
    b: GraphBuilder, x: Value, branch: Value, option: Shortcut, stride: int, *, norm: bool = True
) -> Value:
    """Add what one option puts on the shortcut.

    A and B are those of He et al. 2015, section 3.3, C that of section 4.1 and Table 3; D is that
    of He et al. 2018 (ResNet-D) and of Res2Net v1b.

    Args:
        b: The graph so far.
        x: What the shortcut carries.
        branch: The output of F(x).
        option: identity, A, B, C or D.
        stride: Stride of the block.
        norm: Whether batch norm follows a projection (v1) or not (v2).

    Returns:
        What goes into the addition; x itself for an identity.
    """
    in_channels, out_channels = x.shape[0], branch.shape[0]
    changes = stride != 1 or in_channels != out_channels
    if option == "C" or (option in {"B", "D"} and changes):
        first = 0
        if option == "D":
            # Index 0 is the pool's even where the stride is 1 and there is nothing to pool.
            first = 1
            if stride > 1:
                pool = AvgPool2d(stride, stride, counts_padding=False, ceil=True)
                x = b.add("downsample.0", pool, x, on_shortcut=True)
                stride = 1
        projection = conv1x1(in_channels, out_channels, stride)
        x = b.add(f"downsample.{first}", projection, x, on_shortcut=True)
        if norm:
            norm_op = BatchNorm2d(out_channels)
            x = b.add(f"downsample.{first + 1}", norm_op, x, on_shortcut=True)
    elif option == "A" and changes:
        x = b.add("pad", PadChannels(in_channels, out_channels, stride), x, on_shortcut=True)
    return x
