"""Wide residual networks (Zagoruyko, Komodakis 2016)."""

from __future__ import annotations

from typing import TYPE_CHECKING

from explorer.blocks.basic import Basic
from explorer.blocks.bottleneck import Bottleneck
from explorer.blocks.preact import PreAct
from explorer.blocks.wide import Wide
from explorer.spec.presets.base import BARE_CIFAR_STEM, Preset, cifar, imagenet
from explorer.words import Phrase

if TYPE_CHECKING:
    from explorer.blocks.wide import Kernels
    from explorer.spec.model import NetworkSpec

_SIZES = (
    (16, 2),
    (16, 4),
    (16, 8),
    (16, 10),
    (22, 8),
    (22, 10),
    (28, 2),
    (28, 10),
    (28, 12),
    (40, 1),
    (40, 2),
    (40, 4),
    (40, 8),
    (40, 10),
    (52, 1),
)
"""Depth n and width factor k of the networks of B(3,3) blocks."""


def wide_resnet(depth: int, k: int, dropout: float = 0.0) -> NetworkSpec:
    """Return WRN-depth-k for CIFAR: depth = 6 N + 4 (Zagoruyko, Komodakis 2016)."""
    base = cifar((depth - 4) // 6, PreAct(dropout=dropout), BARE_CIFAR_STEM)
    return base.model_copy(update={"width_multiplier": float(k), "init": "fan_in"})


def block_type(kernels: Kernels, k: int, num_blocks: int) -> NetworkSpec:
    """Return a wide residual network of B(M) blocks for CIFAR, ``num_blocks`` in each group."""
    base = cifar(num_blocks, Wide(kernels=kernels), BARE_CIFAR_STEM)
    return base.model_copy(update={"width_multiplier": float(k), "init": "fan_in"})


def presets() -> list[Preset]:
    """Return the wide residual networks."""
    found = [
        Preset(
            f"wrn_{n}_{k}",
            f"WRN-{n}-{k}",
            "Wide ResNet",
            Phrase(
                "{n} layers by the paper's count, {k} times as wide as a thin ResNet.", n=n, k=k
            ),
            wide_resnet(n, k),
        )
        for n, k in _SIZES
    ]
    found += _block_types()
    found += [
        Preset(
            f"wide_resnet{depth}_2",
            Phrase("WRN-{depth}-2 bottleneck", depth=depth),
            "Wide ResNet",
            Phrase("The inner width of every bottleneck doubled."),
            imagenet(depth, Bottleneck(base_width=128)),
        )
        for depth in (50, 101)
    ]
    for depth, k in ((18, 1.5), (18, 2.0), (18, 3.0), (34, 1.5), (34, 2.0)):
        suffix = f"{k:g}".replace(".", "_")
        found.append(
            Preset(
                f"wide_resnet{depth}_{suffix}",
                Phrase("WRN-{depth}-{k} basic", depth=depth, k=f"{k:g}"),
                "Wide ResNet",
                Phrase("ResNet-{depth} with every width times {k}.", depth=depth, k=f"{k:g}"),
                imagenet(depth, Basic(), k),
            )
        )
    return found


def _block_types() -> list[Preset]:
    """Return the networks of Tables 2 and 3, k = 2.

    Table 3 counts convolutions, n = 3 l N + 4. The parameters printed in Table 2 are those of
    N = (n - 4) / 6 blocks in each group whatever l is; where the two rules differ, that network
    carries its N in the name.
    """
    types: tuple[tuple[int, Kernels], ...] = (
        (40, "1,3,1"),
        (40, "3,1"),
        (40, "1,3"),
        (40, "3,1,1"),
        (22, "3,1,3"),
        (40, "3"),
        (40, "3,3,3"),
        (40, "3,3,3,3"),
    )
    found: list[Preset] = []
    for n, kernels in types:
        num_layers = len(Wide(kernels=kernels).sides)
        num_blocks, by_six = (n - 4) // (3 * num_layers), (n - 4) // 6
        name, title = f"wrn_{n}_2_b{kernels.replace(',', '')}", f"WRN-{n}-2 B({kernels})"
        line = Phrase(
            "{n} blocks in each group: n = 3 l N + 4 with l = {layers}.",
            n=num_blocks,
            layers=num_layers,
        )
        spec = block_type(kernels, 2, num_blocks)
        found.append(Preset(name, title, "Wide ResNet", line, spec))
        if num_layers == 3 and kernels != "3,3,3":
            line = Phrase("{n} blocks in each group, as the parameters of Table 2 need.", n=by_six)
            spec = block_type(kernels, 2, by_six)
            name, title = f"{name}_n{by_six}", f"{title}, N = {by_six}"
            found.append(Preset(name, title, "Wide ResNet", line, spec))
    return found
