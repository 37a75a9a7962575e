"""The published networks by the field's own names, each a specification and a line about it.

One file for each part of the family; to add a preset, add it to the list there.
"""

from __future__ import annotations

from functools import cache
from typing import TYPE_CHECKING

from explorer.errors import SpecError
from explorer.spec.presets import (
    densenet,
    dpn,
    highway,
    iresnet,
    preact,
    res2net,
    resnet,
    resnext,
    senet,
    v2,
    wide,
    wider,
)
from explorer.spec.presets.base import Preset
from explorer.words import _

if TYPE_CHECKING:
    from explorer.spec.model import NetworkSpec

__all__ = ["Preset", "name_of", "preset", "presets"]

LISTS = (
    resnet.for_cifar,
    resnet.for_imagenet,
    preact.presets,
    v2.presets,
    highway.presets,
    wide.presets,
    resnext.presets,
    res2net.presets,
    iresnet.presets,
    wider.presets,
    densenet.presets,
    dpn.presets,
    senet.presets,
)
"""Where presets come from, in the order in which they are shown."""


@cache
def presets() -> dict[str, Preset]:
    """Return every preset by name, family by family."""
    found: dict[str, Preset] = {}
    for preset_ in (p for make in LISTS for p in make()):
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
        hint = _("See the list of presets.")
        if near:
            hint = _("Did you mean {names}?").format(names=_(" or ").join(near))
        raise SpecError(_("There is no preset called {name}.").format(name=repr(name[:100])), hint)
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
