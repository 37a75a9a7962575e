"""Wider or Deeper (Wu, Shen, van den Hengel 2016): classification and segmentation."""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

from explorer.blocks.wider import Wider
from explorer.spec.model import HeadSpec, NetworkSpec, StageSpec
from explorer.spec.presets.base import BARE_CIFAR_STEM, Preset
from explorer.words import Phrase

if TYPE_CHECKING:
    from typing import Literal

STEM = BARE_CIFAR_STEM.model_copy(update={"width": 64})


class _Level(NamedTuple):
    depth: int
    width: int
    layout: Literal["basic", "widening", "bottleneck"]


LEVELS = (
    _Level(3, 128, "basic"),
    _Level(3, 256, "basic"),
    _Level(6, 512, "basic"),
    _Level(3, 512, "widening"),
    _Level(1, 512, "bottleneck"),
    _Level(1, 1024, "bottleneck"),
)
"""B2 to B7 of model A; B1 is the stem."""
CLASSES = {"Cityscapes": 19, "VOC": 21, "PASCAL Context": 60, "ADE20K": 150}


def presets() -> list[Preset]:
    """Return models A, A1 and A2, A1 for segmentation, and a small net for segmentation."""
    models = (
        ("A", 5, Phrase("38 layers in 17 wide units. Max-pools halve the resolution.")),
        ("A1", 0, Phrase("38 layers in 17 wide units. Strides halve the resolution.")),
        (
            "A2",
            2,
            Phrase("38 layers in 17 wide units. Two max-pools, then strides halve the resolution."),
        ),
    )
    found = [
        Preset(
            f"wider_or_deeper_{name.lower()}",
            Phrase("Wider or Deeper, model {name}", name=name),
            "Wider or Deeper",
            line,
            _classifier(num_pools),
        )
        for name, num_pools, line in models
    ]
    small = Preset(
        "wider_or_deeper_seg_small",
        Phrase("Wider or Deeper, small, for segmentation"),
        "Wider or Deeper",
        Phrase(
            "Classes for every pixel of images of 64 px, at an output stride of 4; trains in "
            "minutes."
        ),
        _small_segmenter(),
    )
    found += [
        Preset(
            f"wider_or_deeper_a1_seg{classes}",
            Phrase("Wider or Deeper, model A1 for {data}", data=data),
            "Wider or Deeper",
            Phrase(
                "Segmentation into {classes} classes at an output stride of 8, by dilation.",
                classes=classes,
            ),
            _segmenter(classes),
        )
        for data, classes in CLASSES.items()
    ]
    return [*found, small]


def _small_segmenter() -> NetworkSpec:
    """Return a net of the same kind for images of 64 px that a processor trains."""
    stages = (
        StageSpec(depth=1, width=16, block=Wider()),
        StageSpec(depth=2, width=32, stride=2, block=Wider()),
        StageSpec(depth=2, width=64, block=Wider(dilation=2)),
    )
    return NetworkSpec(
        image_size=64,
        stem=BARE_CIFAR_STEM.model_copy(update={"stride": 2}),
        stages=stages,
        head=HeadSpec(kind="segment", num_classes=9, width=64, dilation=2, upsample=True),
        init="fan_in",
    )


def _classifier(num_pools: int) -> NetworkSpec:
    """Return a network whose first ``num_pools`` stages pool; the others have strides."""
    stages = tuple(
        StageSpec(
            depth=level.depth,
            width=level.width,
            stride=2 if i < len(LEVELS) - 1 else 1,
            block=Wider(layout=level.layout, downsample="pool" if i < num_pools else "conv"),
        )
        for i, level in enumerate(LEVELS)
    )
    return NetworkSpec(stem=STEM, stages=stages, init="fan_in")


def _segmenter(num_classes: int) -> NetworkSpec:
    dilations, dropouts = (1, 1, 1, 2, 4, 4), (0, 0, 0, 0, 0.3, 0.5)
    stages = tuple(
        StageSpec(
            depth=level.depth,
            width=level.width,
            stride=2 if i < 3 else 1,
            block=Wider(layout=level.layout, dilation=dilation, dropout=dropout),
        )
        for i, (level, dilation, dropout) in enumerate(
            zip(LEVELS, dilations, dropouts, strict=True)
        )
    )
    head = HeadSpec(kind="segment", num_classes=num_classes)
    return NetworkSpec(stem=STEM, stages=stages, head=head, init="fan_in")
