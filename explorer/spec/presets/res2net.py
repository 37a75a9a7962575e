"""Res2Net (Gao et al. 2019)."""

from __future__ import annotations

from explorer.blocks.res2net import Res2Net
from explorer.spec.model import HeadSpec, NetworkSpec, StemSpec
from explorer.spec.presets.base import Preset, cifar, imagenet, stages_of
from explorer.words import Phrase


def presets() -> list[Preset]:
    """Return the Res2Nets."""
    sizes = (
        (50, 26, 4),
        (50, 26, 6),
        (50, 26, 8),
        (50, 48, 2),
        (50, 14, 8),
        (50, 18, 4),
        (50, 18, 6),
        (101, 26, 4),
    )
    found = [
        Preset(
            f"res2net{depth}_{w}w_{s}s",
            f"Res2Net-{depth} {w}w × {s}s",
            "Res2Net",
            Phrase("Scale {s}: {s} splits of base width {w} in every block.", s=s, w=w),
            imagenet(depth, Res2Net(base_width=w, scale=s)),
        )
        for depth, w, s in sizes
    ]
    found.append(
        Preset(
            "res2next50",
            "Res2NeXt-50 4w × 4s × 8c",
            "Res2Net",
            Phrase("Scale 4 and cardinality 8 together."),
            imagenet(50, Res2Net(base_width=4, scale=4, groups=8)),
        )
    )
    found += [
        Preset(
            f"res2net{9 * n + 2}_{w}w_4s",
            f"Res2Net-{9 * n + 2} {w}w × 4s",
            Phrase("Res2Net for CIFAR"),
            Phrase("Our twin of ResNet-20: {line}.", line=line),
            cifar(n, Res2Net(base_width=w, scale=4)),
        )
        for n, w, line in (
            (2, 31, Phrase("as deep, 3.7 % fewer parameters, 0.6 % more MACs")),
            (3, 23, Phrase("0.9 % more parameters, equal MACs")),
        )
    ]
    found += _v1b()
    found += _res2next29()
    return found


def _v1b() -> list[Preset]:
    block = Res2Net(base_width=26, scale=4, shortcut="D")
    return [
        Preset(
            f"res2net{depth}d",
            f"Res2Net-{depth} v1b",
            "Res2Net",
            Phrase(
                "Its authors' later form: a deep stem, and projections that read every position."
            ),
            imagenet(depth, block).model_copy(update={"stem": StemSpec(deep=True)}),
        )
        for depth in (50, 101)
    ]


def _res2next29() -> list[Preset]:
    found: list[Preset] = []
    for c, w, s in ((6, 24, 4), (8, 25, 4), (6, 24, 6)):
        block = Res2Net(base_width=w, scale=s, groups=c)
        name, title = f"res2next29_{c}c{w}w{s}s", f"Res2NeXt-29 {c}c × {w}w × {s}s"
        printed = block.model_copy(update={"convolves_all": True})
        line = Phrase(
            "For CIFAR-100, built as the ImageNet networks are: a stage's first block pools."
        )
        found.append(Preset(name, title, Phrase("Res2NeXt for CIFAR"), line, _cifar29(block, 100)))
        line = Phrase(
            "The form whose parameters the paper prints: first blocks convolve all; 10 classes."
        )
        found.append(
            Preset(
                f"{name}_printed",
                Phrase("{title} (as printed)", title=title),
                Phrase("Res2NeXt for CIFAR"),
                line,
                _cifar29(printed, 10),
            )
        )
    return found


def _cifar29(block: Res2Net, num_classes: int) -> NetworkSpec:
    return NetworkSpec(
        image_size=32,
        stem=StemSpec(width=64, kernel_size=3, stride=1, pool=False),
        stages=stages_of((3, 3, 3), (64, 128, 256), block),
        head=HeadSpec(num_classes=num_classes),
    )
