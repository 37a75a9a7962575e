"""What is left of a unit, against the formula of each family."""

from __future__ import annotations

import pytest
import torch
from hypothesis import given, settings
from torch import nn
from torch.nn import functional

from explorer.analysis.paths import paths_of_graph
from explorer.blocks.densenet import DenseNet
from explorer.blocks.plain import Plain
from explorer.builder import Network
from explorer.cam.core import explain
from explorer.errors import ExplorerError
from explorer.gradient.exact import gradient_by_length
from explorer.lesion.deletion import delete
from explorer.spec import HeadSpec, NetworkSpec, StageSpec
from tests.property.strategies import networks
from tests.unit.gradient.gradient_lab import images_for, settled
from tests.unit.lesion.lesion_lab import BLOCKS, network_of, noise


def seen(network, images):
    values = {}

    def keep(address, out):
        values[address] = out
        return out

    with torch.no_grad():
        logits = network(images, tap=keep)
    return logits, values


RESIDUAL = [name for name in BLOCKS if name not in {"plain", "highway", "v2, exclusive gate"}]


@pytest.mark.parametrize("name", RESIDUAL)
@pytest.mark.parametrize("unit", ["layer1.1", "layer2.0"])
def test_the_branch_is_zero_and_all_else_is_as_before(name, unit):
    network = network_of(BLOCKS[name])
    images = noise(3)[0]
    block = next(b for b in network.graph.blocks if b.address == unit)
    ends = {block.merge: 0}
    if name == "densenet":
        ends = {block.merge: 1}
    if name.startswith("dual path"):
        ends = {f"{unit}.add": 0, block.merge: 2}
    modules = dict(network.named_modules())
    for address, position in ends.items():
        modules[address] = _Without(modules[address], position)
    expected = Network(network.graph, modules).eval()(images)
    torch.testing.assert_close(delete(network, [unit])(images), expected, rtol=0, atol=0)
    assert not torch.equal(expected, network(images))


class _Without(nn.Module):
    def __init__(self, module, position):
        super().__init__()
        self.module, self.position = module, position

    def forward(self, *parts):
        cut = [torch.zeros_like(p) if i == self.position else p for i, p in enumerate(parts)]
        return self.module(*cut)


@pytest.mark.parametrize("name", ["highway", "v2, exclusive gate"])
def test_a_dividing_gate_opens_for_the_shortcut(name):
    network = network_of(BLOCKS[name])
    cut = delete(network, ["layer1.1"])
    _, values = seen(cut, noise(2)[0])
    block = network.graph.blocks[1]
    assert torch.equal(values[block.merge], values[block.entry])
    assert not any("gate.conv" in address for address in values if address.startswith("layer1.1"))


def test_identity_units_pass_x_and_the_closing_relu_changes_nothing():
    network = network_of(BLOCKS["basic A"])
    _, values = seen(delete(network, ["layer1.1", "layer1.2"]), noise(2)[0])
    assert torch.equal(values["layer1.2.relu2"], values["layer1.0.relu2"])
    assert torch.equal(values["layer1.0.relu2"], seen(network, noise(2)[0])[1]["layer1.0.relu2"])


def test_plain_units_pass_what_option_a_would():
    network = network_of(Plain())
    _, values = seen(delete(network, ["layer1.1", "layer2.0"]), noise(2)[0])
    assert torch.equal(values["layer1.1.relu2"], values["layer1.0.relu2"])
    x = values["layer1.2.relu2"]
    expected = functional.pad(x[:, :, ::2, ::2], (0, 0, 0, 0, 0, 2))
    assert torch.equal(values["layer2.0.relu2"], expected)


def test_a_plain_unit_with_fewer_channels_leaves_the_last_out():
    stages = (
        StageSpec(depth=1, width=8, block=Plain()),
        StageSpec(depth=1, width=4, stride=2, block=Plain()),
    )
    network = settled(NetworkSpec(image_size=8, stages=stages, head=HeadSpec(num_classes=5)))
    _, values = seen(delete(network, ["layer2.0"]), images_for(network))
    expected = values["layer1.0.relu2"][:, :4, ::2, ::2]
    assert torch.equal(values["layer2.0.relu2"], expected)


def test_weights_are_shared_and_nothing_is_changed():
    network = network_of(BLOCKS["basic A"]).train()
    nodes = dict(network.graph.nodes)
    cut = delete(network, ["layer1.1"])
    assert all(module.training for module in network.modules())
    assert network.graph.nodes == nodes
    mine = {id(p) for p in network.parameters()}
    assert {id(p) for p in cut.parameters()} < mine
    assert not any(name.startswith("layer1.1.conv") for name in cut.state_dict())


def test_a_deletion_halves_the_paths_and_can_be_deleted_from_again():
    network = network_of(BLOCKS["basic A"])
    once = delete(network, ["layer2.0"])
    assert paths_of_graph(once.graph).num_paths == 2**7
    twice = delete(once, ["layer1.2"])
    both = delete(network, ["layer1.2", "layer2.0"])
    assert torch.equal(twice(noise(2)[0]), both(noise(2)[0]))
    image = images_for(network)
    found = gradient_by_length(both, image)
    x = image.clone().requires_grad_()
    logits = both(x)
    functional.cross_entropy(logits, logits.argmax(1)).backward()
    assert found.norms.shape == (1, 7)
    assert found.totals[0] == pytest.approx(x.grad.norm().item(), rel=1e-12)


def test_maps_can_be_had_of_what_is_left():
    network = network_of(BLOCKS["basic A"])
    cut = delete(network, ["layer2.1", "layer3.1"])
    images = noise(2)[0]
    exits = [stage.blocks[-1].exit for stage in network.graph.stages]
    heat = explain(cut, images, exits).heat
    assert all(torch.isfinite(heat[address]).all() for address in exits)


@given(networks)
@settings(max_examples=15)
def test_any_unit_of_any_network_can_be_deleted(spec):
    network = settled(spec)
    images = images_for(network)
    for block in network.graph.blocks:
        cut = delete(network, [block.address])
        logits, values = seen(cut, images)
        assert logits.shape == network(images).shape
        assert values[block.exit].shape[1:] == network.graph.nodes[block.exit].out_shape


def test_an_address_that_is_no_unit():
    with pytest.raises(ExplorerError, match=r"There is no unit 'layer9.0' in this network"):
        delete(network_of(DenseNet()), ["layer9.0"])
