"""The scene of a network: every cell that its picture can show, laid out once.

A scene is plain JSON. The picture at any zoom, with any part folded or not, is a row of its
cells (see ``compose``), so the browser changes it without asking Python. Equal blocks share one
template, which keeps the scene of the deepest network small.
"""

from __future__ import annotations

from collections import Counter
from itertools import groupby
from typing import TYPE_CHECKING, Any

from explorer.analysis.cost import NodeCost, node_costs
from explorer.figures.cells import (
    Shortcut,
    ShortcutKind,
    block_cell,
    copy_of_frame,
    end_cell,
    folded_cell,
    open_block,
    open_chain,
    shortcut_of,
)
from explorer.figures.scale import value_scale
from explorer.ir.describe import describe
from explorer.units import shape
from explorer.words import _

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from explorer.address import Address
    from explorer.analysis.measures import Measure
    from explorer.ir.graph import Block, Graph, Node, Stage

Scene = dict[str, Any]


def scene(
    graph: Graph, values: Mapping[Address, float] | None = None, measure: Measure | None = None
) -> Scene:
    """Return everything that the picture of a network can show.

    Args:
        graph: The network.
        values: Value of the measure at nodes, blocks, stages, ``stem`` and ``head``; what has
            none is drawn without a fill.
        measure: Where the values come from; None draws every block in one colour.

    Returns:
        JSON-able, in the reader's language: ``measure`` (title, unit, scale, domain, ticks),
        ``input`` (shape in words),
        ``stem``, ``head``, ``stages`` and the block ``templates`` that the stages refer to.
    """
    return _Writer(graph, values or {}, measure).write()


