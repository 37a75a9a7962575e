"""Dilation widens what a 3x3 reads, and changes neither sizes nor parameters."""

from __future__ import annotations

import pytest
import torch
from torch import nn

from explorer import build, cost
from explorer.blocks import FAMILIES
from explorer.graph import lower
from explorer.ir.ops import Conv2d
from explorer.spec import NetworkSpec, StageSpec, edit
from explorer.spec.presets import preset

DILATED = ["basic", "bottleneck", "preact", "res2net"]


def network(kind, **values):
    block = FAMILIES[kind](**values)
    return NetworkSpec(image_size=64, stages=(StageSpec(depth=2, stride=2, block=block),))


@pytest.mark.parametrize("kind", DILATED)
def test_sizes_and_parameters_stay_and_the_field_grows(kind):
    plain, dilated = network(kind), network(kind, dilation=4)
    assert [n.out_shape for n in lower(plain).nodes.values()] == [
        n.out_shape for n in lower(dilated).nodes.values()
    ]
    before, after = cost(plain), cost(dilated)
    assert (after.params, after.macs) == (before.params, before.macs)
    assert after.receptive_field > before.receptive_field


@pytest.mark.parametrize("kind", DILATED)
def test_every_3x3_of_a_block_is_dilated_and_no_other(kind):
    graph = lower(network(kind, dilation=3))
    inside = [node.op for block in graph.blocks for node in graph.nodes_of(block)]
    convs = [op for op in inside if isinstance(op, Conv2d)]
    assert {op.dilation for op in convs if op.kernel_size == 3} == {3}
    assert {op.dilation for op in convs if op.kernel_size == 1} == {1}


def test_the_forms_of_resnext_agree_when_dilated():
    costs = {cost(network("bottleneck", groups=4, dilation=2, form=f)).params for f in "bc"}
    assert len(costs) == 1
    with torch.device("meta"):
        built = build(network("bottleneck", groups=4, dilation=2, form="a"))
    threes = [m for m in built.modules() if isinstance(m, nn.Conv2d) and m.kernel_size == (3, 3)]
    assert {m.dilation for m in threes} == {(2, 2)}


def test_a_network_without_it_is_written_as_before():
    assert "dilation" not in preset("resnet50").canonical
    assert "dilation" in edit.change_blocks(preset("resnet50"), 3, dilation=2).canonical
