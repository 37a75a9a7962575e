"""Lower a specification to a graph of primitive ops."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

from explorer.address import INPUT
from explorer.block import RELU, Place
from explorer.errors import SpecError
from explorer.ir.graph import Block, Graph, GraphBuilder, Stage, Value
from explorer.ir.ops import (
    BatchNorm2d,
    Conv2d,
    Flatten,
    GlobalAvgPool,
    Linear,
    MaxPool2d,
    Upsample,
)
from explorer.spec.model import MAX_IMAGE_SIZE, MIN_IMAGE_SIZE
from explorer.words import _

if TYPE_CHECKING:
    from explorer.blocks import AnyBlock
    from explorer.ir.op import Shape
    from explorer.spec import HeadSpec, NetworkSpec, StageSpec, StemSpec
    from explorer.spec.limits import Limits


def lower(spec: NetworkSpec, image_size: int | None = None, limits: Limits | None = None) -> Graph:
    """Return the graph of a network.

    Args:
        spec: The network.
        image_size: Side of the square input [px]; the specification's own by default.
        limits: Stop as soon as there are far more nodes than these allow; unlimited by default.

    Raises:
        SpecError: The image size is out of range.
        ShapeError: Two branches do not fit, or a window is larger than its input.
        BudgetError: There would be far too many nodes.
    """
    size = _checked(spec.image_size if image_size is None else image_size)
    b = GraphBuilder()
    x = Value(INPUT, (spec.in_channels, size, size))
    input_shape = x.shape
    x = _stem(b, x, spec)
    stem = tuple(b.nodes)
    stages: list[Stage] = []
    for index, stage in enumerate(spec.stages):
        lowered, x = _stage(b, x, spec, stage, index, limits)
        stages.append(lowered)
    num_before_head = len(b.nodes)
    b.enter("")
    _head(b, x, spec, size)
    head = tuple(b.nodes)[num_before_head:]
    return Graph(input_shape, b.nodes, stem, tuple(stages), head)


def block_inputs(spec: NetworkSpec, stage: int, index: int) -> tuple[Shape, Place]:
    """Return the shape that one block reads, and where it stands.

    Raises:
        ShapeError: The network does not work even so far.
    """
    size = _checked(spec.image_size)
    b = GraphBuilder()
    x = _stem(b, Value(INPUT, (spec.in_channels, size, size)), spec)
    for i, before in enumerate(spec.stages[:stage]):
        _, x = _stage(b, x, spec, before, i)
    if index:
        _, x = _stage(b, x, spec, spec.stages[stage], stage, stop=index)
    return x.shape, _place(spec, stage, index)


def block_output(block: AnyBlock, in_shape: Shape, place: Place) -> Shape:
    """Return the shape that one block gives, by itself.

    Raises:
        ShapeError: It does not work there.
    """
    return block.lower(GraphBuilder(), Value(INPUT, in_shape), place).shape


def _place(spec: NetworkSpec, stage: int, index: int) -> Place:
    own = spec.stages[stage]
    return Place(
        width=spec.width_of(own, index),
        stride=own.stride if index == 0 else 1,
        is_first=index == 0,
        is_first_in_network=index == 0 and stage == 0,
        index=index,
        depth=own.depth,
        position=sum(s.depth for s in spec.stages[:stage]) + index,
        num_blocks=sum(s.depth for s in spec.stages),
        stage=stage,
    )


def _checked(image_size: int) -> int:
    if not MIN_IMAGE_SIZE <= image_size <= MAX_IMAGE_SIZE:
        raise SpecError(
            _("An image of {size} px cannot be used.").format(size=image_size),
            _("Choose a side from {least} to {most} px.").format(
                least=MIN_IMAGE_SIZE, most=MAX_IMAGE_SIZE
            ),
            "image_size",
        )
    return image_size


def _stem(b: GraphBuilder, x: Value, spec: NetworkSpec) -> Value:
    stem = spec.stem
    if stem.deep:
        x = _deep_stem(b, x, stem)
    else:
        conv = Conv2d(
            spec.in_channels, stem.width, stem.kernel_size, stem.stride, stem.kernel_size // 2
        )
        x = b.add("conv1", conv, x)
    if stem.activation:
        x = b.add("bn1", BatchNorm2d(stem.width, spec.stages[0].block_at(0).norm_eps), x)
        x = b.add("relu", RELU, x)
    if stem.pool:
        pool = MaxPool2d(3, 2, ceil=True) if stem.ceil_pool else MaxPool2d(3, 2, padding=1)
        x = b.add("maxpool", pool, x)
    return x


def _deep_stem(b: GraphBuilder, x: Value, stem: StemSpec) -> Value:
    """Add three 3x3 convolutions under the names that timm gives them."""
    half = max(1, stem.width // 2)
    x = b.add("conv1.0", Conv2d(x.shape[0], half, stride=stem.stride), x)
    x = b.add("conv1.1", BatchNorm2d(half), x)
    x = b.add("conv1.2", RELU, x)
    x = b.add("conv1.3", Conv2d(half, half), x)
    x = b.add("conv1.4", BatchNorm2d(half), x)
    x = b.add("conv1.5", RELU, x)
    return b.add("conv1.6", Conv2d(half, stem.width), x)


def _stage(
    b: GraphBuilder,
    x: Value,
    spec: NetworkSpec,
    stage: StageSpec,
    index: int,
    limits: Limits | None = None,
    *,
    stop: int | None = None,
) -> tuple[Stage, Value]:
    address = f"layer{index + 1}"
    blocks: list[Block] = []
    template, template_shape = None, ()
    special = {override.at: override for override in stage.overrides}
    first = _place(spec, index, 0)
    for i in range(stage.depth if stop is None else stop):
        prefix = f"{address}.{i}."
        if template is not None and x.shape == template_shape and i not in special:
            # From the second block on all are equal: same parameters, same shapes.
            block = b.repeat(template, prefix, x.address)
            x = Value(block.exit, x.shape)
        else:
            shape = x.shape
            family = special[i].block if i in special else stage.block
            place = first if i == 0 else _later(spec, stage, first, i)
            block, x = _block(b, x, family, prefix, place)
            if i > 0 and i not in special and x.shape == shape and not family.varies:
                template, template_shape = block, shape
        if limits is not None:
            _check_nodes(b, limits, first.position + i + 1, first.num_blocks)
        blocks.append(block)
    return Stage(address, tuple(blocks)), x


def _later(spec: NetworkSpec, stage: StageSpec, first: Place, index: int) -> Place:
    return replace(
        first,
        width=spec.width_of(stage, index),
        stride=1,
        is_first=False,
        is_first_in_network=False,
        index=index,
        position=first.position + index,
    )


def _check_nodes(b: GraphBuilder, limits: Limits, num_done: int, num_blocks: int) -> None:
    """Refuse a graph that has become far too large, with an estimate of its size."""
    if len(b.nodes) > 2 * limits.nodes:
        limits.check("nodes", round(len(b.nodes) * num_blocks / num_done))


def _block(
    b: GraphBuilder, x: Value, family: AnyBlock, prefix: str, place: Place
) -> tuple[Block, Value]:
    b.enter(prefix)
    start = len(b.nodes)
    out = family.lower(b, x, place)
    block = Block(
        address=prefix[:-1],
        kind=family.kind,
        title=family.title,
        num_layers=family.layers_at(place),
        start=start,
        stop=len(b.nodes),
        entry=x.address,
        exit=out.address,
        merge=b.merge,
        shortcut=tuple(b.shortcut),
        template=prefix[:-1],
    )
    return block, out


def _head(b: GraphBuilder, x: Value, spec: NetworkSpec, image_size: int) -> None:
    last = spec.stages[-1].block_at(spec.stages[-1].depth - 1)
    if last.closing == "norm_relu":
        x = b.add("norm", BatchNorm2d(x.shape[0], last.norm_eps), x)
    if last.closing != "none":
        x = b.add("norm_relu", RELU, x)
    if spec.head.kind == "segment":
        _scores(b, x, spec.head, image_size)
        return
    x = b.add("avgpool", GlobalAvgPool(), x)
    x = b.add("flatten", Flatten(), x)
    b.add("fc", Linear(x.shape[0], spec.head.num_classes), x)


def _scores(b: GraphBuilder, x: Value, head: HeadSpec, image_size: int) -> None:
    """List the classifier of positions: two dilated 3x3 (Wu et al. 2016)."""
    width, dilation = head.width, head.dilation
    hidden = Conv2d(x.shape[0], width, padding=dilation, dilation=dilation, bias=True)
    x = b.add("classifier.0", hidden, x)
    x = b.add("classifier.1", RELU, x)
    scores = Conv2d(width, head.num_classes, padding=dilation, dilation=dilation, bias=True)
    x = b.add("classifier.2", scores, x)
    if head.upsample and x.shape[1] < image_size:
        b.add("upsample", Upsample(image_size), x)
