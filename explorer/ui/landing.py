"""Where something stands after a command: what the picture then shows as selected."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from explorer.address import Address
    from explorer.spec import NetworkSpec
    from explorer.ui.components.command import Command


def landing(spec: NetworkSpec, command: Command) -> Address:
    """Return the address at which what was moved, copied or added stands afterwards.

    After a removal it is what took its place, else what is in front of it.

    Args:
        spec: The network before the command.
        command: A command that can be carried out on it.
    """
    do, address, before = command
    depths = [stage.depth for stage in spec.stages]
    if "." in (before or address):
        return _block_landing(depths, do, address, before)
    end = len(depths)
    here = _number(address) if address else end
    gap = _number(before) if before else end
    match do:
        case "move":
            return _stage(gap - (gap > here))
        case "duplicate":
            return _stage(here + 1)
        case "remove":
            return _stage(min(here, end - 2))
        case _:
            return _stage(gap)


def _block_landing(depths: list[int], do: str, address: Address, before: Address) -> Address:
    if do not in {"move", "duplicate", "remove"}:
        return before
    stage, index = _place(address)
    if do == "duplicate" or stage >= len(depths):
        return f"{_stage(stage)}.{index + 1}"
    if do == "remove":
        if depths[stage] > 1:
            return f"{_stage(stage)}.{min(index, depths[stage] - 2)}"
        return _stage(min(stage, len(depths) - 2))
    target, gap = _place(before)
    if target == stage:
        return f"{_stage(stage)}.{gap - (gap > index)}"
    # A stage that loses its last block is gone, so that those behind it move up.
    return f"{_stage(target - (depths[stage] == 1 and target > stage))}.{gap}"


def _number(address: Address) -> int:
    return int(address.removeprefix("layer")) - 1


def _place(address: Address) -> tuple[int, int]:
    stage, _, index = address.partition(".")
    return _number(stage), int(index)


def _stage(number: int) -> Address:
    return f"layer{number + 1}"
