"""Commands of the stage table and the picture: what a person did there, as one undo step each.

A command is a mapping that comes from a browser, so that anything may stand in it:

    {"do": "set", "address": "layer2" | "layer2.1", "field": "width", "value": 96}
    {"do": "move", "address": "layer2", "before": "layer1" | ""}
    {"do": "duplicate" | "remove" | "reset", "address": "layer2.1"}
    {"do": "add_stage" | "add_block", "before": "layer2" | "" | "layer2.3"}
    {"do": "undo" | "redo"}

What is malformed is ignored; what is not possible is refused with a sentence.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Any, cast

from explorer.blocks import FAMILIES
from explorer.errors import SpecError
from explorer.spec import arrange, edit
from explorer.ui.components.command import Command, command_of
from explorer.ui.landing import landing

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from explorer.address import Address
    from explorer.spec import NetworkSpec
    from explorer.ui.state import Hand

STAGE_FIELDS = ("depth", "width", "stride")
_STAGE = re.compile(r"layer[1-9]\d{0,2}")
_PLACE = re.compile(r"layer[1-9]\d{0,2}(\.\d{1,4})?")
_FIELDS = {
    *STAGE_FIELDS,
    *(name for family in FAMILIES.values() for name in family.model_fields if name != "kind"),
}
_MAX_TEXT = 40


def apply(now: Hand, command: object) -> bool:
    """Take a command into the hand and select what it was done to.

    Returns:
        Whether the network is another; not where the command says nothing that can be done.
    """
    now.turn += 1
    if not isinstance(command, dict):
        return False
    asked, before = cast("Mapping[str, object]", command), now.spec
    match asked.get("do"):
        case "undo":
            now.undo()
        case "redo":
            now.redo()
        case "set" | "reset":
            attempt(now, lambda: _edited(before, asked), now.command)
        case _:
            arranged = command_of(asked)
            if arranged and attempt(now, lambda: _arranged(before, arranged), now.command):
                now.selected = landing(before, arranged)
    return now.spec != before


def attempt(
    now: Hand,
    make: Callable[[], NetworkSpec | None],
    take: Callable[[NetworkSpec], None] | None = None,
) -> bool:
    """Take what ``make`` returns as an edit; keep the sentence where it is refused.

    Returns:
        Whether there was something to take.
    """
    try:
        spec = make()
    except SpecError as error:
        now.refused = error
        return False
    if spec is not None:
        (take or now.edit)(spec)
    return spec is not None


def _edited(spec: NetworkSpec, asked: Mapping[str, object]) -> NetworkSpec | None:
    """Return the network with another value somewhere, None for a command that cannot be read.

    Raises:
        SpecError: It can be read, but not be done.
    """
    address = _place(asked.get("address"))
    if not address:
        return None
    if asked.get("do") == "set":
        return _set(spec, address, asked.get("field"), asked.get("value"))
    return None if _is_stage(address) else edit.reset_block(spec, address)


def _arranged(spec: NetworkSpec, command: Command) -> NetworkSpec:
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


def _place(value: object) -> Address | None:
    """Return an address of a stage or block or the empty string; None for anything else."""
    if value == "":
        return ""
    return value if isinstance(value, str) and _PLACE.fullmatch(value) else None


def _is_stage(address: Address) -> bool:
    return _STAGE.fullmatch(address) is not None


def _set(spec: NetworkSpec, address: Address, name: object, value: object) -> NetworkSpec | None:
    if not isinstance(name, str) or not _is_plain(value):
        return None
    if name == "kind":
        return set_family(spec, address, str(value))
    return set_fields(spec, address, {name: value}) if name in _FIELDS else None


def _is_plain(value: object) -> bool:
    if isinstance(value, str):
        return len(value) <= _MAX_TEXT
    return isinstance(value, int | float) and abs(value) < 1e9


def set_family(spec: NetworkSpec, address: Address, kind: str) -> NetworkSpec:
    """Return the network with another block family in a stage or a block; "" is every stage.

    Raises:
        SpecError: There is no such family, stage or block.
    """
    if not address or _is_stage(address):
        return edit.change_family(spec, _scope(address), kind)
    return edit.change_block_family(spec, address, kind)


def set_fields(spec: NetworkSpec, address: Address, values: Mapping[str, Any]) -> NetworkSpec:
    """Return the network with other values in a stage or a block; "" is every stage.

    A field that the family does not have stays as it is.

    Raises:
        SpecError: There is no such stage or block, or a value is out of range.
    """
    if address and not _is_stage(address):
        return edit.change_block(spec, address, **values)
    scope = _scope(address)
    stage = {name: value for name, value in values.items() if name in STAGE_FIELDS}
    block = {name: value for name, value in values.items() if name not in {*STAGE_FIELDS, "kind"}}
    if stage:
        spec = edit.change_stages(spec, scope, **stage)
    return edit.change_blocks(spec, scope, **block) if block else spec


def _scope(address: Address) -> int | None:
    return int(address.removeprefix("layer")) - 1 if address else None
