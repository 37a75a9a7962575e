"""Invariants of every graph."""

import networkx as nx
import pytest
from hypothesis import assume, given
from hypothesis import strategies as st

from explorer.address import INPUT, is_inside
from explorer.analysis.cost import node_costs
from explorer.errors import ShapeError
from explorer.graph import lower
from tests.property.strategies import can_be_lowered, networks, specs


@given(networks)
def test_a_graph_is_acyclic_with_one_source_and_one_sink(spec):
    graph = lower(spec)
    found = graph.to_networkx()
    assert nx.is_directed_acyclic_graph(found)
    assert [n for n, degree in found.in_degree() if degree == 0] == [INPUT]
    assert [n for n, degree in found.out_degree() if degree == 0] == [graph.output.address]
    assert graph.output.out_shape[0] == spec.head.num_classes


@given(networks)
def test_nodes_stand_in_order_and_shapes_agree(spec):
    graph = lower(spec)
    seen = {INPUT: graph.input_shape}
    for address, node in graph.nodes.items():
        assert address == node.address
        assert node.in_shapes == tuple(seen[source] for source in node.inputs)
        assert node.out_shape == node.op.out_shape(node.in_shapes)
        seen[address] = node.out_shape


@given(networks)
def test_stem_blocks_and_head_are_the_whole_graph(spec):
    graph = lower(spec)
    inside = [n.address for block in graph.blocks for n in graph.nodes_of(block)]
    assert [*graph.stem, *inside, *graph.head] == list(graph.nodes)
    assert [len(stage.blocks) for stage in graph.stages] == [s.depth for s in spec.stages]


@given(networks)
def test_a_block_reads_its_entry_only_and_is_left_by_its_exit_only(spec):
    graph = lower(spec)
    for block in graph.blocks:
        nodes = list(graph.nodes_of(block))
        own = {n.address for n in nodes}
        assert all(is_inside(a, block.address) for a in own)
        assert {a for n in nodes for a in n.inputs} - own == {block.entry}
        assert block.exit in own
        assert set(block.shortcut) <= own
        assert block.merge is None or block.merge in own
        template = next(b for b in graph.blocks if b.address == block.template)
        assert [n.op for n in graph.nodes_of(template)] == [n.op for n in nodes]
    read_outside = {
        a
        for block in graph.blocks
        for n in graph.nodes.values()
        if not is_inside(n.address, block.address)
        for a in n.inputs
        if is_inside(a, block.address)
    }
    assert read_outside == {block.exit for block in graph.blocks}


@given(specs.filter(lambda spec: not can_be_lowered(spec)))
def test_what_does_not_fit_names_where(spec):
    with pytest.raises(ShapeError) as refused:
        lower(spec)
    error = refused.value
    assert error.address.startswith("layer")
    assert error.message.startswith(f"{error.address}: ")
    assert error.shapes


def off_shortcuts(spec):
    """Cost of the branches alone: widening may make two shapes equal and a projection vanish."""
    graph = lower(spec)
    aside = {address for block in graph.blocks for address in block.shortcut}
    costs = [c for address, c in node_costs(graph).items() if address not in aside]
    return sum(c.params for c in costs), sum(c.macs for c in costs)


@given(networks, st.integers(0, 2), st.integers(1, 8))
def test_widening_never_lowers_the_cost_of_the_branches(spec, at, by):
    assume(at < len(spec.stages))
    stages = list(spec.stages)
    stages[at] = stages[at].model_copy(update={"width": stages[at].width + by})
    wider = spec.model_copy(update={"stages": tuple(stages)})
    assume(can_be_lowered(wider))
    for before, after in zip(off_shortcuts(spec), off_shortcuts(wider), strict=True):
        assert after >= before
