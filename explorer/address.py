"""The one address space: graph id, ``state_dict`` prefix, CAM layer, table row, link selection.

An address is a dotted path such as ``layer3.5.conv2``. Addresses of nodes with parameters are
torchvision's and timm's own names, so that published weights load without renaming. A node
without parameters has a name of its own (``relu1``, ``add``), never shared with another.
"""

from __future__ import annotations

import re

Address = str

INPUT: Address = "input"
_NATURAL = re.compile(r"(\d+)")


def parent(address: Address) -> Address:
    """Return the address one level up; the empty string above the top level."""
    return address.rpartition(".")[0]


def leaf(address: Address) -> str:
    """Return the last part of an address, such as ``conv2``."""
    return address.rpartition(".")[2]


def stage_of(address: Address) -> Address:
    """Return the first part of an address, such as ``layer3``."""
    return address.partition(".")[0]


def is_inside(address: Address, ancestor: Address) -> bool:
    """Return whether ``address`` is ``ancestor`` itself or lies under it."""
    return address == ancestor or address.startswith(f"{ancestor}.")


def sort_key(address: Address) -> tuple[tuple[int, int | str], ...]:
    """Return a key that sorts ``layer2.10`` after ``layer2.9``."""
    return tuple(
        (0, int(part)) if part.isdecimal() else (1, part)
        for part in _NATURAL.split(address)
        if part not in {"", "."}
    )
