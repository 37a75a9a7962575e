"""DenseNet (Huang et al. 2017)."""

from __future__ import annotations

from explorer.blocks.densenet import DenseNet
from explorer.spec.model import HeadSpec, NetworkSpec, StageSpec, StemSpec
from explorer.spec.presets.base import BARE_CIFAR_STEM, Preset
from explorer.words import Phrase


def _stages(depths: tuple[int, ...], growth: int, block: DenseNet) -> tuple[StageSpec, ...]:
    return tuple(
        StageSpec(depth=depth, width=growth, stride=1 if i == 0 else 2, block=block)
        for i, depth in enumerate(depths)
    )


def densenet(depths: tuple[int, ...], growth: int) -> NetworkSpec:
    """Return a DenseNet-BC for ImageNet."""
    return NetworkSpec(stem=StemSpec(width=2 * growth), stages=_stages(depths, growth, DenseNet()))


def densenet_cifar(depth: int, growth: int, block: DenseNet, stem_width: int) -> NetworkSpec:
    """Return a DenseNet of three dense blocks for CIFAR."""
    layers = (depth - 4) // 3 // block.num_layers
    return NetworkSpec(
        image_size=32,
        stem=BARE_CIFAR_STEM.model_copy(update={"width": stem_width}),
        stages=_stages((layers,) * 3, growth, block),
        head=HeadSpec(num_classes=10),
    )


def presets() -> list[Preset]:
    """Return the DenseNets."""
    sizes = {
        121: ((6, 12, 24, 16), 32),
        161: ((6, 12, 36, 24), 48),
        169: ((6, 12, 32, 32), 32),
        201: ((6, 12, 48, 32), 32),
    }
    found = [
        Preset(
            f"densenet{depth}",
            f"DenseNet-{depth}",
            "DenseNet",
            Phrase("DenseNet-BC for ImageNet, growth rate {growth}.", growth=growth),
            densenet(depths, growth),
        )
        for depth, (depths, growth) in sizes.items()
    ]
    deep = densenet((6, 12, 64, 48), 48)
    stem = deep.stem.model_copy(update={"deep": True})
    found.append(
        Preset(
            "densenet264d",
            "DenseNet-264-D",
            "DenseNet",
            Phrase("As timm has it: growth rate 48, and three 3×3 convolutions in the stem."),
            deep.model_copy(update={"stem": stem}),
        )
    )
    plain = DenseNet(bottleneck=0, compression=1.0)
    found += [
        Preset(
            f"densenet_{depth}_{growth}",
            f"DenseNet (L = {depth}, k = {growth})",
            "DenseNet",
            Phrase("For CIFAR; neither bottleneck nor compression."),
            densenet_cifar(depth, growth, plain, 16),
        )
        for depth, growth in ((40, 12), (100, 12), (100, 24))
    ]
    found += [
        Preset(
            f"densenet_bc_{depth}_{growth}",
            f"DenseNet-BC (L = {depth}, k = {growth})",
            "DenseNet",
            Phrase("For CIFAR; bottlenecks, and transitions that halve the channels."),
            densenet_cifar(depth, growth, DenseNet(), 2 * growth),
        )
        for depth, growth in ((100, 12), (250, 24), (190, 40), (40, 36), (40, 48), (40, 60))
    ]
    return found
