"""The graph in Graphviz's language: one box for each op, one cluster for each stage."""

from __future__ import annotations

from typing import TYPE_CHECKING

import graphviz

from explorer.address import INPUT
from explorer.ir.describe import describe
from explorer.units import shape

if TYPE_CHECKING:
    from collections.abc import Iterable

    from explorer.ir.graph import Graph, Node


def to_dot(graph: Graph) -> str:
    """Return DOT text in English; every label is escaped, every node is called by its address."""
    dot = graphviz.Digraph(
        "network",
        graph_attr={"rankdir": "TB", "fontname": "sans-serif"},
        node_attr={"shape": "box", "fontname": "sans-serif", "style": "rounded"},
    )
    dot.node(_name(INPUT), _label(INPUT, "image", shape(graph.input_shape)))
    _add(dot, (graph.nodes[address] for address in graph.stem))
    for stage in graph.stages:
        # Graphviz draws a frame around subgraphs whose name starts with "cluster".
        cluster = graphviz.Digraph(f"cluster_{stage.address}")
        cluster.attr(label=graphviz.escape(stage.address))
        for block in stage.blocks:
            _add(cluster, graph.nodes_of(block))
        dot.subgraph(cluster)
    _add(dot, (graph.nodes[address] for address in graph.head))
    for node in graph.nodes.values():
        for source in node.inputs:
            dot.edge(_name(source), _name(node.address))
    return dot.source


def _add(dot: graphviz.Digraph, nodes: Iterable[Node]) -> None:
    for node in nodes:
        label = _label(node.address, describe(node.op).full, shape(node.out_shape))
        dot.node(_name(node.address), label)


def _name(address: str) -> str:
    # In the text of an edge a colon would start a port.
    return graphviz.escape(address.replace(":", "_"))


def _label(*lines: str) -> str:
    return "\\n".join(graphviz.escape(line) for line in lines)
