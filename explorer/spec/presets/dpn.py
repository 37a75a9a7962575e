"""Dual path networks (Chen et al. 2017)."""

from __future__ import annotations

from typing import NamedTuple

from explorer.blocks.dpn import DualPath
from explorer.spec.model import NetworkSpec, StageSpec, StemSpec
from explorer.spec.presets.base import IMAGENET_WIDTHS, Preset
from explorer.words import Phrase


class _Size(NamedTuple):
    stem_width: int
    depths: tuple[int, ...]
    growths: tuple[int, ...]
    block: DualPath
    kernel_size: int = 7


_SMALL = DualPath(expansion=1, groups=32, base_width=128)
_SIZES = {
    "68": _Size(10, (3, 4, 12, 3), (16, 32, 32, 64), _SMALL, 3),
    "68b": _Size(
        10, (3, 4, 12, 3), (16, 32, 32, 64), _SMALL.model_copy(update={"ending": "two"}), 3
    ),
    "92": _Size(64, (3, 4, 20, 3), (16, 32, 24, 128), DualPath(groups=32, base_width=96)),
    "98": _Size(96, (3, 6, 20, 3), (16, 32, 32, 128), DualPath(groups=40, base_width=160)),
    "131": _Size(128, (4, 8, 28, 3), (16, 32, 32, 128), DualPath(groups=40, base_width=160)),
    "107": _Size(128, (4, 8, 20, 3), (20, 64, 64, 128), DualPath(groups=50, base_width=200)),
}


def presets() -> list[Preset]:
    """Return the dual path networks."""
    return [
        Preset(
            f"dpn{name}",
            f"DPN-{name}",
            "DPN",
            Phrase(
                "A residual and a dense stream; cardinality {groups}.", groups=size.block.groups
            ),
            _network(size),
        )
        for name, size in _SIZES.items()
    ]


def _network(size: _Size) -> NetworkSpec:
    return NetworkSpec(
        stem=StemSpec(width=size.stem_width, kernel_size=3 if size.kernel_size == 3 else 7),
        stages=tuple(
            StageSpec(
                depth=depth,
                width=width,
                stride=1 if i == 0 else 2,
                block=size.block.model_copy(update={"growth": growth}),
            )
            for i, (depth, width, growth) in enumerate(
                zip(size.depths, IMAGENET_WIDTHS, size.growths, strict=True)
            )
        ),
    )
