"""The network specification: a frozen, hashable, JSON-ready value.

Depth and widths are bounded here so generously that every published network fits; what a
machine can carry is bounded in ``explorer.spec.limits``, before anything is built.
"""

from __future__ import annotations

import hashlib
import json
from typing import Annotated, Any, ClassVar, Literal, Self

from pydantic import BaseModel, ConfigDict, Field, model_validator

from explorer.blocks import AnyBlock
from explorer.blocks.basic import Basic
from explorer.words import _

MIN_IMAGE_SIZE, MAX_IMAGE_SIZE = 8, 1024
MAX_DEPTH, MAX_WIDTH = 1000, 8192


class _Part(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid")


class StemSpec(_Part):
    """What stands before the first stage: a convolution, and perhaps a pool."""

    width: Annotated[
        int, Field(ge=1, le=4096, title="Width", description="Channels of the first convolution.")
    ] = 64
    kernel_size: Annotated[
        Literal[3, 5, 7], Field(title="Kernel", description="Side of the first convolution [px].")
    ] = 7
    stride: Annotated[
        Literal[1, 2], Field(title="Stride", description="2 halves the resolution at once.")
    ] = 2
    pool: Annotated[
        bool, Field(title="Max-pool", description="A 3×3 max-pool with stride 2 after it.")
    ] = True
    activation: Annotated[
        bool,
        Field(
            title="BN and ReLU",
            description="Directly after the convolution; most pre-activation networks leave "
            "them to the first unit.",
        ),
    ] = True
    deep: Annotated[
        bool,
        Field(
            title="Deep",
            description="Three 3×3 convolutions in place of one, the first two half as wide.",
        ),
    ] = False
    ceil_pool: Annotated[
        bool,
        Field(
            title="Caffe's pool",
            description="The max-pool has no padding and keeps a last window that only partly "
            "lies on the map, as in networks that come from Caffe.",
        ),
    ] = False


class BlockOverride(_Part):
    """One block of a stage that is not like the others.

    Attributes:
        at: Position in the stage, from 0.
        block: What stands there.
        width: Width there [channels]; None is the stage's.
    """

    at: Annotated[int, Field(ge=0, lt=MAX_DEPTH)]
    block: AnyBlock
    width: Annotated[int | None, Field(ge=1, le=MAX_WIDTH)] = None


class StageSpec(_Part):
    """Blocks at one resolution, all of one kind except those that are overridden.

    Attributes:
        overrides: The blocks that are not like the others, in order.
    """

    depth: Annotated[
        int, Field(ge=1, le=MAX_DEPTH, title="Blocks", description="Number of blocks in the stage.")
    ] = 2
    width: Annotated[
        int,
        Field(
            ge=1,
            le=MAX_WIDTH,
            title="Width",
            description="Channels that the stage is named after; a bottleneck gives four times "
            "as many.",
        ),
    ] = 64
    stride: Annotated[
        Literal[1, 2], Field(title="Stride", description="Of the first block; 2 halves the size.")
    ] = 1
    block: AnyBlock = Basic()
    overrides: tuple[BlockOverride, ...] = ()

    @model_validator(mode="after")
    def _check_overrides(self) -> Self:
        positions = [override.at for override in self.overrides]
        if positions != sorted(set(positions)):
            raise ValueError(_("the overridden blocks must be in order, each once"))
        if positions and positions[-1] >= self.depth:
            raise ValueError(_("an overridden block lies behind the last block of the stage"))
        return self

    def override_at(self, index: int) -> BlockOverride | None:
        """Return what is special about one block, or None."""
        return next((o for o in self.overrides if o.at == index), None)

    def block_at(self, index: int) -> AnyBlock:
        """Return the parameters of one block."""
        override = self.override_at(index)
        return self.block if override is None else override.block

    @property
    def kinds(self) -> tuple[str, ...]:
        """Return the block families in the stage, its own first."""
        return tuple(dict.fromkeys([self.block.kind, *(o.block.kind for o in self.overrides)]))


class HeadSpec(_Part):
    """What stands after the last stage: a classifier of the image or of its positions.

    Attributes:
        width: Channels between the two convolutions of a head that segments.
        dilation: Of both.
        upsample: Whether the scores are enlarged to the size of the image.
    """

    SEGMENTS_ONLY: ClassVar[tuple[str, ...]] = ("width", "dilation", "upsample")

    kind: Annotated[
        Literal["classify", "segment"],
        Field(
            title="Head",
            description="Classify: global average pool and a linear layer. Segment: two dilated "
            "3×3 give scores at every position of the last map.",
        ),
    ] = "classify"
    num_classes: Annotated[
        int, Field(ge=1, le=100_000, title="Classes", description="Outputs of the classifier.")
    ] = 1000
    width: Annotated[
        int,
        Field(
            ge=1,
            le=MAX_WIDTH,
            title="Width of the head",
            description="Channels between the two 3×3 of a head that segments.",
        ),
    ] = 512
    dilation: Annotated[
        int,
        Field(
            ge=1,
            le=32,
            title="Dilation of the head",
            description="Distance of the positions that both 3×3 read. The paper has 12; on a map "
            "of 16 positions a side, 2 to 4 do not read mostly padding.",
        ),
    ] = 12
    upsample: Annotated[
        bool,
        Field(
            title="Scores for every pixel",
            description="Enlarges the scores to the size of the image, bilinearly.",
        ),
    ] = False


class NetworkSpec(_Part):
    """A whole network.

    Attributes:
        image_size: Side of the square input [px] that costs are stated for.
        in_channels: Channels of the input, 3 for RGB.
        stem: What stands before the stages.
        stages: The stages in order.
        head: The classifier.
        width_multiplier: k of a wide residual network: multiplies the width of every stage, not
            the stem (Zagoruyko, Komodakis 2016).
        init: Fan of He's initialisation: N(0, 2 / fan). ``fan_out`` is what the code of most
            papers uses, ``fan_in`` that of wide residual networks.
    """

    image_size: Annotated[
        int,
        Field(
            ge=MIN_IMAGE_SIZE,
            le=MAX_IMAGE_SIZE,
            title="Image size",
            description="Side of the square input that costs are stated for [px].",
        ),
    ] = 224
    in_channels: Annotated[
        int, Field(ge=1, le=64, title="Input channels", description="3 for colour images.")
    ] = 3
    stem: StemSpec = StemSpec()
    stages: Annotated[tuple[StageSpec, ...], Field(min_length=1, max_length=8)]
    head: HeadSpec = HeadSpec()
    width_multiplier: Annotated[
        float,
        Field(
            gt=0,
            le=32,
            title="Width factor k",
            description="Multiplies the width of every stage (wide residual networks).",
        ),
    ] = 1.0
    init: Annotated[
        Literal["fan_out", "fan_in"],
        Field(title="Initialisation", description="The fan in N(0, 2 / fan) of He et al. 2015."),
    ] = "fan_out"

    def width_of(self, stage: StageSpec, index: int | None = None) -> int:
        """Return the width of a stage, or of one of its blocks, after the multiplier [channels]."""
        override = None if index is None else stage.override_at(index)
        width = stage.width if override is None or override.width is None else override.width
        return max(1, round(width * self.width_multiplier))

    # Not cached on the value: ``model_copy`` would carry the old text into the changed copy.
    @property
    def canonical(self) -> str:
        """Return the JSON text with sorted keys and without defaults."""
        data: dict[str, Any] = self.model_dump(mode="json", exclude_defaults=True)
        return json.dumps(data, sort_keys=True, separators=(",", ":"))

    @property
    def digest(self) -> str:
        """Return the SHA-256 of the canonical JSON [64 hexadecimal digits]."""
        return hashlib.sha256(self.canonical.encode()).hexdigest()
