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
        rules: Patterns and what to write instead: ``\1`` is the first group, ``<1>`` the first
            group plus one, for those who count from 0.
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
    """Replace ``<n>`` by the n-th group plus one."""
    return re.sub(r"<(\d)>", lambda place: str(int(found[int(place[1])]) + 1), template)


_V2_BLOCK = r"stages\.(\d)\.blocks\.(\d+)\."
_WRN_BLOCK = r"group(\d)\.block(\d+)\."

SAME = KeyMap("the same names")
KEY_MAPS: tuple[KeyMap, ...] = (
    SAME,
    KeyMap(
        "timm resnetv2",
        (
            (r"stem\.conv\.(.+)", r"conv1.\1"),
            (_V2_BLOCK + r"norm(\d)\.(.+)", r"layer<1>.\2.bn\3.\4"),
            (_V2_BLOCK + r"downsample\.conv\.(.+)", r"layer<1>.\2.downsample.0.\3"),
            (_V2_BLOCK + r"(.+)", r"layer<1>.\2.\3"),
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
            (_WRN_BLOCK + r"bn(\d)\.(.+)", r"layer<1>.\2.bn<3>.\4"),
            (_WRN_BLOCK + r"conv(\d)(?:\.weight)?", r"layer<1>.\2.conv<3>.weight"),
            (_WRN_BLOCK + r"convdim(?:\.weight)?", r"layer<1>.\2.downsample.0.weight"),
            (r"bn\.(.+)", r"norm.\1"),
        ),
    ),
)
"""Tried in this order; the map that recognises most keys is used, the first of equals."""
