"""What He et al. 2016 compare in ResNet-110 and 164: orderings, shortcuts and one-conv units."""

from __future__ import annotations

from typing import TYPE_CHECKING

from explorer.blocks.v2unit import V2Unit
from explorer.spec.presets.base import BARE_CIFAR_STEM, CIFAR_STEM, Preset, cifar
from explorer.words import Phrase

if TYPE_CHECKING:
    from explorer.blocks.v2unit import Ordering

_ORDERINGS: tuple[tuple[str, Ordering, Phrase, Phrase], ...] = (
    (
        "bn_after_add",
        "bn_after_add",
        Phrase("BN after addition"),
        Phrase("BN stands on the signal of every unit, shortcut included (Table 2 b)."),
    ),
    (
        "relu_before_add",
        "relu_before_add",
        Phrase("ReLU before addition"),
        Phrase("The branch ends with ReLU, so the signal can only grow (Table 2 c)."),
    ),
    (
        "relu_preact",
        "relu_only_preact",
        Phrase("ReLU-only pre-activation"),
        Phrase("ReLU before each convolution, BN after it (Table 2 d)."),
    ),
)
_SCALED = (
    (
        "no_shortcut",
        Phrase("shortcut × 0"),
        Phrase("Constant scaling to nothing: fails (Table 1)."),
        0.0,
        1.0,
    ),
    (
        "half_shortcut",
        Phrase("shortcut × 0.5"),
        Phrase("Only the shortcut halved: fails (Table 1)."),
        0.5,
        1.0,
    ),
    ("half_both", Phrase("both × 0.5"), Phrase("Shortcut and branch halved (Table 1)."), 0.5, 0.5),
)


def presets() -> list[Preset]:
    """Return the networks of the comparison that have no name of their own elsewhere."""
    return [*_orderings(), *_shortcuts(), *_one_layer()]


def _orderings() -> list[Preset]:
    units = {
        110: (18, V2Unit(shortcut="A")),
        164: (18, V2Unit(layout="bottleneck", stride_on="1x1")),
        1001: (111, V2Unit(layout="bottleneck", stride_on="1x1")),
    }
    return [
        _preset(
            f"resnet{depth}_{suffix}",
            Phrase("ResNet-{depth}, {title}", depth=depth, title=title),
            line,
            num_blocks,
            unit.model_copy(update={"ordering": ordering}),
        )
        for depth, (num_blocks, unit) in units.items()
        for suffix, ordering, title, line in _ORDERINGS
    ]


def _shortcuts() -> list[Preset]:
    unit = V2Unit(ordering="original", shortcut="A")
    found = [
        _preset(
            f"resnet110_{suffix}",
            Phrase("ResNet-110, {title}", title=title),
            line,
            18,
            unit.model_copy(update={"shortcut_scale": shortcut, "branch_scale": branch}),
        )
        for suffix, title, line, shortcut, branch in _SCALED
    ]
    found += [
        _preset(
            f"resnet110_{gate}_gate{suffix}",
            Phrase("ResNet-110, {title}, b = {bias}", title=title, bias=f"{bias:g}"),
            Phrase(
                "{line}, the gate's bias starts at {bias} (Table 1).", line=line, bias=f"{bias:g}"
            ),
            18,
            unit.model_copy(update={"gate": gate, "gate_bias": bias}),
        )
        for gate, title, line in (
            ("exclusive", Phrase("exclusive gate"), Phrase("Branch × g, shortcut × 1 − g")),
            ("shortcut", Phrase("shortcut-only gate"), Phrase("Shortcut × 1 − g")),
        )
        for suffix, bias in (("_open", 0.0), ("", -6.0))
    ]
    found.append(
        _preset(
            "resnet110_dropout_shortcut",
            Phrase("ResNet-110, dropout shortcut"),
            Phrase("Dropout 0.5 on every shortcut: fails (Table 1)."),
            18,
            unit.model_copy(update={"shortcut_dropout": 0.5}),
        )
    )
    return found


def _one_layer() -> list[Preset]:
    line = Phrase("108 units of one convolution each (Table 3).")
    unit = V2Unit(layout="single", shortcut="A")
    original = unit.model_copy(update={"ordering": "original"})
    return [
        _preset("resnet110_1layer", Phrase("ResNet-110, one-conv units"), line, 36, original),
        _preset(
            "preact_resnet110_1layer",
            Phrase("Pre-activation ResNet-110, one-conv units"),
            line,
            36,
            unit,
        ),
    ]


def _preset(name: str, title: Phrase, line: Phrase, num_blocks: int, unit: V2Unit) -> Preset:
    stem = BARE_CIFAR_STEM if unit.ordering == "full_preact" else CIFAR_STEM
    return Preset(name, title, "ResNet v2", line, cifar(num_blocks, unit, stem))
