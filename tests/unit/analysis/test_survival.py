"""Stochastic depth: how many blocks are there on average."""

import pytest

from explorer import build, lower, preset
from explorer.analysis.survival import expected_blocks, survival_of
from explorer.builder import DropPath


def test_resnet110_is_40_blocks_deep_on_average():
    graph = lower(preset("resnet110_sd"))
    assert expected_blocks(graph) == pytest.approx((3 * 54 - 1) / 4)
    assert survival_of(graph, graph.blocks[0]) == pytest.approx(1 - 0.5 / 54)
    assert survival_of(graph, graph.blocks[-1]) == pytest.approx(0.5)


def test_without_stochastic_depth_all_blocks_are_there():
    assert expected_blocks(lower(preset("resnet110"))) == 54


def test_every_block_has_its_own_probability_in_the_module():
    found = [m.survival for m in build(preset("resnet110_sd")).modules() if isinstance(m, DropPath)]
    assert found == pytest.approx([1 - i / 108 for i in range(1, 55)])
