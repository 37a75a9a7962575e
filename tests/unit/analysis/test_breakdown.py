"""Rows of costs add up to the costs of the network."""

import pytest

from explorer import cost, preset
from explorer.analysis.breakdown import BATCH, LEVELS, breakdown
from explorer.analysis.memory import training_memory
from explorer.analysis.receptive import receptive_fields
from explorer.graph import lower


@pytest.mark.parametrize("level", LEVELS)
@pytest.mark.parametrize("name", ["resnet50", "densenet121", "res2net50_26w_4s", "plain20"])
def test_columns_add_up(name, level):
    graph, whole = lower(preset(name)), cost(preset(name))
    memory = training_memory(graph, 32)
    rows = breakdown(graph, level, memory)
    assert sum(row.params for row in rows) == whole.params
    assert sum(row.macs for row in rows) == whole.macs
    assert sum(row.activation_bytes for row in rows) == whole.activation_bytes
    assert sum(row.training_bytes for row in rows) == memory.peak - memory.temporary
    for share in ("params_share", "macs_share", "training_share"):
        assert sum(getattr(row, share) for row in rows) == pytest.approx(1)


def test_rows_are_the_parts_of_the_network():
    graph = lower(preset("resnet18"))
    stages = [row.address for row in breakdown(graph)]
    assert stages == ["stem", "layer1", "layer2", "layer3", "layer4", "head", BATCH]
    blocks = [row.address for row in breakdown(graph, "block")]
    assert blocks == ["stem", *(b.address for b in graph.blocks), "head", BATCH]
    assert [row.address for row in breakdown(graph, "op")] == [*graph.nodes, BATCH]


def test_the_receptive_field_is_that_of_the_output():
    graph = lower(preset("resnet50"))
    fields = receptive_fields(graph)
    found = {row.address: row.receptive_field for row in breakdown(graph, "block")}
    assert found["layer4.2"] == fields["layer4.2.relu3"].size == 427
    assert found["head"] is None
    assert found[BATCH] is None
