"""What a repair is, and what is proposed before it is known to work."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Literal, NamedTuple

from explorer.spec.edit import change_block, change_blocks

if TYPE_CHECKING:
    from explorer.address import Address
    from explorer.spec import NetworkSpec

Action = Literal[
    "projection",
    "padding",
    "reset",
    "base_width",
    "groups",
    "scale",
    "width",
    "stem_width",
    "stride",
    "stem_stride",
    "pool",
    "image_size",
    "form",
    "basic",
    "narrower",
    "fewer",
    "classes",
    "value",
    "keep",
    "simpler",
]


@dataclass(frozen=True, slots=True)
class Step:
    """One change.

    Attributes:
        action: What it does: ``projection`` and ``padding`` set the shortcut, ``reset`` makes a
            block like the others of its stage, ``basic`` makes a stage of basic blocks,
            ``stride`` and ``stem_stride`` take a stride away, ``pool`` the stem's pool, ``form``
            writes groups as one convolution, ``narrower`` sets the width factor, ``fewer`` the
            number of blocks, ``value`` the field ``field``; ``keep`` leaves the network as it
            was, ``simpler`` makes all stages short, of basic blocks. The others set the value
            that they are named after.
        address: The block or stage that changes; empty for the whole network.
        value: The new value where the action sets one.
        field: The field that ``value`` sets.
    """

    action: Action
    address: Address = ""
    value: float | None = None
    field: str = ""


class Proposal(NamedTuple):
    """A change that may or may not make the network work."""

    step: Step
    spec: NetworkSpec


@dataclass(frozen=True, slots=True)
class Repair:
    """What makes the network work.

    Attributes:
        action: What it does first; see ``Step``.
        spec: The repaired network.
        added_params: Parameters of the projections, where it makes some.
        value: The new value where the action sets one.
        address: The block or stage that changes; empty for the whole network.
        field: The field that the action ``value`` sets.
        also: What else has to change, where one change is not enough.
    """

    action: Action
    spec: NetworkSpec
    added_params: int = 0
    value: float | None = None
    address: Address = ""
    field: str = ""
    also: tuple[Step, ...] = ()


class Scope(NamedTuple):
    """The blocks that a proposal changes.

    Attributes:
        stage: Position of the stage, or None for all stages.
        block: Position of the block in it, or None for the stage's own blocks.
    """

    stage: int | None = None
    block: int | None = None

    @property
    def address(self) -> Address:
        """Return the address; empty for all stages."""
        if self.stage is None:
            return ""
        stage = f"layer{self.stage + 1}"
        return stage if self.block is None else f"{stage}.{self.block}"

    def with_blocks(self, spec: NetworkSpec, **updates: object) -> NetworkSpec:
        """Return the network with other parameters in these blocks."""
        if self.block is None:
            return change_blocks(spec, self.stage, **updates)
        return change_block(spec, self.address, **updates)


def scopes(spec: NetworkSpec, stage: int, index: int) -> tuple[Scope, ...]:
    """Return what could change to mend a block, the smallest first."""
    if spec.stages[stage].override_at(index) is not None:
        return (Scope(stage, index),)
    around = (Scope(stage), Scope())
    return around if index == 0 else (Scope(stage, index), *around)
