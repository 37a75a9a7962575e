"""Squeeze-and-excitation networks (Hu et al. 2018), as timm and as their authors have them."""

from __future__ import annotations

from explorer.blocks.basic import Basic
from explorer.blocks.bottleneck import Bottleneck
from explorer.blocks.res2net import Res2Net
from explorer.blocks.senet import SENet
from explorer.spec.model import NetworkSpec, StemSpec
from explorer.spec.presets.base import Preset, imagenet
from explorer.words import Phrase

REDUCTION = 16
CAFFE_STEM = StemSpec(ceil_pool=True)


def presets() -> list[Preset]:
    """Return the networks with SE, the recent form first."""
    return [*_recent(), *_original()]


def _recent() -> list[Preset]:
    found = [
        _preset(
            f"seresnet{depth}",
            f"SE-ResNet-{depth}",
            Phrase("Basic blocks; the gate's inner width is a multiple of 8, as in timm."),
            imagenet(depth, Basic(se=REDUCTION, se_multiple=8)),
        )
        for depth in (18, 34)
    ]
    found += [
        _preset(
            f"seresnet{depth}",
            f"SE-ResNet-{depth}",
            Phrase("A gate for each channel before the addition; stride in the 3×3."),
            imagenet(depth, Bottleneck(se=REDUCTION, se_multiple=8)),
        )
        for depth in (50, 101, 152)
    ]
    found += [
        _preset(
            f"seresnext{depth}_32x4d",
            f"SE-ResNeXt-{depth} 32×4d",
            Phrase("SE and cardinality 32."),
            imagenet(depth, Bottleneck(groups=32, base_width=4, se=REDUCTION, se_multiple=8)),
        )
        for depth in (50, 101)
    ]
    found.append(
        _preset(
            "se_res2net50_26w_4s",
            "SE-Res2Net-50 26w × 4s",
            Phrase("SE and four scales in one block."),
            imagenet(50, Res2Net(base_width=26, scale=4, se=REDUCTION)),
        )
    )
    return found


def _original() -> list[Preset]:
    found = [
        _legacy(
            f"seresnet{depth}",
            f"SE-ResNet-{depth} (r = 16)",
            Phrase("Basic blocks as in timm: one more ReLU, before the gate."),
            imagenet(depth, Basic(se=REDUCTION, relu_before_gate=True)),
        )
        for depth in (18, 34)
    ]
    found += [
        _legacy(
            f"seresnet{depth}",
            f"SE-ResNet-{depth} (2017)",
            Phrase("As its authors have it in Caffe: stride in the first 1×1."),
            imagenet(depth, Bottleneck(stride_on="1x1", se=REDUCTION)),
        )
        for depth in (50, 101, 152)
    ]
    found += [
        _legacy(
            f"seresnext{depth}_32x4d",
            f"SE-ResNeXt-{depth} 32×4d (2017)",
            Phrase("As its authors have it in Caffe."),
            imagenet(depth, Bottleneck(groups=32, base_width=4, se=REDUCTION)),
        )
        for depth in (50, 101)
    ]
    senet154 = _legacy(
        "senet154",
        "SENet-154",
        Phrase("The winner of ILSVRC 2017: 64 groups, a deep stem, 3×3 projections."),
        imagenet(152, SENet(groups=64, se=REDUCTION)),
        StemSpec(width=128, deep=True, ceil_pool=True),
    )
    return [*found, senet154]


def _preset(name: str, title: str, line: Phrase, spec: NetworkSpec) -> Preset:
    return Preset(name, title, "SE", line, spec)


def _legacy(
    name: str, title: str, line: Phrase, spec: NetworkSpec, stem: StemSpec = CAFFE_STEM
) -> Preset:
    return _preset(f"legacy_{name}", title, line, spec.model_copy(update={"stem": stem}))
