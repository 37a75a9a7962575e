"""ResNeXt (Xie et al. 2016)."""

from __future__ import annotations

from typing import Literal

from explorer.blocks.bottleneck import Bottleneck
from explorer.spec.model import HeadSpec, NetworkSpec, StemSpec
from explorer.spec.presets.base import Preset, imagenet, stages_of
from explorer.words import Phrase


def resnext29(groups: int, base_width: int) -> NetworkSpec:
    """Return ResNeXt-29 for CIFAR (Xie et al. 2016, section 5.3)."""
    return NetworkSpec(
        image_size=32,
        stem=StemSpec(width=64, kernel_size=3, stride=1, pool=False),
        stages=stages_of(
            (3, 3, 3), (64, 128, 256), Bottleneck(groups=groups, base_width=base_width)
        ),
        head=HeadSpec(num_classes=10),
    )


def presets() -> list[Preset]:
    """Return the ResNeXts."""
    sizes = {
        50: ((1, 64), (2, 40), (4, 24), (8, 14), (32, 4)),
        101: ((1, 64), (2, 40), (4, 24), (8, 14), (32, 4), (1, 100), (2, 64), (64, 4), (32, 8)),
    }
    forms: tuple[tuple[Literal["a", "b"], Phrase], ...] = (
        ("a", Phrase("summed at the end")),
        ("b", Phrase("joined before the last 1×1")),
    )
    found = [
        Preset(
            f"resnext{depth}_{c}x{d}d",
            f"ResNeXt-{depth} {c}×{d}d",
            "ResNeXt",
            Phrase("Cardinality {c}, base width {d}.", c=c, d=d),
            imagenet(depth, Bottleneck(groups=c, base_width=d)),
        )
        for depth, pairs in sizes.items()
        for c, d in pairs
    ]
    found += [
        Preset(
            f"resnext50_32x4d_{form}",
            Phrase("ResNeXt-50 32×4d, form {form}", form=form),
            "ResNeXt",
            Phrase("The same function written as 32 branches in every block, {end}.", end=end),
            imagenet(50, Bottleneck(groups=32, base_width=4, form=form)),
        )
        for form, end in forms
    ]
    found += [
        Preset(
            f"resnext29_{c}x64d",
            f"ResNeXt-29 {c}×64d",
            "ResNeXt",
            Phrase("For CIFAR; cardinality {c}, base width 64.", c=c),
            resnext29(c, 64),
        )
        for c in (1, 2, 8, 16)
    ]
    return found
