"""Measures: what a picture can be coloured by and a table can list.

To add one, write a function from a graph to a value for each node and name it in ``MEASURES``.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Literal

from explorer.address import leaf
from explorer.analysis.cost import node_costs
from explorer.analysis.receptive import receptive_fields
from explorer.errors import SpecError
from explorer.words import _, mark

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from explorer.address import Address
    from explorer.ir.graph import Graph

Values = dict[str, float]


@dataclass(frozen=True, slots=True)
class Measure:
    """A value for each node, with its unit.

    Attributes:
        name: In links and options.
        title: In words, in English.
        unit: Of the values.
        scale: How a legend maps values to colours.
        rollup: How a block or stage follows from its nodes.
        of_nodes: The values; a node without one is left out.
    """

    name: str
    title: str
    unit: str
    scale: Literal["log", "linear"]
    rollup: Literal["sum", "max"]
    of_nodes: Callable[[Graph], Values]

    def values(self, graph: Graph) -> Values:
        """Return the value at every node, block, stage, and at ``stem`` and ``head``."""
        nodes = self.of_nodes(graph)
        values = dict(nodes)
        for stage in graph.stages:
            for block in stage.blocks:
                inside = [n.address for n in graph.nodes_of(block)]
                self._roll(values, nodes, block.address, inside)
            self._roll(values, values, stage.address, [block.address for block in stage.blocks])
        self._roll(values, nodes, "stem", graph.stem)
        self._roll(values, nodes, "head", graph.head)
        return values

    def _roll(
        self,
        values: Values,
        source: Mapping[Address, float],
        address: Address,
        inside: list[Address] | tuple[Address, ...],
    ) -> None:
        found = [source[a] for a in inside if a in source]
        if found:
            values[address] = sum(found) if self.rollup == "sum" else max(found)


def _params(graph: Graph) -> Values:
    return {a: c.params for a, c in node_costs(graph).items() if c.params}


def _macs(graph: Graph) -> Values:
    return {a: c.macs for a, c in node_costs(graph).items() if c.macs}


def _activations(graph: Graph) -> Values:
    return {a: c.activation_bytes for a, c in node_costs(graph).items() if c.activation_bytes}


def _receptive(graph: Graph) -> Values:
    fields = receptive_fields(graph)
    return {a: f.size for a, f in fields.items() if f.size is not None and leaf(a) != "input"}


MEASURES: dict[str, Measure] = {
    m.name: m
    for m in (
        Measure("macs", mark("MACs"), "MAC", "log", "sum", _macs),
        Measure("params", mark("Parameters"), "", "log", "sum", _params),
        Measure("activations", mark("Activations"), "B", "log", "sum", _activations),
        Measure("receptive", mark("Receptive field"), "px", "linear", "max", _receptive),
    )
}


def measure(name: str) -> Measure:
    """Return a measure by name.

    Raises:
        SpecError: There is no such measure.
    """
    found = MEASURES.get(name)
    if found is None:
        raise SpecError(
            _("There is no measure called {name}.").format(name=repr(name[:40])),
            _("Use {names}.").format(names=", ".join(MEASURES)),
        )
    return found
