"""Res2Net (Gao et al. 2019)."""

from __future__ import annotations

from explorer.blocks.res2net import Res2Net
from explorer.spec.presets.base import Preset, cifar, imagenet


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
            f"Scale {s}: {s} splits of base width {w} in every block.",
            imagenet(depth, Res2Net(base_width=w, scale=s)),
        )
        for depth, w, s in sizes
    ]
    found.append(
        Preset(
            "res2next50",
            "Res2NeXt-50 4w × 4s × 8c",
            "Res2Net",
            "Scale 4 and cardinality 8 together.",
            imagenet(50, Res2Net(base_width=4, scale=4, groups=8)),
        )
    )
    found += [
        Preset(
            f"res2net{9 * n + 2}_{w}w_4s",
            f"Res2Net-{9 * n + 2} {w}w × 4s",
            "Res2Net for CIFAR",
            f"Our twin of ResNet-20: {line}.",
            cifar(n, Res2Net(base_width=w, scale=4)),
        )
        for n, w, line in (
            (2, 31, "as deep, 3.7 % fewer parameters, 0.6 % more MACs"),
            (3, 23, "0.9 % more parameters, equal MACs"),
        )
    ]
    return found
