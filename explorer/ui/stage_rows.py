"""The rows of the stage table as plain data, small enough to be sent after every edit."""

from __future__ import annotations

from itertools import groupby
from typing import TYPE_CHECKING, Any, Literal, NamedTuple, get_args, get_origin

from explorer.blocks import FAMILIES
from explorer.spec.model import StageSpec
from explorer.units import quantity
from explorer.units import shape as show_shape

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from pydantic.fields import FieldInfo

    from explorer.address import Address
    from explorer.blocks import AnyBlock
    from explorer.ir.graph import Graph
    from explorer.spec import NetworkSpec

COLUMNS = (
    "kind", "depth", "width", "groups", "base_width", "scale", "stride", "se", "dropout",
    "survival", "dilation",
)  # fmt: skip
"""Fields that have a column, in order; ``kind`` is the block family."""
OFF: dict[str, float] = {"groups": 1, "se": 0, "dropout": 0, "survival": 1, "dilation": 1}
"""Values that mean that there is nothing of the kind."""
ALWAYS = ("kind", "depth", "width", "stride")
SE_CHOICES = (0, 4, 8, 16, 32)


class Part(NamedTuple):
    """Output and parameters of something, in words."""

    output: str
    params: str


def bounds(info: FieldInfo) -> tuple[float, float, float]:
    """Return lowest value, highest value and step of a number."""
    low, high, step = 0.0, 1e6, 0.5
    for rule in info.metadata:
        low = float(getattr(rule, "ge", low))
        high = float(getattr(rule, "le", high))
        step = float(getattr(rule, "multiple_of", step))
    return low, high, 1.0 if info.annotation is int else step


def kinds() -> dict[str, dict[str, Any]]:
    """Return for each block family the fields that have a column: ``{field: how to ask}``."""
    own = {name: _asked(name, StageSpec.model_fields[name]) for name in ("depth", "width")}
    own["stride"] = _asked("stride", StageSpec.model_fields["stride"])
    return {
        kind: own
        | {
            name: _asked(name, info) for name, info in family.model_fields.items()
            if name in COLUMNS and name != "kind"
        }
        for kind, family in FAMILIES.items()
    }  # fmt: skip


def _asked(name: str, info: FieldInfo) -> list[Any]:
    """Return a list of options, or lowest, highest and step of a number."""
    if get_origin(info.annotation) is Literal:
        return [list(get_args(info.annotation))]
    if name == "se":
        return [list(SE_CHOICES)]
    return list(bounds(info))


def shown_columns(spec: NetworkSpec) -> list[str]:
    """Return the columns in which some stage of the network has something to say."""
    blocks = [stage.block for stage in spec.stages]
    blocks += [override.block for stage in spec.stages for override in stage.overrides]
    return [
        name
        for name in COLUMNS
        if name in ALWAYS
        or any(hasattr(block, name) and getattr(block, name) != OFF.get(name) for block in blocks)
    ]


def stage_rows(spec: NetworkSpec, graph: Graph | None) -> list[dict[str, Any]]:
    """Return one row for each stage.

    Args:
        spec: The network, which may not work.
        graph: Its graph; None while it does not work, and outputs are not known.

    Returns:
        For each stage ``address``, its values by column, ``figures`` (output, parameters),
        ``own`` ``{position: values that differ}`` of the blocks that are not like the others,
        and ``runs`` of equal blocks in a row ``[count, output, parameters]``.
    """
    rows: list[dict[str, Any]] = []
    for i, stage in enumerate(spec.stages):
        address = f"layer{i + 1}"
        parts = _parts(graph, i) if graph else []
        total = sum(params for _output, params in parts)
        values = {"depth": stage.depth, "width": stage.width, "stride": stage.stride}
        rows.append(
            {
                "address": address,
                "values": values | _values(stage.block),
                "figures": Part(parts[-1][0], quantity(total)) if parts else None,
                "own": {
                    o.at: _values(o.block) | ({"width": o.width} if o.width is not None else {})
                    for o in stage.overrides
                },
                "runs": list(_runs(stage, parts)),
            }
        )
    return rows


def _values(block: AnyBlock) -> dict[str, Any]:
    return {name: getattr(block, name) for name in COLUMNS if hasattr(block, name)}


def _parts(graph: Graph, stage: int) -> list[tuple[str, int]]:
    """Return output shape and parameters of each block of a stage."""
    params: dict[Address, int] = {}
    found: list[tuple[str, int]] = []
    for block in graph.stages[stage].blocks:
        if block.template not in params:
            params[block.template] = sum(node.op.params for node in graph.nodes_of(block))
        found.append((show_shape(graph.nodes[block.exit].out_shape), params[block.template]))
    return found


def _runs(stage: StageSpec, parts: list[tuple[str, int]]) -> Iterator[list[Any]]:
    special = {override.at for override in stage.overrides}
    cells = parts or [("", -1)] * stage.depth
    keys = ((cell, i if i in special else -1) for i, cell in enumerate(cells))
    for ((output, params), _at), run in groupby(keys):
        yield [len(list(run)), output, quantity(params) if params >= 0 else ""]


def end_rows(graph: Graph) -> dict[str, Part]:
    """Return output and parameters of stem and head."""
    return {"stem": _end(graph, graph.stem), "head": _end(graph, graph.head)}


def _end(graph: Graph, addresses: Iterable[Address]) -> Part:
    inside = list(addresses)
    total = sum(graph.nodes[address].op.params for address in inside)
    return Part(show_shape(graph.nodes[inside[-1]].out_shape), quantity(total))