class _Writer:
    """Writes one scene; templates are found by the ops and shapes of a block."""

    def __init__(
        self, graph: Graph, values: Mapping[Address, float], measure: Measure | None
    ) -> None:
        self.graph = graph
        self.values = values
        self.measure = measure
        self.costs = node_costs(graph)
        self.templates: list[dict[str, Any]] = []
        self.shortcuts: list[Shortcut] = []
        self.by_structure: dict[tuple[object, ...], int] = {}
        self.by_address: dict[Address, int] = {}

    def write(self) -> Scene:
        """Return the scene."""
        graph = self.graph
        stem = [graph.nodes[a] for a in graph.stem]
        head = [graph.nodes[a] for a in graph.head]
        stages = [self._stage(stage) for stage in graph.stages]
        return {
            "measure": self._measure(),
            "input": shape(graph.input_shape),
            "stem": self._end("stem", stem, stem[0].inputs[0], describe(stem[0].op).short),
            "head": self._end("head", head, head[0].inputs[0], describe(head[-1].op).short),
            "stages": stages,
            "templates": self.templates,
            "kinds": sorted({word for s in self.shortcuts for word in s.words}),
        }

    def _measure(self) -> dict[str, Any] | None:
        if self.measure is None:
            return None
        drawn = [v for a, v in self.values.items() if self._is_filled(a)]
        scale = value_scale(drawn, self.measure.scale, self.measure.unit)
        return {
            "title": _(self.measure.title),
            "unit": self.measure.unit,
            "scale": self.measure.scale,
            "rollup": self.measure.rollup,
            "domain": scale.domain,
            "ticks": scale.ticks,
        }

    def _is_filled(self, address: Address) -> bool:
        node = self.graph.nodes.get(address)
        return node is None or node.op.is_weight_layer

    def _ops(self, nodes: Sequence[Node], prefix: str) -> list[list[Any]]:
        cut = len(prefix)
        return [
            [
                node.address[cut:],
                describe(node.op).full,
                shape(node.out_shape),
                self.costs[node.address].params,
                self.costs[node.address].macs,
            ]
            for node in nodes
        ]

    def _total(self, nodes: Sequence[Node]) -> tuple[int, int]:
        costs: list[NodeCost] = [self.costs[node.address] for node in nodes]
        return sum(c.params for c in costs), sum(c.macs for c in costs)

    def _value(self, address: Address) -> float | int | None:
        value = self.values.get(address)
        if value is None:
            return None
        return int(value) if float(value).is_integer() else float(f"{value:.4g}")

    def _end(self, name: str, nodes: Sequence[Node], entry: Address, detail: str) -> dict[str, Any]:
        params, macs = self._total(nodes)
        return {
            "address": name,
            "words": f"{{{name}}}",
            "ops": self._ops(nodes, ""),
            "shape": shape(nodes[-1].out_shape),
            "params": params,
            "macs": macs,
            "box": end_cell(name, detail),
            "open": open_chain(nodes, entry, f"{{{name}}}"),
            "values": [[self._value(name), *(self._value(n.address) for n in nodes)]],
        }

    def _template(self, block: Block) -> int:
        known = self.by_address.get(block.template)
        if known is not None:
            return known
        nodes = list(self.graph.nodes_of(block))
        structure = _structure(block, nodes)
        index = self.by_structure.setdefault(structure, len(self.templates))
        self.by_address[block.template] = index
        if index == len(self.templates):
            shortcut = shortcut_of(block, nodes)
            params, macs = self._total(nodes)
            opened = open_block(block, nodes, "{block} #")
            self.shortcuts.append(shortcut)
            self.templates.append(
                {
                    "words": _(block.title),
                    "shortcut": shortcut.kind,
                    "ops": self._ops(nodes, f"{block.address}."),
                    "shape": shape(nodes[-1].out_shape),
                    "params": params,
                    "macs": macs,
                    "box": block_cell(shortcut),
                    "folds": [folded_cell(copies, shortcut, ["#"]) for copies in (1, 2)],
                    "open": opened,
                    "behind": copy_of_frame(opened),
                }
            )
        return index

    def _stage(self, stage: Stage) -> dict[str, Any]:
        indices = [self._template(block) for block in stage.blocks]
        runs: list[dict[str, Any]] = []
        for template, members in groupby(range(len(indices)), key=indices.__getitem__):
            numbers = list(members)
            runs.append(self._run(template, [stage.blocks[i] for i in numbers], numbers[0]))
        used = [self.templates[i] for i in indices]
        title, first = _(stage.blocks[0].title), self.shortcuts[indices[0]]
        words = _words_of_kinds([self.shortcuts[i].kind for i in indices])
        return {
            "address": stage.address,
            "words": title,
            "count": len(indices),
            "shape": used[-1]["shape"],
            "params": sum(t["params"] for t in used),
            "macs": sum(t["macs"] for t in used),
            "value": self._value(stage.address),
            "fold": folded_cell(min(2, len(indices) - 1), first, words, is_stage=True),
            "runs": runs,
        }

    def _run(self, template: int, blocks: Sequence[Block], first: int) -> dict[str, Any]:
        rows: list[list[Any]] = []
        names = [op[0] for op in self.templates[template]["ops"]]
        for block in blocks:
            inside = [self._value(f"{block.address}.{name}") for name in names]
            rows.append([self._value(block.address), *inside])
        run: dict[str, Any] = {
            "template": template,
            "first": first,
            "count": len(blocks),
            "values": rows[:1] if all(row == rows[0] for row in rows) else rows,
        }
        return run


def _structure(block: Block, nodes: Sequence[Node]) -> tuple[object, ...]:
    """Return what two blocks must agree in to be drawn alike."""
    cut = len(block.address)
    return tuple(
        (
            node.address[cut:],
            node.op,
            tuple(a[cut:] for a in node.inputs if a != block.entry),
            node.in_shapes,
            node.out_shape,
        )
        for node in nodes
    )


def _words_of_kinds(kinds: Sequence[ShortcutKind]) -> list[str]:
    """Return ``1 projection``, ``2 identity`` where the shortcuts of a stage differ."""
    counts = Counter(kinds)
    if len(counts) == 1:
        return []
    return [_("{n} {what}").format(n=number, what=f"{{{kind}}}") for kind, number in counts.items()]
