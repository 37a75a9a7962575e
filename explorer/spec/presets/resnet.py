"""ResNets of 2015 and their plain twins, for ImageNet and CIFAR."""

from __future__ import annotations

from typing import TYPE_CHECKING

from explorer.blocks.basic import Basic
from explorer.blocks.bottleneck import Bottleneck
from explorer.blocks.plain import Plain
from explorer.spec.presets.base import Preset, cifar, imagenet
from explorer.words import Phrase

if TYPE_CHECKING:
    from explorer.block import Shortcut


def for_imagenet() -> list[Preset]:
    """Return the networks for ImageNet."""
    found: list[Preset] = []
    for depth in (18, 34):
        found.append(
            Preset(
                f"plain{depth}",
                f"Plain-{depth}",
                "Plain",
                Phrase("ResNet without its shortcuts."),
                imagenet(depth, Plain()),
            )
        )
        options: tuple[tuple[str, Shortcut], ...] = (("", "B"), ("_a", "A"), ("_c", "C"))
        for suffix, option in options:
            line = Phrase("Basic blocks, shortcut option {option}.", option=option)
            found.append(
                Preset(
                    f"resnet{depth}{suffix}",
                    f"ResNet-{depth} {option}",
                    "ResNet",
                    line,
                    imagenet(depth, Basic(shortcut=option)),
                )
            )
    for depth in (50, 101, 152, 200):
        found += [
            Preset(
                f"resnet{depth}",
                f"ResNet-{depth}",
                "ResNet",
                Phrase("Bottlenecks with the stride in the 3×3, as torchvision has it."),
                imagenet(depth, Bottleneck()),
            ),
            Preset(
                f"resnet{depth}_v1",
                f"ResNet-{depth} (2015)",
                "ResNet",
                Phrase("Bottlenecks with the stride in the first 1×1, as printed in the paper."),
                imagenet(depth, Bottleneck(stride_on="1x1")),
            ),
        ]
    return found


def for_cifar() -> list[Preset]:
    """Return the networks for CIFAR."""
    found: list[Preset] = []
    for depth in (20, 32, 44, 56, 110, 1202):
        n = (depth - 2) // 6
        found.append(
            Preset(
                f"resnet{depth}",
                f"ResNet-{depth}",
                Phrase("ResNet for CIFAR"),
                Phrase(
                    "6n + 2 layers, zero-padded shortcuts: no parameter more than its plain twin."
                ),
                cifar(n, Basic(shortcut="A")),
            )
        )
        if depth != 1202:
            found.append(
                Preset(
                    f"plain{depth}",
                    f"Plain-{depth}",
                    "Plain",
                    Phrase("ResNet-{depth} without its shortcuts.", depth=depth),
                    cifar(n, Plain()),
                )
            )
    for depth in (20, 110):
        options: tuple[tuple[str, Shortcut], ...] = (("b", "B"), ("c", "C"))
        found += [
            Preset(
                f"resnet{depth}_{suffix}",
                f"ResNet-{depth} {option}",
                Phrase("ResNet for CIFAR"),
                Phrase("Basic blocks, shortcut option {option}.", option=option),
                cifar((depth - 2) // 6, Basic(shortcut=option)),
            )
            for suffix, option in options
        ]
    found.append(
        Preset(
            "resnet110_sd",
            Phrase("ResNet-110 with stochastic depth"),
            Phrase("ResNet for CIFAR"),
            Phrase(
                "Blocks are left out in training, the last one half of the time: 40 of 54 at a "
                "time."
            ),
            cifar(18, Basic(shortcut="A", survival=0.5)),
        )
    )
    found += [
        Preset(
            f"resnet{depth}",
            Phrase("ResNet-{depth} (original unit)", depth=depth),
            Phrase("ResNet for CIFAR"),
            Phrase("9n + 2 layers in bottlenecks with activation after the addition."),
            cifar((depth - 2) // 9, Bottleneck()),
        )
        for depth in (164, 1001)
    ]
    return found
