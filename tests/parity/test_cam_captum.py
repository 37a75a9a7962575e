"""Maps agree with captum, an implementation with hooks by other people."""

from __future__ import annotations

from functools import cache

import pytest
import torch
from captum.attr import LayerGradCam, LayerGradientXActivation

from explorer.cam.core import explain
from explorer.cam.layers import layers
from tests.unit.cam.cam_lab import settled

pytestmark = pytest.mark.parity
NETWORKS = {
    "resnet20": 32,
    "preact_resnet20": 32,
    "wrn_16_2": 32,
    "resnet50": 64,
    "res2net50_26w_4s": 64,
    "resnext50_32x4d": 64,
}
INSIDE = {
    "resnet20": ["layer2.0.conv1", "layer2.0.bn2", "layer2.1.add"],
    "preact_resnet20": ["layer2.0.conv2", "layer1.1.add"],
    "res2net50_26w_4s": ["layer2.1.bn3", "layer3.0.downsample.1"],
    "resnext50_32x4d": ["layer2.1.conv2"],
}
network_of = cache(settled)


def images_for(name: str) -> torch.Tensor:
    size = NETWORKS[name]
    return torch.randn(2, 3, size, size, generator=torch.Generator().manual_seed(0))


def assert_same(ours: torch.Tensor, theirs: torch.Tensor) -> None:
    assert ours.shape == theirs.shape
    scale = theirs.abs().max()
    assert scale > 0
    assert (ours - theirs).abs().max() <= 1e-6 * max(1.0, scale.item())


@pytest.mark.parametrize("name", NETWORKS)
def test_gradcam_and_hirescam_are_captums(name):
    network, images, target = network_of(name, NETWORKS[name]), images_for(name), [3, 7]
    addresses = [layer.address for layer in layers(network.graph)] + INSIDE.get(name, [])
    for method in ("gradcam", "hirescam"):
        heat = explain(network, images, addresses, target, method).heat
        for address in addresses:
            module = network.get_submodule(address)
            if method == "gradcam":
                theirs = LayerGradCam(network, module).attribute(images, target=target)[:, 0]
            else:
                product = LayerGradientXActivation(network, module)
                theirs = product.attribute(images, target=target).sum(1)
            assert_same(heat[address], theirs.detach())
