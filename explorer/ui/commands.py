"""Carry out what the reader asks for in the picture: move, duplicate, remove, add."""

from __future__ import annotations

from typing import TYPE_CHECKING

from explorer.errors import SpecError
from explorer.spec import arrange
from explorer.ui.components.command import Command, command_of
from explorer.ui.guard import show

if TYPE_CHECKING:
    from explorer.spec import NetworkSpec
    from explorer.ui.state import Hand


def apply(now: Hand, command: object) -> None:
    """Take a command into the hand; one sentence where it cannot be, nothing if it is none."""
    asked = command_of(command)
    if asked is None:
        return
    try:
        spec = changed(now.spec, asked)
    except SpecError as error:
        show(error)
        return
    now.replace(spec, now.origin)


def changed(spec: NetworkSpec, command: Command) -> NetworkSpec:
    """Return the network after a command.

    Raises:
        SpecError: There is no such place, or no room there.
    """
    do, address, before = command
    match do:
        case "move":
            return arrange.move(spec, address, before)
        case "duplicate":
            return arrange.duplicate(spec, address)
        case "remove":
            return arrange.remove(spec, address)
        case "add_block":
            return arrange.add_block(spec, before)
        case "add_stage":
            return arrange.add_stage(spec, before)
