"""More methods agree with captum and with the package grad-cam."""

from __future__ import annotations

import numpy as np
import pytest
import torch
from captum.attr import GuidedBackprop, LayerGradCam
from pytorch_grad_cam import GradCAMPlusPlus, LayerCAM, ScoreCAM
from pytorch_grad_cam.utils.model_targets import ClassifierOutputTarget
from pytorch_grad_cam.utils.svd_on_activations import get_2d_projection

from explorer.cam.core import class_maps, explain
from explorer.cam.eigen import _projected
from explorer.cam.layers import layers
from explorer.cam.methods import METHODS
from tests.unit.cam.cam_lab import settled

pytestmark = pytest.mark.parity
TARGET = [3, 7]


def images(size: int, count: int = 2) -> torch.Tensor:
    return torch.randn(count, 3, size, size, generator=torch.Generator().manual_seed(1))


def assert_same(ours, theirs, tolerance=1e-6) -> None:
    ours, theirs = np.asarray(ours, np.float64), np.asarray(theirs, np.float64)
    assert ours.shape == theirs.shape
    scale = np.abs(theirs).max()
    assert scale > 0
    assert np.abs(ours - theirs).max() <= tolerance * scale


def random_tensors():
    generator = torch.Generator().manual_seed(2)
    activations = torch.randn(3, 12, 6, 6, generator=generator, dtype=torch.float64).clamp(min=0)
    return activations, torch.randn(3, 12, 6, 6, generator=generator, dtype=torch.float64)


def test_gradcam_plus_plus_weights_as_the_package_does():
    activations, gradients = random_tensors()
    weights = GradCAMPlusPlus.get_cam_weights(
        None, None, None, None, activations.numpy(), gradients.numpy()
    )
    theirs = np.einsum("nc,nchw->nhw", weights, activations.numpy())
    assert_same(METHODS["gradcampp"].rule(activations, gradients), theirs, 1e-3)


def test_layercam_is_the_packages():
    activations, gradients = random_tensors()
    theirs = LayerCAM.get_cam_image(
        None, None, None, None, activations.numpy(), gradients.numpy(), eigen_smooth=False
    )
    assert_same(METHODS["layercam"].rule(activations, gradients), theirs, 1e-12)


def test_eigencam_is_the_packages_where_nothing_is_left_to_centre():
    activations, _ = random_tensors()
    centred = activations - activations.mean((2, 3), keepdim=True)
    theirs = get_2d_projection(centred.numpy())
    ours = _projected(centred).numpy()
    # Centred maps have no sum, so no sign; the package's sign is as arbitrary.
    signs = np.sign((theirs * ours).sum((1, 2)))[:, None, None]
    assert_same(ours, signs * theirs)


def test_scorecam_is_the_packages_where_the_layer_has_the_images_size():
    network, x = settled("resnet20"), images(32)
    address = layers(network.graph)[0].address
    with torch.no_grad():
        seen = {}
        network(x, tap=seen.setdefault)
    peer = ScoreCAM(network, [network.get_submodule(address)])
    targets = [ClassifierOutputTarget(index) for index in TARGET]
    weights = peer.get_cam_weights(x, None, targets, seen[address].numpy(), None)
    peer.activations_and_grads.release()
    theirs = np.einsum("nc,nchw->nhw", weights, seen[address].numpy())
    assert_same(explain(network, x, [address], TARGET, "scorecam").heat[address], theirs, 1e-5)


@pytest.mark.filterwarnings("ignore:Setting backward hooks")
@pytest.mark.parametrize(("name", "size"), [("resnet20", 32), ("preact_resnet20", 32)])
def test_guided_backpropagation_is_captums(name, size):
    network, x = settled(name, size), images(size)
    ours = explain(network, x, ["input"], TARGET, "guided_backprop").heat["input"]
    pixels = x.clone().requires_grad_()
    theirs = GuidedBackprop(network).attribute(pixels, target=torch.tensor(TARGET)).sum(1)
    assert_same(ours, theirs.detach(), 1e-5)


@pytest.mark.parametrize("name", ["resnet20", "wrn_16_2", "preact_resnet20"])
def test_maps_of_every_class_without_a_gradient_are_captums(name):
    network, x = settled(name), images(32)
    address = layers(network.graph)[-1].address
    ours = class_maps(network, x)
    peer = LayerGradCam(network, network.get_submodule(address))
    for index in range(10):
        assert_same(ours[:, index], peer.attribute(x, target=index)[:, 0].detach())
