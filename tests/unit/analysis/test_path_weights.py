"""Weighted paths against an enumeration of all of them."""

from itertools import product
from math import exp, prod

import pytest

from explorer import lower, preset
from explorer.analysis.path_weights import (
    are_weighted,
    branches_present,
    has_gates,
    weighted,
    weights_of,
)
from explorer.analysis.survival import expected_blocks
from explorer.blocks import Basic, Highway, V2Unit
from explorer.errors import ExplorerError
from explorer.spec import NetworkSpec, StageSpec


def network(block, depth=6):
    stage = StageSpec(depth=depth, width=16, block=block)
    return lower(NetworkSpec(image_size=16, stages=(stage,)))


def by_enumeration(factors):
    shares = [0.0] * (len(factors) + 1)
    for taken in product((0, 1), repeat=len(factors)):
        shares[sum(taken)] += prod(factor[i] for factor, i in zip(factors, taken, strict=True))
    return [share / sum(shares) for share in shares]


def test_stochastic_depth_weighs_a_path_with_the_survivals_of_its_blocks():
    graph = network(Basic(survival=0.5))
    survivals = [1 - (i + 1) / 6 * 0.5 for i in range(6)]
    assert [weights_of(graph, block) for block in graph.blocks] == [(1, p) for p in survivals]
    assert weighted(graph).shares == pytest.approx(by_enumeration([(1, p) for p in survivals]))


def test_branches_present_in_a_training_step():
    graph = network(Basic(survival=0.5))
    survivals = [1 - (i + 1) / 6 * 0.5 for i in range(6)]
    found = branches_present(graph)
    assert found.shares == pytest.approx(by_enumeration([(1 - p, p) for p in survivals]))
    deep = lower(preset("resnet110").model_copy())
    assert branches_present(deep).shares[54] == 1
    assert found.mean == pytest.approx(expected_blocks(graph))


def test_without_weights_the_paths_are_the_binomial():
    graph = lower(preset("resnet110"))
    assert not are_weighted(graph)
    found = weighted(graph)
    assert (found.mean, found.std) == pytest.approx((27, 54**0.5 / 2))


def test_a_highway_layer_divides_by_its_gate():
    graph = network(Highway(gate_bias=-2))
    assert are_weighted(graph)
    assert has_gates(graph)
    # The first layer changes the channels: it is plain and has nothing to divide.
    opening = 1 / (1 + exp(2))
    gated = [b for b in graph.blocks if b.merge]
    assert all(weights_of(graph, b) == pytest.approx((1 - opening, opening)) for b in gated)
    assert weighted(graph).mean == pytest.approx(len(graph.blocks) - len(gated) * (1 - opening))
    assert weighted(graph, 1.0).shares[-1] == 1
    assert weighted(graph, 0.25).mean == pytest.approx(6 - 0.75 * len(gated))


@pytest.mark.parametrize(
    ("fields", "expected"),
    [
        ({"gate": "exclusive"}, (0.75, 0.25)),
        ({"gate": "shortcut"}, (0.75, 1)),
        ({"shortcut_scale": 0.5}, (0.5, 1)),
        ({"shortcut_scale": 0.5, "branch_scale": 0.5}, (0.5, 0.5)),
        ({"se": 4}, (1, 1)),
    ],
)
def test_what_stands_on_the_two_ways_of_a_unit(fields, expected):
    graph = network(V2Unit(**fields))
    assert weights_of(graph, graph.blocks[2], 0.25) == pytest.approx(expected)


def test_six_hundred_blocks_neither_overflow_nor_vanish():
    spec = preset("resnet1202")
    stages = tuple(
        stage.model_copy(update={"block": stage.block.model_copy(update={"survival": 0.5})})
        for stage in spec.stages
    )
    found = weighted(lower(spec.model_copy(update={"stages": stages})))
    assert sum(found.shares) == pytest.approx(1)
    assert 200 < found.mean < 300


def test_a_gate_cannot_be_open_further_than_1():
    with pytest.raises(ExplorerError, match=r"A gate cannot be open to 1\.5"):
        weighted(network(Highway()), 1.5)


def test_a_block_without_ways_is_explained():
    with pytest.raises(ExplorerError, match="its branch and its shortcut at 0"):
        weighted(network(V2Unit(shortcut_scale=0, branch_scale=0)))
