"""Receptive fields at a block, inside a block, and where they lie in the image."""

import pytest
from hypothesis import given

from explorer import preset
from explorer.analysis.receptive import last_map, receptive_fields, seen_span
from explorer.analysis.receptive_paths import (
    receptive_paths_in_block,
    receptive_paths_of_graph,
)
from explorer.graph import lower
from tests.property.strategies import networks


def test_the_ways_inside_a_block_of_scales():
    graph = lower(preset("res2net50_26w_4s"))
    first, second = graph.blocks[:2]
    # The first block of a stage does not sum its splits: a pool and three convolutions of 3.
    assert dict(receptive_paths_in_block(graph, first).counts) == {1: 1, 3: 4}
    # The shortcut and the passing split; then one, two or three convolutions in a row.
    assert dict(receptive_paths_in_block(graph, second).counts) == {1: 2, 3: 3, 5: 2, 7: 1}


def test_the_paths_up_to_a_block():
    graph = lower(preset("resnet50"))
    assert dict(receptive_paths_of_graph(graph, 0).counts) == {11: 1, 19: 1}
    whole = receptive_paths_of_graph(graph)
    assert receptive_paths_of_graph(graph, 15).counts == whole.counts


@given(networks)
def test_the_widest_path_up_to_a_block_has_its_receptive_field(spec):
    graph = lower(spec)
    fields = receptive_fields(graph)
    for i, block in enumerate(graph.blocks):
        if all(n.op.window[1] == 1 or n.in_shapes[0][1] > 1 for n in graph.nodes_of(block)):
            assert receptive_paths_of_graph(graph, i).largest == fields[block.exit].size


@pytest.mark.parametrize("name", ["resnet20", "resnet50", "res2net50_26w_4s", "densenet121"])
def test_a_span_is_as_long_as_the_field(name):
    graph = lower(preset(name))
    address = last_map(graph)
    first, last = seen_span(graph, address, 3)
    size, jump = receptive_fields(graph)[address]
    assert last - first + 1 == size
    assert seen_span(graph, address, 4) == (first + jump, last + jump)


def test_the_last_map():
    assert last_map(lower(preset("resnet20"))) == "layer3.2.relu2"
    graph = lower(preset("preact_resnet20"))
    assert last_map(graph) == graph.nodes["avgpool"].inputs[0]
