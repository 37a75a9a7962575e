"""The published networks by the field's own names, each a specification and a line about it."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cache
from typing import TYPE_CHECKING

from explorer.blocks.basic import Basic
from explorer.blocks.bottleneck import Bottleneck
from explorer.blocks.plain import Plain
from explorer.blocks.preact import PreAct
from explorer.blocks.res2net import Res2Net
from explorer.errors import SpecError
from explorer.spec.model import HeadSpec, NetworkSpec, StageSpec, StemSpec

if TYPE_CHECKING:
    from explorer.block import Shortcut
    from explorer.blocks import Families

IMAGENET_WIDTHS = (64, 128, 256, 512)
CIFAR_WIDTHS = (16, 32, 64)
DEPTHS = {
    18: (2, 2, 2, 2),
    34: (3, 4, 6, 3),
    50: (3, 4, 6, 3),
    101: (3, 4, 23, 3),
    152: (3, 8, 36, 3),
    200: (3, 24, 36, 3),
}
CIFAR_STEM = StemSpec(width=16, kernel_size=3, stride=1, pool=False)
BARE_CIFAR_STEM = CIFAR_STEM.model_copy(update={"activation": False})


@dataclass(frozen=True, slots=True)
class Preset:
    """A named network.

    Attributes:
        name: As torchvision and timm write it where they have it.
        title: As the paper writes it.
        family: Group in the list of presets.
        line: One line about it.
        spec: The network.
    """

    name: str
    title: str
    family: str
    line: str
    spec: NetworkSpec


def _stages(
    depths: tuple[int, ...], widths: tuple[int, ...], block: Families
) -> tuple[StageSpec, ...]:
    return tuple(
        StageSpec(depth=depth, width=width, stride=1 if i == 0 else 2, block=block)
        for i, (depth, width) in enumerate(zip(depths, widths, strict=True))
    )


def imagenet(depth: int, block: Families, width_multiplier: float = 1.0) -> NetworkSpec:
    """Return an ImageNet network of one of the usual depths."""
    return NetworkSpec(
        stages=_stages(DEPTHS[depth], IMAGENET_WIDTHS, block), width_multiplier=width_multiplier
    )


def cifar(num_blocks: int, block: Families, stem: StemSpec = CIFAR_STEM) -> NetworkSpec:
    """Return a CIFAR network of three stages with ``num_blocks`` blocks each."""
    return NetworkSpec(
        image_size=32,
        stem=stem,
        stages=_stages((num_blocks,) * 3, CIFAR_WIDTHS, block),
        head=HeadSpec(num_classes=10),
    )


def wide_resnet(depth: int, k: int, dropout: float = 0.0) -> NetworkSpec:
    """Return WRN-depth-k for CIFAR: depth = 6 N + 4 (Zagoruyko, Komodakis 2016)."""
    base = cifar((depth - 4) // 6, PreAct(dropout=dropout), BARE_CIFAR_STEM)
    return base.model_copy(update={"width_multiplier": float(k), "init": "fan_in"})


def resnext29(groups: int, base_width: int) -> NetworkSpec:
    """Return ResNeXt-29 for CIFAR (Xie et al. 2016, section 5.3)."""
    return NetworkSpec(
        image_size=32,
        stem=StemSpec(width=64, kernel_size=3, stride=1, pool=False),
        stages=_stages((3, 3, 3), (64, 128, 256), Bottleneck(groups=groups, base_width=base_width)),
        head=HeadSpec(num_classes=10),
    )


def _resnets() -> list[Preset]:
    found: list[Preset] = []
    for depth in (18, 34):
        found.append(
            Preset(
                f"plain{depth}",
                f"Plain-{depth}",
                "Plain",
                "ResNet without its shortcuts.",
                imagenet(depth, Plain()),
            )
        )
        options: tuple[tuple[str, Shortcut], ...] = (("", "B"), ("_a", "A"), ("_c", "C"))
        for suffix, option in options:
            line = f"Basic blocks, shortcut option {option}."
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
                "Bottlenecks with the stride in the 3×3, as torchvision has it.",
                imagenet(depth, Bottleneck()),
            ),
            Preset(
                f"resnet{depth}_v1",
                f"ResNet-{depth} (2015)",
                "ResNet",
                "Bottlenecks with the stride in the first 1×1, as printed in the paper.",
                imagenet(depth, Bottleneck(stride_on="1x1")),
            ),
        ]
    return found


def _cifar_resnets() -> list[Preset]:
    found: list[Preset] = []
    for depth in (20, 32, 44, 56, 110, 1202):
        n = (depth - 2) // 6
        found.append(
            Preset(
                f"resnet{depth}",
                f"ResNet-{depth}",
                "ResNet for CIFAR",
                "6n + 2 layers, zero-padded shortcuts: no parameter more than its plain twin.",
                cifar(n, Basic(shortcut="A")),
            )
        )
        if depth != 1202:
            found.append(
                Preset(
                    f"plain{depth}",
                    f"Plain-{depth}",
                    "Plain",
                    f"ResNet-{depth} without its shortcuts.",
                    cifar(n, Plain()),
                )
            )
    for depth in (20, 110):
        options: tuple[tuple[str, Shortcut], ...] = (("b", "B"), ("c", "C"))
        found += [
            Preset(
                f"resnet{depth}_{suffix}",
                f"ResNet-{depth} {option}",
                "ResNet for CIFAR",
                f"Basic blocks, shortcut option {option}.",
                cifar((depth - 2) // 6, Basic(shortcut=option)),
            )
            for suffix, option in options
        ]
    found += [
        Preset(
            f"resnet{depth}",
            f"ResNet-{depth} (original unit)",
            "ResNet for CIFAR",
            "9n + 2 layers in bottlenecks with activation after the addition.",
            cifar((depth - 2) // 9, Bottleneck()),
        )
        for depth in (164, 1001)
    ]
    return found


def _preacts() -> list[Preset]:
    found = [
        Preset(
            f"preact_resnet{depth}",
            f"Pre-activation ResNet-{depth}",
            "ResNet v2",
            "Basic units with BN and ReLU first: the shortcut is exactly the identity.",
            cifar((depth - 2) // 6, PreAct(shortcut="A", first_unit="shared"), BARE_CIFAR_STEM),
        )
        for depth in (20, 56, 110)
    ]
    found += [
        Preset(
            f"preact_resnet{depth}",
            f"Pre-activation ResNet-{depth}",
            "ResNet v2",
            "9n + 2 layers in pre-activation bottlenecks.",
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
            f"Pre-activation ResNet-{depth}",
            "ResNet v2",
            "Pre-activation bottlenecks for ImageNet.",
            imagenet(depth, PreAct(layout="bottleneck", first_unit="none")),
        )
        for depth in (50, 101, 152, 200)
    ]
    return found


def _wide() -> list[Preset]:
    sizes = (
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
    found = [
        Preset(
            f"wrn_{n}_{k}",
            f"WRN-{n}-{k}",
            "Wide ResNet",
            f"{n} layers by the paper's count, {k} times as wide as a thin ResNet.",
            wide_resnet(n, k),
        )
        for n, k in sizes
    ]
    found += [
        Preset(
            f"wide_resnet{depth}_2",
            f"WRN-{depth}-2 bottleneck",
            "Wide ResNet",
            "The inner width of every bottleneck doubled.",
            imagenet(depth, Bottleneck(base_width=128)),
        )
        for depth in (50, 101)
    ]
    for depth, k in ((18, 1.5), (18, 2.0), (18, 3.0), (34, 1.5), (34, 2.0)):
        suffix = f"{k:g}".replace(".", "_")
        found.append(
            Preset(
                f"wide_resnet{depth}_{suffix}",
                f"WRN-{depth}-{k:g} basic",
                "Wide ResNet",
                f"ResNet-{depth} with every width times {k:g}.",
                imagenet(depth, Basic(), k),
            )
        )
    return found


def _resnexts() -> list[Preset]:
    sizes = {
        50: ((1, 64), (2, 40), (4, 24), (8, 14), (32, 4)),
        101: ((1, 64), (2, 40), (4, 24), (8, 14), (32, 4), (1, 100), (2, 64), (64, 4), (32, 8)),
    }
    found = [
        Preset(
            f"resnext{depth}_{c}x{d}d",
            f"ResNeXt-{depth} {c}×{d}d",
            "ResNeXt",
            f"Cardinality {c}, base width {d}.",
            imagenet(depth, Bottleneck(groups=c, base_width=d)),
        )
        for depth, pairs in sizes.items()
        for c, d in pairs
    ]
    found += [
        Preset(
            f"resnext29_{c}x64d",
            f"ResNeXt-29 {c}×64d",
            "ResNeXt",
            f"For CIFAR; cardinality {c}, base width 64.",
            resnext29(c, 64),
        )
        for c in (1, 2, 8, 16)
    ]
    return found


def _res2nets() -> list[Preset]:
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


@cache
def presets() -> dict[str, Preset]:
    """Return every preset by name, family by family."""
    lists = (_cifar_resnets(), _resnets(), _preacts(), _wide(), _resnexts(), _res2nets())
    found: dict[str, Preset] = {}
    for preset_ in (p for group in lists for p in group):
        assert preset_.name not in found, preset_.name
        found[preset_.name] = preset_
    return found


def preset(name: str) -> NetworkSpec:
    """Return the specification of a preset.

    Raises:
        SpecError: There is no such preset; the hint names near ones.
    """
    found = presets().get(name)
    if found is None:
        from difflib import get_close_matches  # noqa: PLC0415 - only for the message

        near = get_close_matches(name[:100], presets(), n=3, cutoff=0.5)
        hint = f"Did you mean {' or '.join(near)}?" if near else "See the list of presets."
        raise SpecError(f"There is no preset called {name[:100]!r}.", hint)
    return found.spec


@cache
def _names() -> dict[NetworkSpec, str]:
    names: dict[NetworkSpec, str] = {}
    for found in presets().values():
        names.setdefault(found.spec, found.name)
    return names


def name_of(spec: NetworkSpec) -> str | None:
    """Return the name of the preset that a specification equals, or None."""
    return _names().get(spec)
