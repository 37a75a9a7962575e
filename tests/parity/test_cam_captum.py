"""Maps agree with captum, an implementation with hooks by other people."""

from __future__ import annotations

from functools import cache

import pytest
import torch
from captum.attr import LayerGradCam, LayerGradientXActivation

from explorer.blocks import FAMILIES
from explorer.cam.core import explain, explain_classes
from explorer.cam.layers import layers
from explorer.spec import HeadSpec, NetworkSpec, StageSpec, StemSpec
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


def small(kind: str) -> NetworkSpec:
    """Return a small network of one family."""
    stages = tuple(
        StageSpec(depth=2, width=width, stride=stride, block=FAMILIES[kind]())
        for width, stride in ((16, 1), (32, 2))
    )
    stem = StemSpec(width=16, kernel_size=3, stride=1, pool=False)
    head = HeadSpec(num_classes=10)
    return NetworkSpec(image_size=32, stem=stem, stages=stages, head=head)


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


@pytest.mark.parametrize("kind", FAMILIES)
def test_every_family_agrees_with_captum_whatever_the_layer(kind):
    network = settled(small(kind))
    images = torch.randn(2, 3, 32, 32, generator=torch.Generator().manual_seed(0))
    nodes = network.graph.nodes
    addresses = [a for a, node in nodes.items() if len(node.out_shape) == 3][1::5]
    addresses += [layer.address for layer in layers(network.graph)]
    heat = explain(network, images, list(dict.fromkeys(addresses)), [3, 7]).heat
    for address in dict.fromkeys(addresses):
        module = network.get_submodule(address)
        theirs = LayerGradCam(network, module).attribute(images, target=[3, 7])[:, 0].detach()
        scale = max(1.0, theirs.abs().max().item())
        assert (heat[address] - theirs).abs().max() <= 1e-6 * scale, address


@pytest.mark.parametrize("name", ["resnet20", "res2net50_26w_4s"])
def test_several_classes_at_once_are_one_after_the_other(name):
    network, images = network_of(name, NETWORKS[name]), images_for(name)
    addresses = [layer.address for layer in layers(network.graph)]
    classes = [0, 3, 7, 7, 9]
    for method in ("gradcam", "layercam"):
        found = explain_classes(network, images, addresses, classes, method)
        for number, index in enumerate(classes):
            alone = explain(network, images, addresses, index, method).heat
            for address in addresses:
                scale = max(1.0, alone[address].abs().max().item())
                gap = (found.heat[address][number] - alone[address]).abs().max()
                assert gap <= 1e-5 * scale
