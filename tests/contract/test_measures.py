"""What every measure promises."""

from math import isfinite

import pytest

from explorer import cost, lower, preset
from explorer.analysis.measures import MEASURES

NAMES = (
    "resnet20",
    "plain18",
    "resnet50",
    "preact_resnet164",
    "wrn_16_2",
    "res2net50_26w_4s",
    "densenet_40_12",
    "dpn68",
)
each = pytest.mark.parametrize("name", NAMES)
measures = pytest.mark.parametrize("measure", MEASURES.values(), ids=lambda m: m.name)


@measures
def test_a_measure_explains_itself(measure):
    assert MEASURES[measure.name] is measure
    assert measure.title
    assert measure.scale in {"log", "linear"}


@measures
@each
def test_values_are_finite_and_positive_and_stand_at_known_addresses(measure, name):
    graph = lower(preset(name))
    values = measure.values(graph)
    containers = {"stem", "head"}
    containers |= {b.address for b in graph.blocks} | {s.address for s in graph.stages}
    assert values
    assert set(values) <= set(graph.nodes) | containers
    assert all(isfinite(value) and value > 0 for value in values.values())


@measures
@each
def test_blocks_and_stages_are_rolled_up(measure, name):
    graph = lower(preset(name))
    values = measure.values(graph)
    roll = sum if measure.rollup == "sum" else max
    for stage in graph.stages:
        for block in stage.blocks:
            inside = [values[n.address] for n in graph.nodes_of(block) if n.address in values]
            assert values[block.address] == roll(inside)
        assert values[stage.address] == roll([values[b.address] for b in stage.blocks])


@each
def test_the_parts_make_the_whole(name):
    graph, total = lower(preset(name)), cost(preset(name))
    parts = ["stem", "head", *(stage.address for stage in graph.stages)]
    wholes = {
        "params": total.params,
        "macs": total.macs,
        "activations": total.activation_bytes,
    }
    for measure, whole in wholes.items():
        values = MEASURES[measure].values(graph)
        assert sum(values.get(part, 0) for part in parts) == whole
    assert max(MEASURES["receptive"].values(graph).values()) == total.receptive_field
