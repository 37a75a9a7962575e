"""ResNet v2: full pre-activation (He et al. 2016)."""

from __future__ import annotations

from explorer.blocks.preact import PreAct
from explorer.spec.presets.base import BARE_CIFAR_STEM, Preset, cifar, imagenet
from explorer.words import Phrase


def presets() -> list[Preset]:
    """Return the pre-activation networks."""
    found = [
        Preset(
            f"preact_resnet{depth}",
            Phrase("Pre-activation ResNet-{depth}", depth=depth),
            "ResNet v2",
            Phrase("Basic units with BN and ReLU first: the shortcut is exactly the identity."),
            cifar((depth - 2) // 6, PreAct(shortcut="A", first_unit="shared"), BARE_CIFAR_STEM),
        )
        for depth in (20, 56, 110)
    ]
    found += [
        Preset(
            f"preact_resnet{depth}",
            Phrase("Pre-activation ResNet-{depth}", depth=depth),
            "ResNet v2",
            Phrase("9n + 2 layers in pre-activation bottlenecks."),
            cifar(
                (depth - 2) // 9,
                PreAct(layout="bottleneck", stride_on="1x1", first_unit="shared"),
                BARE_CIFAR_STEM,
            ),
        )
        for depth in (164, 1001)
    ]
    found += [
        Preset(
            f"preact_resnet{depth}",
            Phrase("Pre-activation ResNet-{depth}", depth=depth),
            "ResNet v2",
            Phrase("Pre-activation bottlenecks for ImageNet."),
            imagenet(depth, PreAct(layout="bottleneck", first_unit="none")),
        )
        for depth in (50, 101, 152, 200)
    ]
    return found
