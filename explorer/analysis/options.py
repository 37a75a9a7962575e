"""Which options of a form make no sense in the network as it is, and why.

Decided on the network itself: an option is senseless where the network then cannot be built, a
field where no value of it changes a single op. Stages are cut to a few blocks for that.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Literal, get_origin

from explorer.errors import BudgetError, SpecError
from explorer.graph import lower
from explorer.spec.edit import change_block, change_blocks, change_stages
from explorer.spec.model import StageSpec
from explorer.spec.positions import Position, cells_of, locate, with_cells, with_stages
from explorer.spec.ranges import choices_of, range_of
from explorer.words import _, mark

if TYPE_CHECKING:
    from collections.abc import Callable

    from pydantic import BaseModel
    from pydantic.fields import FieldInfo

    from explorer.address import Address
    from explorer.ir.graph import Graph
    from explorer.spec import NetworkSpec

    Put = Callable[[str, Any], NetworkSpec]

Reasons = dict[str, dict[Any, str]]
"""By field: the reason for each option that makes no sense; None stands for the whole field."""

_MOST_PROBES = 3
BECAUSE = {
    "form": mark("With a cardinality of 1 there is only one way to write the block."),
    "stride_on": mark("It makes a difference only in bottleneck blocks that halve the resolution."),
    "gate_bias": mark("There is no gate here whose bias could be set."),
    "passes": mark("No split passes here."),
    "convolves_all": mark("It concerns the first block of a stage, with a scale of 2 or more."),
    "first_unit": mark("It concerns only the first block of the network."),
    "improved_projection": mark("No block here halves the resolution."),
    "downsample": mark("No block here halves the resolution."),
    "res_stage": mark("A stage of one block has no start, middle and end."),
    "compression": mark("There is no transition here: those stand before later stages."),
    "dropout": mark("There is only one convolution, and dropout stands between two."),
}
NO_GATE = mark("There is no gate whose width could be rounded: set the SE reduction first.")
NOTHING = mark("It changes nothing in the network as it is.")


def senseless(spec: NetworkSpec, address: Address = "") -> Reasons:
    """Return the options of a form that make no sense now.

    Args:
        spec: The network; one that does not work restricts nothing, so that it can be repaired.
        address: A stage (``layer2``), a block (``layer2.1``), or all stages (the empty string).

    Returns:
        For each field with such options, one sentence for each of them, in the reader's language;
        under the key None the sentence holds for the whole field.

    Raises:
        SpecError: There is no such stage or block.
    """
    small, near = _cut(spec, address)
    try:
        now = lower(small)
    except SpecError:
        return {}
    part, put = _form(small, near)
    fields = {name: (info, getattr(part, name)) for name, info in type(part).model_fields.items()}
    found = {
        name: _of_field(now, name, info, current, put)
        for name, (info, current) in fields.items()
        if name != "kind"
    }
    if near and "." not in near:
        stage = locate(small, near).stage
        info, current = StageSpec.model_fields["stride"], small.stages[stage].stride
        found["stride"] = _of_field(
            now,
            "stride",
            info,
            current,
            lambda _name, value: change_stages(small, stage, stride=value),
        )
    if None in found.get("se_multiple", {}) and not getattr(part, "se", 0):
        found["se_multiple"] = {None: _(NO_GATE)}
    return {name: reasons for name, reasons in found.items() if reasons}


def _form(spec: NetworkSpec, address: Address) -> tuple[BaseModel, Put]:
    """Return the block that is edited and its edit."""
    if not address:
        return spec.stages[0].block, lambda name, value: change_blocks(spec, None, **{name: value})
    stage, index = locate(spec, address)
    own = spec.stages[stage]
    if index is None:
        return own.block, lambda name, value: change_blocks(spec, stage, **{name: value})
    return cells_of(own)[index].block, lambda name, value: change_block(
        spec, address, **{name: value}
    )


def _cut(spec: NetworkSpec, address: Address) -> tuple[NetworkSpec, Address]:
    """Return the network with two blocks in a stage, and the block in question as a third."""
    at = locate(spec, address) if address else None
    stages = list(spec.stages)
    for i, own in enumerate(stages):
        cells = cells_of(own)
        kept = cells[:2]
        if at is not None and i == at.stage and (at.block or 0) >= 2:
            kept.append(cells[at.block or 0])
        if len(kept) < own.depth:
            stages[i] = with_cells(own, kept)
    if at is not None and at.block is not None:
        address = Position(at.stage, min(at.block, 2)).address
    return with_stages(spec, stages), address


def _of_field(
    now: Graph,
    name: str,
    info: FieldInfo,
    current: Any,  # noqa: ANN401
    put: Put,
) -> dict[Any, str]:
    refused: dict[Any, str] = {}
    is_choice = get_origin(info.annotation) is Literal
    differs = False
    for value in _others(info, current):
        if differs and not is_choice:
            break
        try:
            after = lower(put(name, value))
        except BudgetError:
            differs = True
        except SpecError as error:
            differs = True
            if is_choice:
                refused[value] = error.sentence
        else:
            differs = differs or after.nodes != now.nodes
    return refused if differs else {None: _(BECAUSE.get(name, NOTHING))}


def _others(info: FieldInfo, current: Any) -> list[Any]:  # noqa: ANN401
    """Return all other options of a choice, and some other values of a number."""
    choices = choices_of(info)
    if choices:
        return [option for option in choices if option != current]
    low, high, _step = range_of(info)
    # Small values first: those are quick to lower, and nearly always enough to see a difference.
    numbers = [info.default, low, min(low + 1, high), high]
    values = [int(value) if info.annotation is int else value for value in numbers]
    return [value for value in dict.fromkeys(values) if value != current][:_MOST_PROBES]
