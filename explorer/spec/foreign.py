"""Networks by the names that torchvision and timm give them.

What is here equals the library's network in every layer; tags of pretrained weights, which do not
change the architecture, are read over. All have 1000 classes and are stated for images of 224 px.
"""

from __future__ import annotations

import re
from difflib import get_close_matches
from functools import cache
from typing import TYPE_CHECKING

from explorer.blocks.basic import Basic
from explorer.blocks.bottleneck import Bottleneck
from explorer.blocks.preact import PreAct
from explorer.blocks.senet import SENet
from explorer.errors import SpecError
from explorer.spec.model import NetworkSpec, StemSpec
from explorer.spec.presets import preset
from explorer.spec.presets.base import DEPTHS, IMAGENET_WIDTHS, stages_of
from explorer.words import _, mark

if TYPE_CHECKING:
    from explorer.blocks import Families

MAX_NAME = 200
_LIBRARY = re.compile(
    r"(?:(?:hf[-_]hub:)?timm[/.:](?:models[./])?|torchvision[/.:](?:models[./])?)"
)
_DEEP, _VERY_DEEP = StemSpec(deep=True), StemSpec(width=128, deep=True)
_BARE, _BARE_DEEP = StemSpec(activation=False), StemSpec(deep=True, activation=False)
_SIZES = DEPTHS | {26: (2, 2, 2, 2), 269: (3, 30, 48, 8)}
_SHARED = (
    *(f"resnet{n}" for n in (18, 34, 50, 101, 152, 200)),
    *(f"seresnet{n}" for n in (18, 34, 50, 101, 152)),
    *(f"legacy_seresnet{n}" for n in (18, 34, 50, 101, 152)),
    *(f"{family}{n}_32x4d" for family in ("resnext", "seresnext") for n in (50, 101)),
    *(f"legacy_seresnext{n}_32x4d" for n in (50, 101)),
    *("resnext101_32x8d", "resnext101_64x4d", "wide_resnet50_2", "wide_resnet101_2"),
    *(f"res2net50_{w}w_{s}s" for w, s in ((26, 4), (26, 6), (26, 8), (48, 2), (14, 8))),
    *("res2net101_26w_4s", "res2net50d", "res2net101d", "res2next50", "legacy_senet154"),
    *(f"densenet{n}" for n in ("121", "161", "169", "201", "264d")),
    *(f"dpn{n}" for n in ("68", "68b", "92", "98", "107", "131")),
)
"""Presets that are called as the library calls them."""

_REASONS = (
    (r"resnetv2_\d+x\d+_bit", mark("its convolutions are standardised and its norm is by groups")),
    (r"\w+_(gn|evos|frn)", mark("its normalisation is not batch norm")),
    (r"\w+_clip(_gap)?", mark("its head is an attention, and it blurs before it subsamples")),
    (r"(?:se)?resne[x]?t(?:aa|blur)\w*|densenetblur\w*", mark("it blurs before it subsamples")),
    (r"eca\w+", mark("its gates are one-dimensional convolutions (ECA)")),
    (r"gcres\w+", mark("its gates are global contexts")),
    (r"sk\w+", mark("its units choose among kernels (SK)")),
    (r"resnest\w+", mark("its units have split attention")),
    (r"resnetrs\w+", mark("its gates are narrower and its stem replaces the pool")),
    (r"resnet\w+_mlp", mark("its head has a hidden layer")),
    (
        r"(?:se)?res(?:net|next)\w*\d+(?:ts|q)(?:_\w+)?",
        mark("its stem has tiers and its units SiLU"),
    ),
    (
        r"(?:se)?res(?:net|next|netv2_)\w*\d+tn?(?:_\w+)?",
        mark("the first of its stem's convolutions is narrower"),
    ),
    (r"dpn48b", mark("its activation is not ReLU")),
    (r"test_\w+", mark("it exists for timm's own tests only")),
)
"""Networks of the family that have something none of ours has."""


