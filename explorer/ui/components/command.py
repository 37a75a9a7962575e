"""What the reader asks for by drag and drop or by key, as the browser sends it."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Literal, NamedTuple, cast, get_args

if TYPE_CHECKING:
    from collections.abc import Mapping

    from explorer.address import Address

Deed = Literal["move", "duplicate", "remove", "add_block", "add_stage"]

_PLACE = re.compile(r"layer[1-9]\d?(\.(0|[1-9]\d{0,3}))?")


class Command(NamedTuple):
    """One change of the arrangement.

    Attributes:
        do: What to do.
        address: The stage (``layer2``) or block (``layer2.1``) that it is done to; may be empty
            where something is added.
        before: The stage or block in front of which it comes to stand. An index equal to the
            depth of a stage means behind its last block, the empty string behind the last stage.
    """

    do: Deed
    address: Address = ""
    before: Address = ""


def command_of(value: object) -> Command | None:
    """Return what a browser sent as a command; None for whatever is not one."""
    if not isinstance(value, dict):
        return None
    sent = cast("Mapping[str, object]", value)
    do = next((deed for deed in get_args(Deed) if deed == sent.get("do")), None)
    address, before = sent.get("address", ""), sent.get("before", "")
    if do == "move" and "before" not in sent:
        return None
    if do is None or not _is_place(address) or not _is_place(before):
        return None
    # What a deed does not need says nothing: no later reader has to ask which deed it was.
    command = Command(
        do,
        "" if do in {"add_block", "add_stage"} else cast("str", address),
        "" if do in {"duplicate", "remove"} else cast("str", before),
    )
    return command if _is_meant(command) else None


def _is_place(value: object) -> bool:
    return isinstance(value, str) and (not value or _PLACE.fullmatch(value) is not None)


def _is_meant(command: Command) -> bool:
    """Return whether the places are those that the deed needs: blocks go among blocks."""
    do, address, before = command
    match do:
        case "duplicate" | "remove":
            return bool(address)
        case "move":
            return bool(address) and ("." in address) == ("." in before)
        case "add_block":
            return "." in before
        case "add_stage":
            return "." not in before
