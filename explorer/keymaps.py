"""From the parameter names of other libraries to our addresses.

Residual networks of torchvision and timm have our names already; here are the networks that
are called otherwise there.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from torch import Tensor

KeyMap = tuple[tuple[str, str], ...]
"""Regular expressions and what each is replaced with, applied one after the other."""

DENSENET: KeyMap = (
    (r"^features\.conv0\.", "conv1."),
    (r"^features\.norm0\.", "bn1."),
    (r"^features\.norm5\.", "norm."),
    (r"^features\.denseblock(\d+)\.denselayer(\d+)\.", r"layer\1.<\2>."),
    (r"^features\.transition(\d+)\.", r"layer[\1].0.transition."),
    (r"^classifier\.", "fc."),
)
"""torchvision's and timm's DenseNet; their transition ends a stage, ours begins the next."""

DPN: KeyMap = (
    (r"^features\.conv1_1\.conv\.", "conv1."),
    (r"^features\.conv1_1\.bn\.", "bn1."),
    (r"^features\.conv5_bn_ac\.bn\.", "norm."),
    (r"^features\.conv(\d+)_(\d+)\.", r"layer<\1>.<\2>."),
    (r"\.c1x1_w_s\d\.", ".projection."),
    (r"\.c1x1_c1\.", ".conv3.residual."),
    (r"\.c1x1_c2\.", ".conv3.dense."),
    (r"\.c1x1_a\.(bn|conv)\.", r".\g<1>1."),
    (r"\.c3x3_b\.(bn|conv)\.", r".\g<1>2."),
    (r"\.c1x1_c\.(bn|conv)\.", r".\g<1>3."),
    (r"^classifier\.", "fc."),
)
"""timm's dual path networks."""

_SHIFTS: tuple[tuple[str, Callable[[re.Match[str]], str]], ...] = (
    (r"<(\d+)>", lambda found: str(int(found[1]) - 1)),
    (r"\[(\d+)\]", lambda found: str(int(found[1]) + 1)),
)
"""How the numbers that a map puts in brackets are moved: ``<>`` down, ``[]`` up."""


def renamed(name: str, key_map: KeyMap) -> str:
    """Return our name for a parameter of another library."""
    for pattern, replacement in key_map:
        name = re.sub(pattern, replacement, name)
    for pattern, shift in _SHIFTS:
        name = re.sub(pattern, shift, name)
    return name


def to_ours(state: Mapping[str, Tensor], key_map: KeyMap) -> dict[str, Tensor]:
    """Return a state dict under our names; a classifier that is a 1x1 convolution is flattened."""
    found = {renamed(name, key_map): value for name, value in state.items()}
    found["fc.weight"] = found["fc.weight"].flatten(1)
    return found
