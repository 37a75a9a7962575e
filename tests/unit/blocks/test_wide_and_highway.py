"""Block types B(M) of wide residual networks, and highway layers."""

from typing import get_args

import pytest
import torch

from explorer import build, cost, lower, preset
from explorer.blocks.highway import Highway
from explorer.blocks.preact import PreAct
from explorer.blocks.wide import Kernels, Wide
from explorer.ir.ops import Conv2d
from explorer.spec.presets.base import BARE_CIFAR_STEM, cifar


@pytest.mark.parametrize("dropout", [0.0, 0.3])
def test_b33_is_the_pre_activation_unit(dropout):
    found = lower(cifar(2, Wide(dropout=dropout), BARE_CIFAR_STEM))
    assert found.nodes == lower(cifar(2, PreAct(dropout=dropout), BARE_CIFAR_STEM)).nodes


@pytest.mark.parametrize("kernels", get_args(Kernels))
def test_kernels_stand_in_their_order_and_the_first_strides(kernels):
    graph = lower(cifar(1, Wide(kernels=kernels), BARE_CIFAR_STEM))
    block = graph.blocks[1]
    inside = [node for node in graph.nodes_of(block) if node.address not in block.shortcut]
    convs = [node.op for node in inside if isinstance(node.op, Conv2d)]
    assert ",".join(str(conv.kernel_size) for conv in convs) == kernels
    assert [conv.stride for conv in convs] == [2] + [1] * (len(convs) - 1)
    assert {conv.out_channels for conv in convs} == {32}
    assert graph.nodes[block.shortcut[0]].inputs == ("layer2.0.relu1",)


@pytest.mark.parametrize("kernels", ["3", "33", "333", "3333"])
def test_the_deepening_factor_keeps_the_parameters(kernels):
    name = "wrn_40_2" if kernels == "33" else f"wrn_40_2_b{kernels}"
    assert cost(preset(name)).params == 2_243_546


def test_one_convolution_has_no_place_for_dropout():
    assert lower(cifar(2, Wide(kernels="3", dropout=0.3))).nodes == (
        lower(cifar(2, Wide(kernels="3"))).nodes
    )


def test_a_highway_layer_divides_between_both_ways():
    torch.manual_seed(3)
    network, v = build(cifar(2, Highway(gate_bias=-3.0))).eval(), {}

    def tap(address, value):
        v[address] = value
        return value

    with torch.inference_mode():
        network(torch.randn(2, 3, 32, 32), tap)
        x = v["layer2.0.relu1"]
        h = torch.relu(network.get_submodule("layer2.1.conv1")(x))
        t = torch.sigmoid(network.get_submodule("layer2.1.gate.conv")(x))
    torch.testing.assert_close(v["layer2.1.add"], h * t + x * (1 - t), rtol=0, atol=1e-5)
    assert network.get_submodule("layer2.1.gate.conv").bias.unique().tolist() == [-3.0]


def test_a_highway_layer_that_changes_the_shape_is_plain():
    blocks = lower(preset("highway19")).blocks
    plain = [block.address for block in blocks if block.merge is None]
    assert plain == ["layer2.0", "layer3.0"]