def from_model_name(name: str) -> NetworkSpec:
    """Return the specification of a torchvision or timm model.

    Args:
        name: Such as ``resnet50``, ``torchvision.models.resnet50``, ``timm/resnet50d.ra2_in1k``
            or ``hf_hub:timm/res2net50_26w_4s.in1k``.

    Raises:
        SpecError: There is no such model, or the families here do not cover it.
    """
    bare = model_name(name)
    found = foreign_models().get(bare)
    if found is not None:
        return found
    shown = bare[:MAX_NAME]
    near = get_close_matches(shown, foreign_models(), n=3, cutoff=0.5)
    hint = _("The nearest that can be built: {names}.").format(names=", ".join(near))
    hint = hint if near else ""
    for pattern, reason in _REASONS:
        if re.fullmatch(pattern, bare, re.ASCII):
            raise SpecError(
                _("{name} is not covered: {reason}.").format(name=shown, reason=_(reason)), hint
            )
    raise SpecError(
        _(
            "There is no torchvision or timm model called {name} among the residual families."
        ).format(name=repr(shown)),
        hint or _("Names look like resnet50, timm:resnet50d or torchvision.models.densenet121."),
    )


def model_name(name: str) -> str:
    """Return the name of the architecture alone: no library before it, no tag after it."""
    text = name.strip()[: 2 * MAX_NAME]
    found = _LIBRARY.match(text)
    text = text[found.end() :] if found else text
    return text.partition(".")[0]


def is_model_name(name: str) -> bool:
    """Return whether a text is meant as a torchvision or timm model, covered or not."""
    bare = model_name(name)
    uncovered = any(re.fullmatch(pattern, bare, re.ASCII) for pattern, _reason in _REASONS)
    return bare in foreign_models() or uncovered or _LIBRARY.match(name.strip()) is not None


@cache
def foreign_models() -> dict[str, NetworkSpec]:
    """Return every model that can be built, by its bare name."""
    found = {name: preset(name) for name in _SHARED}
    found |= {
        f"resnet{n}{c}": _network(n, Bottleneck(), stem)
        for n in (50, 101, 152)
        for c, stem in (("c", _DEEP), ("s", _VERY_DEEP))
    }
    found |= {
        f"resnet{n}d": _network(n, _deep_block(n), _DEEP) for n in (18, 34, 26, 50, 101, 152, 200)
    }
    found["resnet26"] = _network(26, Bottleneck())
    for n, c, width in ((101, 32, 16), (101, 32, 32)):
        found[f"resnext{n}_{c}x{width}d"] = _network(n, Bottleneck(groups=c, base_width=width))
    found["resnext50d_32x4d"] = _network(
        50, Bottleneck(shortcut="D", groups=32, base_width=4), _DEEP
    )
    found |= _gated() | _pre_activated()
    return dict(sorted(found.items()))


def _gated() -> dict[str, NetworkSpec]:
    """Return the networks with SE that are no presets."""
    se = Bottleneck(se=16, se_multiple=8)
    found = {
        f"seresnet{n}d": _network(n, se.model_copy(update={"shortcut": "D"}), _DEEP)
        for n in (152, 200, 269)
    }
    for n, letter, c, width in (
        (26, "d", 32, 4),
        (101, "d", 32, 8),
        (101, "", 32, 8),
        (101, "", 64, 4),
    ):
        values = {"groups": c, "base_width": width, "shortcut": "D" if letter else "B"}
        found[f"seresnext{n}{letter}_{c}x{width}d"] = _network(
            n, se.model_copy(update=values), _DEEP if letter else StemSpec()
        )
    found["senet154"] = _network(152, SENet(groups=64, se=16, se_multiple=8), _VERY_DEEP)
    caffe = preset("legacy_seresnext50_32x4d")
    found["legacy_seresnext26_32x4d"] = _network(26, caffe.stages[0].block, caffe.stem)
    return found


def _pre_activated() -> dict[str, NetworkSpec]:
    """Return timm's resnetv2: the stem is bare, and the first unit activates like any other."""
    found: dict[str, NetworkSpec] = {}
    for n in (18, 34, 50, 101, 152):
        unit = PreAct(layout="basic" if n < 50 else "bottleneck")
        found[f"resnetv2_{n}"] = _network(n, unit, _BARE)
        pooled = unit.model_copy(update={"shortcut": "D"})
        found[f"resnetv2_{n}d"] = _network(n, pooled, _BARE_DEEP)
    return found


def _deep_block(depth: int) -> Basic | Bottleneck:
    return Basic(shortcut="D") if depth in {18, 34} else Bottleneck(shortcut="D")


def _network(depth: int, block: Families, stem: StemSpec | None = None) -> NetworkSpec:
    return NetworkSpec(
        stem=stem or StemSpec(), stages=stages_of(_SIZES[depth], IMAGENET_WIDTHS, block)
    )
