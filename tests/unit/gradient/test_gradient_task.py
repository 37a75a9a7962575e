"""Networks at initialisation: what batch norm is settled on."""

from __future__ import annotations

import torch

from explorer.gradient.task import settle
from tests.unit.gradient.gradient_lab import BLOCKS, images_for, network_of


def test_settled_norms_normalise_these_images():
    network = network_of(BLOCKS["basic, stochastic depth"])
    images = images_for(network, 16)
    weights = {name: value.clone() for name, value in network.named_parameters()}
    outputs = {}

    def keep(address, out):
        outputs[address] = out
        return out

    settle(network, images)
    with torch.no_grad():
        network(images, tap=keep)
    norms = {n: m for n, m in network.named_modules() if isinstance(m, torch.nn.BatchNorm2d)}
    assert not any(module.training for module in network.modules())
    assert all(norm.momentum == 0.1 for norm in norms.values())
    assert all(torch.equal(value, weights[name]) for name, value in network.named_parameters())
    first = norms["bn1"]
    mean, std = outputs["bn1"].mean((0, 2, 3)), outputs["bn1"].std((0, 2, 3), correction=1)
    torch.testing.assert_close(mean, first.bias, rtol=0, atol=1e-10)
    torch.testing.assert_close(std, first.weight, rtol=1e-4, atol=0)
