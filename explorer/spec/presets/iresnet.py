"""iResNet and ResGroup (Duta et al. 2020)."""

from __future__ import annotations

from typing import TYPE_CHECKING

from explorer.blocks.iresnet import IResNet
from explorer.spec.model import NetworkSpec, StageSpec, StemSpec
from explorer.spec.presets.base import DEPTHS, IMAGENET_WIDTHS, Preset
from explorer.words import Phrase

if TYPE_CHECKING:
    from typing import Literal

    Layout = Literal["basic", "bottleneck", "group"]

DEEP = {302: (4, 34, 58, 4), 404: (4, 46, 80, 4), 1001: (4, 155, 170, 4)}
GROUPS = (8, 16, 32, 64)
FIXED_GROUPS = (64,) * 4


def presets() -> list[Preset]:
    """Return the networks."""
    found = [
        Preset(
            f"resstage{depth}",
            f"ResStage-{depth}",
            "iResNet",
            Phrase("Start, middle and end units: one ReLU on the main way for each stage."),
            _network(depth, _layout(depth), improved=False),
        )
        for depth in DEPTHS
    ]
    found += [
        Preset(
            f"iresnet{depth}",
            f"iResNet-{depth}",
            "iResNet",
            Phrase(
                "Stages and improved projection together: trains where the plain ResNet stalls."
            ),
            _network(depth, _layout(depth), improved=True),
        )
        for depth in (*DEPTHS, *DEEP)
    ]
    return found + _groups()


def _layout(depth: int) -> Layout:
    return "basic" if depth < 50 else "bottleneck"


def _groups() -> list[Preset]:
    kinds = (
        ("", Phrase("32 channels in each group of a wide 3×3"), GROUPS),
        ("Fix", Phrase("64 groups in every stage"), FIXED_GROUPS),
    )
    found: list[Preset] = []
    for depth in (50, 101, 152):
        for suffix, line, groups in kinds:
            found += [
                Preset(
                    f"resgroup{suffix}{depth}".lower(),
                    f"ResGroup{suffix}-{depth}",
                    "iResNet",
                    Phrase("{line}; original units.", line=line),
                    _network(depth, "group", groups, res_stage=False, improved=False),
                ),
                Preset(
                    f"iresgroup{suffix}{depth}".lower(),
                    f"iResGroup{suffix}-{depth}",
                    "iResNet",
                    Phrase("{line}, with stages and improved projection.", line=line),
                    _network(depth, "group", groups, improved=True),
                ),
            ]
    return found


def _network(
    depth: int,
    layout: Layout,
    groups: tuple[int, ...] = (1,) * 4,
    *,
    res_stage: bool = True,
    improved: bool,
) -> NetworkSpec:
    """Return a network; with the improved projection its first stage pools instead of the stem."""
    stages = tuple(
        StageSpec(
            depth=blocks,
            width=width,
            stride=2 if i or improved else 1,
            block=IResNet(
                layout=layout,
                groups=groups[i],
                res_stage=res_stage,
                improved_projection=improved,
            ),
        )
        for i, (blocks, width) in enumerate(
            zip({**DEPTHS, **DEEP}[depth], IMAGENET_WIDTHS, strict=True)
        )
    )
    return NetworkSpec(stem=StemSpec(pool=not improved), stages=stages)
