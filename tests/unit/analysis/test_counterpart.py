"""Networks of equal MACs with and without scales."""

import pytest

from explorer import cost, preset
from explorer.analysis.counterpart import counterpart, has_scales
from explorer.analysis.receptive_paths import receptive_paths
from explorer.spec.edit import change_block, change_blocks


@pytest.mark.parametrize("name", ["resnet20", "resnet50", "preact_resnet110", "plain20"])
def test_a_network_gets_scales_at_equal_macs(name):
    spec = preset(name)
    found = counterpart(spec)
    assert found.kind == "res2net"
    assert has_scales(found.spec)
    assert not has_scales(spec)
    assert found.fits
    assert abs(cost(found.spec).macs / cost(spec).macs - 1) <= 0.05
    assert found.deviation == pytest.approx(cost(found.spec).macs / cost(spec).macs - 1)
    assert {stage.block.base_width for stage in found.spec.stages} == {found.base_width}


def test_a_res2net_loses_its_scales():
    spec = preset("res2net50_26w_4s")
    found = counterpart(spec)
    assert found.kind == "bottleneck"
    assert found.fits
    assert receptive_paths(found.spec).counts == receptive_paths(preset("resnet50")).counts


def test_a_block_of_its_own_is_exchanged_too():
    spec = change_block(preset("res2net50_26w_4s"), "layer2.1", scale=2)
    assert not has_scales(counterpart(spec).spec)


def test_scale_one_is_no_scale():
    spec = change_blocks(preset("res2net50_26w_4s"), None, scale=1)
    assert not has_scales(spec)


def test_a_cost_that_cannot_be_met_is_said():
    assert not counterpart(preset("dpn92")).fits
