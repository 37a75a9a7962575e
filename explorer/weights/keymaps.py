"""How other libraries call what stands at our addresses: one entry for each family of names.

To add a family, write its rules and name it in ``KEY_MAPS``. A rule is a pattern for the whole
key, as ``re.fullmatch`` reads it, and what to write instead; the first that fits is used, and a
key that none fits keeps its name.
"""

from __future__ import annotations

import re
from typing import NamedTuple


class KeyMap(NamedTuple):
    r"""The names of one library's family.

    Attributes:
        title: Whose names these are.
        rules: Patterns and what to write instead: ``\1`` is the first group, ``<1+>`` the first
            group plus one, ``<1->`` the first group minus one, for those who count otherwise.
    """

    title: str
    rules: tuple[tuple[str, str], ...] = ()

    def rename(self, key: str) -> str:
        """Return our name for a key, or the key itself."""
        for pattern, template in self.rules:
            found = re.fullmatch(pattern, key, re.ASCII)
            if found:
                return found.expand(_counted(template, found))
        return key


def _counted(template: str, found: re.Match[str]) -> str:
    """Replace ``<n+>`` and ``<n->`` by the n-th group plus or minus one."""

    def moved(place: re.Match[str]) -> str:
        return str(int(found[int(place[1])]) + (1 if place[2] == "+" else -1))

    return re.sub(r"<(\d)([+-])>", moved, template)


_V2_BLOCK = r"stages\.(\d)\.blocks\.(\d+)\."
_WRN_BLOCK = r"group(\d)\.block(\d+)\."
_DENSE = r"features\."
_DPN_UNIT = r"features\.conv(\d)_(\d+)\."

SAME = KeyMap("the same names")
KEY_MAPS: tuple[KeyMap, ...] = (
    SAME,
    KeyMap(
        "timm resnetv2",
        (
            (r"stem\.conv\.(.+)", r"conv1.\1"),
            (_V2_BLOCK + r"norm(\d)\.(.+)", r"layer<1+>.\2.bn\3.\4"),
            (_V2_BLOCK + r"downsample\.conv\.(.+)", r"layer<1+>.\2.downsample.0.\3"),
            (_V2_BLOCK + r"(.+)", r"layer<1+>.\2.\3"),
            (r"head\.fc\.(.+)", r"fc.\1"),
        ),
    ),
    KeyMap(
        "timm resnetv2 with a deep stem",
        (
            (r"stem\.conv1\.(.+)", r"conv1.0.\1"),
            (r"stem\.norm1\.(.+)", r"conv1.1.\1"),
            (r"stem\.conv2\.(.+)", r"conv1.3.\1"),
            (r"stem\.norm2\.(.+)", r"conv1.4.\1"),
            (r"stem\.conv3\.(.+)", r"conv1.6.\1"),
            (_V2_BLOCK + r"norm(\d)\.(.+)", r"layer<1+>.\2.bn\3.\4"),
            (_V2_BLOCK + r"downsample\.conv\.(.+)", r"layer<1+>.\2.downsample.1.\3"),
            (_V2_BLOCK + r"(.+)", r"layer<1+>.\2.\3"),
            (r"head\.fc\.(.+)", r"fc.\1"),
        ),
    ),
    KeyMap(
        "timm legacy_seresnet",
        (
            (r"layer0\.(conv1|bn1)\.(.+)", r"\1.\2"),
            (r"(layer\d\.\d+)\.se_module\.(.+)", r"\1.se.\2"),
            (r"last_linear\.(.+)", r"fc.\1"),
        ),
    ),
    KeyMap(
        "official PyTorch WRN",
        (
            (r"conv0(?:\.weight)?", "conv1.weight"),
            (_WRN_BLOCK + r"bn(\d)\.(.+)", r"layer<1+>.\2.bn<3+>.\4"),
            (_WRN_BLOCK + r"conv(\d)(?:\.weight)?", r"layer<1+>.\2.conv<3+>.weight"),
            (_WRN_BLOCK + r"convdim(?:\.weight)?", r"layer<1+>.\2.downsample.0.weight"),
            (r"bn\.(.+)", r"norm.\1"),
        ),
    ),
    KeyMap(
        # Their transition ends a stage, ours begins the next.
        "torchvision and timm densenet",
        (
            (_DENSE + r"conv0\.(.+)", r"conv1.\1"),
            (_DENSE + r"norm0\.(.+)", r"bn1.\1"),
            (_DENSE + r"norm5\.(.+)", r"norm.\1"),
            (_DENSE + r"denseblock(\d)\.denselayer(\d+)\.(.+)", r"layer\1.<2->.\3"),
            (_DENSE + r"transition(\d)\.(.+)", r"layer<1+>.0.transition.\2"),
            (r"classifier\.(.+)", r"fc.\1"),
        ),
    ),
    KeyMap(
        "timm dpn",
        (
            (r"features\.conv1_1\.conv\.(.+)", r"conv1.\1"),
            (r"features\.conv1_1\.bn\.(.+)", r"bn1.\1"),
            (r"features\.conv5_bn_ac\.bn\.(.+)", r"norm.\1"),
            (_DPN_UNIT + r"c1x1_w_s\d\.(.+)", r"layer<1->.<2->.projection.\3"),
            (_DPN_UNIT + r"c1x1_c1\.(.+)", r"layer<1->.<2->.conv3.residual.\3"),
            (_DPN_UNIT + r"c1x1_c2\.(.+)", r"layer<1->.<2->.conv3.dense.\3"),
            (_DPN_UNIT + r"c1x1_a\.(bn|conv)\.(.+)", r"layer<1->.<2->.\g<3>1.\4"),
            (_DPN_UNIT + r"c3x3_b\.(bn|conv)\.(.+)", r"layer<1->.<2->.\g<3>2.\4"),
            (_DPN_UNIT + r"c1x1_c\.(bn|conv)\.(.+)", r"layer<1->.<2->.\g<3>3.\4"),
            (r"classifier\.(.+)", r"fc.\1"),
        ),
    ),
)
"""Tried in this order; the map that recognises most keys is used, the first of equals."""
