"""Layer responses against hooks on modules."""

from __future__ import annotations

import pytest
import torch

from explorer.blocks.bottleneck import Bottleneck
from explorer.gradient import responses as responses_module
from explorer.gradient.responses import response_addresses, responses
from tests.unit.gradient.gradient_lab import BLOCKS, images_for, network_of


@pytest.mark.parametrize("name", ["plain", "basic A", "basic C, SE"])
def test_the_spread_after_batch_norm(name, monkeypatch):
    network = network_of(BLOCKS[name]).train()
    images = images_for(network, 5)
    norms = ["bn1"] + [f"{b.address}.bn{i}" for b in network.graph.blocks for i in (1, 2)]
    outputs = {}
    hooks = [
        network.get_submodule(address).register_forward_hook(
            lambda _module, _inputs, out, address=address: outputs.update({address: out})
        )
        for address in norms
    ]
    with torch.no_grad():
        network.eval()(images)
    for hook in hooks:
        hook.remove()
    monkeypatch.setattr(responses_module, "BATCH_SIZE", 2)
    network.train()
    found = responses(network, 2 * images, lambda batch: batch / 2)
    assert all(module.training for module in network.modules())
    assert [one.read_at for one in found] == norms
    assert [one.layer for one in found][:3] == ["conv1", "layer1.0.conv1", "layer1.0.conv2"]
    for one in found:
        expected = outputs[one.read_at].std(correction=0).item()
        assert one.std == pytest.approx(expected, rel=1e-9)


def test_where_no_batch_norm_follows_the_convolution_itself_is_read():
    places = response_addresses(network_of(BLOCKS["preact"]).graph)
    assert places["layer1.1.conv1"] == "layer1.1.bn2"
    assert places["layer1.1.conv2"] == "layer1.1.conv2"
    places = response_addresses(network_of(BLOCKS["highway"]).graph)
    assert "layer1.1.conv1" in places
    assert not any("gate" in address for address in places)


def test_only_3x3_layers_count():
    graph = network_of(Bottleneck()).graph
    assert [a for a in response_addresses(graph) if a.startswith("layer1.1")] == ["layer1.1.conv2"]
