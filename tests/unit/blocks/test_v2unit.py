"""The units of He et al. 2016: what each ordering and each shortcut computes."""

import pytest
import torch

from explorer import build, cost, lower, paths
from explorer.blocks.basic import Basic
from explorer.blocks.bottleneck import Bottleneck
from explorer.blocks.preact import PreAct
from explorer.blocks.v2unit import V2Unit
from explorer.ir.ops import BatchNorm2d, Conv2d, ReLU
from explorer.spec import HeadSpec, NetworkSpec, StageSpec, StemSpec
from explorer.spec.presets.base import BARE_CIFAR_STEM, CIFAR_STEM, cifar

LETTERS = {Conv2d: "W", BatchNorm2d: "b", ReLU: "r"}
UNITS = {
    "original": ("WbrWb", "r"),
    "bn_after_add": ("WbrW", "br"),
    "relu_before_add": ("WbrWbr", ""),
    "relu_only_preact": ("rWbrWb", ""),
    "full_preact": ("brWbrW", ""),
}
HEADS = {"relu_only_preact": "r", "full_preact": "br"}


def one_unit(**options):
    """Return a network of one stage of two units that keep the shape."""
    stages = (StageSpec(depth=2, width=4, block=V2Unit(**options)),)
    stem = StemSpec(width=4, kernel_size=3, stride=1, pool=False)
    return NetworkSpec(image_size=8, stem=stem, stages=stages, head=HeadSpec(num_classes=3))


def letters(nodes):
    return "".join(LETTERS[type(node.op)] for node in nodes)


@pytest.mark.parametrize("ordering", UNITS)
def test_orderings_are_those_of_the_table(ordering):
    graph = lower(one_unit(ordering=ordering))
    block = graph.blocks[1]
    nodes = list(graph.nodes_of(block))
    merge = [node.address for node in nodes].index(block.merge)
    assert (letters(nodes[:merge]), letters(nodes[merge + 1 :])) == UNITS[ordering]
    assert nodes[merge].inputs == (nodes[merge - 1].address, block.entry)
    closing = [graph.nodes[a] for a in graph.head if a.startswith("norm")]
    assert letters(closing) == HEADS.get(ordering, "")


@pytest.mark.parametrize("option", ["A", "B", "C"])
def test_the_original_unit_is_the_block_of_2015(option):
    unit = V2Unit(ordering="original", shortcut=option)
    assert lower(cifar(2, unit)).nodes == lower(cifar(2, Basic(shortcut=option))).nodes


@pytest.mark.parametrize("stride_on", ["1x1", "3x3"])
def test_the_original_bottleneck_is_the_block_of_2015(stride_on):
    unit = V2Unit(layout="bottleneck", ordering="original", stride_on=stride_on)
    assert lower(cifar(2, unit)).nodes == lower(cifar(2, Bottleneck(stride_on=stride_on))).nodes


@pytest.mark.parametrize("layout", ["basic", "bottleneck"])
@pytest.mark.parametrize("option", ["A", "B", "C"])
def test_full_pre_activation_is_the_unit_of_the_preset_networks(layout, option):
    unit = V2Unit(layout=layout, shortcut=option)
    other = PreAct(layout=layout, shortcut=option, first_unit="shared")
    found, expected = (lower(cifar(2, block, BARE_CIFAR_STEM)) for block in (unit, other))
    assert found.nodes == expected.nodes


def test_units_that_change_the_shape_share_their_activation():
    graph = lower(cifar(2, V2Unit(ordering="relu_only_preact"), CIFAR_STEM))
    assert graph.nodes["layer2.0.downsample.0"].inputs == ("layer2.0.relu1",)
    assert graph.nodes["layer2.0.conv1"].inputs == ("layer2.0.relu1",)
    assert graph.nodes["layer1.0.add"].inputs[1] == "layer1.0.relu1"
    assert graph.nodes["layer1.1.add"].inputs[1] == "layer1.0.add"


def seen(spec):
    """Return the network in evaluation mode and what it computes at each address."""
    torch.manual_seed(3)
    network, values = build(spec).eval(), {}
    # As initialised, batch norm is the identity in evaluation mode and hides a swapped order.
    for module in network.modules():
        if isinstance(module, torch.nn.BatchNorm2d):
            torch.nn.init.uniform_(module.running_mean, -0.5, 0.5)
            torch.nn.init.uniform_(module.weight, 0.5, 1.5)

    def tap(address, value):
        values[address] = value
        return value

    with torch.inference_mode():
        network(torch.randn(2, 3, 8, 8), tap)
    return network, values


def close(a, b):
    torch.testing.assert_close(a, b, rtol=0, atol=1e-6)


BASE = {"ordering": "original", "shortcut": "A"}


def test_constant_scaling():
    _, v = seen(one_unit(**BASE, shortcut_scale=0.5, branch_scale=0.25))
    close(v["layer1.1.add"], 0.25 * v["layer1.1.bn2"] + 0.5 * v["layer1.0.relu2"])


def test_a_shortcut_times_nothing_is_a_plain_net():
    _, v = seen(one_unit(**BASE, shortcut_scale=0.0))
    close(v["layer1.1.add"], v["layer1.1.bn2"])


@pytest.mark.parametrize("gate", ["exclusive", "shortcut"])
def test_gates(gate):
    network, v = seen(one_unit(**BASE, gate=gate, gate_bias=-2.0))
    x, branch = v["layer1.0.relu2"], v["layer1.1.bn2"]
    conv = network.get_submodule("layer1.1.gate.conv")
    assert torch.equal(conv.bias, torch.full((4,), -2.0))
    assert conv.weight.shape == (4, 4, 1, 1)
    with torch.inference_mode():
        g = torch.sigmoid(conv(x))
    close(v["layer1.1.add"], (g * branch if gate == "exclusive" else branch) + (1 - g) * x)


def test_dropout_stands_on_the_shortcut_and_only_in_training():
    spec = one_unit(**BASE, shortcut_dropout=0.5)
    block = lower(spec).blocks[1]
    assert block.shortcut == ("layer1.1.shortcut_dropout",)
    _, v = seen(spec)
    close(v["layer1.1.add"], v["layer1.1.bn2"] + v["layer1.0.relu2"])


@pytest.mark.parametrize("ordering", UNITS)
@pytest.mark.parametrize("layout", ["single", "basic", "bottleneck"])
@pytest.mark.parametrize("gate", ["exclusive", "shortcut"])
def test_gates_are_counted_and_are_no_path(ordering, layout, gate):
    plain = cifar(2, V2Unit(ordering=ordering, layout=layout))
    gated = cifar(2, V2Unit(ordering=ordering, layout=layout, gate=gate))
    ends = [lower(plain).nodes[block.merge] for block in lower(plain).blocks]
    carried = [lower(plain).shape_of(block.entry)[0] for block in lower(plain).blocks]
    added = [c * node.out_shape[0] for c, node in zip(carried, ends, strict=True)]
    biases = sum(node.out_shape[0] for node in ends)
    assert cost(gated).params - cost(plain).params == sum(added) + biases
    sizes = [node.out_shape[1] ** 2 for node in ends]
    macs = sum(a * size for a, size in zip(added, sizes, strict=True))
    assert cost(gated).macs - cost(plain).macs == macs
    assert paths(gated) == paths(plain)
    assert paths(gated, "conv") == paths(plain, "conv")
