"""Each method is what its definition says, on networks small enough to do it the long way."""

from __future__ import annotations

import numpy as np
import pytest
import torch
from torch.nn import functional

from explorer.cam import imagewise, masking
from explorer.cam.core import class_maps, explain
from explorer.cam.layers import layers, pooled_layer
from explorer.cam.methods import METHODS, recommended
from explorer.errors import ExplorerError
from explorer.graph import lower
from explorer.spec.presets import preset, presets
from tests.unit.cam.cam_lab import settled
from tests.unit.cam.test_cam_core import fingerprint

IMAGES = torch.randn(2, 3, 32, 32, generator=torch.Generator().manual_seed(5))
TARGET = [1, 6]
LAST = "layer3.2.relu2"


@pytest.fixture(autouse=True)
def _one_thread():
    before = torch.get_num_threads()
    torch.set_num_threads(1)
    yield
    torch.set_num_threads(before)


def activations_of(network, address):
    seen = {}
    with torch.no_grad():
        network(IMAGES, tap=seen.setdefault)
    return seen[address]


@pytest.mark.parametrize("name", METHODS)
def test_every_method_says_what_it_is_and_where_it_fails(name):
    method = METHODS[name]
    for text in (method.summary, method.definition, method.limits):
        assert text.endswith(".")
    assert method.paper[-4:].isdecimal()
    assert (method.rule is None) == bool(method.runs)
    assert method.resolution


def test_only_eigencam_is_the_same_for_every_class(resnet):
    for name, method in METHODS.items():
        if method.is_long:
            continue
        place = method.place(LAST)
        one, two = (explain(resnet, IMAGES, [place], k, name).heat[place] for k in (1, 6))
        assert torch.equal(one, two) == (not method.is_class_specific)
    assert [name for name, m in METHODS.items() if not m.is_class_specific] == ["eigencam"]


def test_gradcam_is_not_recommended_before_the_last_stage():
    assert recommended("gradcam", is_last=False) == "hirescam"
    assert recommended("gradcam", is_last=True) == "gradcam"
    assert recommended("layercam", is_last=False) == "layercam"


def test_gradcam_plus_plus_from_derivatives_of_the_exponential(resnet):
    """Equation 19 with the second and third derivative of exp(y), by autograd twice and thrice."""
    activation = activations_of(resnet, LAST)[:1].double()
    classifier = resnet.get_submodule("fc")
    weight, bias = classifier.weight[1].double(), classifier.bias[1].double()
    a = activation.clone().requires_grad_()
    score = ((a.mean((2, 3)) @ weight) + bias).exp().sum()
    (first,) = torch.autograd.grad(score, a, create_graph=True)
    # Of a linear head: exp(y) g^n, so each is the one before it times the gradient of y.
    ratio = (first / score).detach()
    second, third = first.detach() * ratio, first.detach() * ratio**2
    total = activation.sum((2, 3), keepdim=True)
    alpha = second / (2 * second + total * third)
    weights = (alpha * first.detach().clamp(min=0)).sum((2, 3), keepdim=True)
    wanted = (weights * activation).sum(1) / score.detach()
    ours = explain(resnet, IMAGES, [LAST], TARGET, "gradcampp").heat[LAST][:1]
    torch.testing.assert_close(ours.double(), wanted, rtol=1e-4, atol=1e-8)


def test_eigencam_is_the_first_singular_pair_of_numpy(resnet):
    ours = explain(resnet, IMAGES, [LAST], TARGET, "eigencam").heat[LAST].numpy()
    for heat, activation in zip(ours, activations_of(resnet, LAST).double().numpy(), strict=True):
        left, values, _ = np.linalg.svd(activation.reshape(len(activation), -1).T)
        wanted = np.abs(left[:, 0]) * values[0]
        np.testing.assert_allclose(heat.ravel(), wanted, rtol=1e-4, atol=1e-4 * wanted.max())


def test_eigencam_of_signed_values_leans_to_the_positive():
    network = settled("preact_resnet20")
    heat = explain(network, IMAGES, ["layer2.1.add"], TARGET, "eigencam").heat["layer2.1.add"]
    assert (heat.sum((1, 2)) >= 0).all()


def test_scorecam_one_channel_at_a_time(resnet):
    ours = explain(resnet, IMAGES, [LAST], TARGET, "scorecam").heat[LAST]
    activation = activations_of(resnet, LAST)
    for n, index in enumerate(TARGET):
        scores = []
        for channel in activation[n]:
            large = functional.interpolate(
                channel[None, None], (32, 32), mode="bilinear", align_corners=False
            )
            span = large.max() - large.min()
            mask = (large - large.min()) / span if span > 0 else torch.zeros_like(large)
            with torch.no_grad():
                scores.append(resnet(IMAGES[n : n + 1] * mask)[0, index])
        weights = torch.stack(scores).softmax(0)
        wanted = (weights[:, None, None] * activation[n]).sum(0)
        torch.testing.assert_close(ours[n], wanted, rtol=1e-4, atol=1e-5)


def test_occlusion_one_square_at_a_time(resnet, monkeypatch):
    monkeypatch.setattr(masking, "SQUARES", 2)
    ours = explain(resnet, IMAGES, ["input"], TARGET, "occlusion").heat["input"]
    falls, counts = torch.zeros(2, 32, 32), torch.zeros(32, 32)
    with torch.no_grad():
        whole = resnet(IMAGES)[range(2), TARGET]
        for top in (0, 8, 16):
            for left in (0, 8, 16):
                covered = IMAGES.clone()
                covered[:, :, top : top + 16, left : left + 16] = 0
                fall = whole - resnet(covered)[range(2), TARGET]
                falls[:, top : top + 16, left : left + 16] += fall[:, None, None]
                counts[top : top + 16, left : left + 16] += 1
    torch.testing.assert_close(ours, falls / counts, rtol=1e-4, atol=1e-5)


def test_integrated_gradients_by_the_nodes_of_numpy(resnet):
    ours = explain(resnet, IMAGES, ["input"], TARGET, "integrated_gradients").heat["input"]
    nodes, weights = np.polynomial.legendre.leggauss(imagewise.STEPS)
    total = torch.zeros(2, 3, 32, 32)
    for node, weight in zip((nodes + 1) / 2, weights / 2, strict=True):
        x = (IMAGES * node).float().requires_grad_()
        resnet(x)[range(2), TARGET].sum().backward()
        total += x.grad * weight
    torch.testing.assert_close(ours, (IMAGES * total).sum(1), rtol=1e-3, atol=1e-5)


def test_integrated_gradients_add_up_to_the_change_of_the_logit(resnet, monkeypatch):
    monkeypatch.setattr(imagewise, "STEPS", 256)
    heat = explain(resnet, IMAGES[1:], ["input"], 6, "integrated_gradients").heat["input"]
    with torch.no_grad():
        change = (resnet(IMAGES[1:]) - resnet(torch.zeros_like(IMAGES[1:])))[0, 6]
    assert (heat.sum() - change).abs() < 0.08 * change.abs()


@pytest.mark.parametrize("name", [name for name, m in METHODS.items() if m.rule is None])
def test_methods_that_run_the_network_leave_nothing_behind(name):
    network = settled("resnet20").train()
    before, place = fingerprint(network), METHODS[name].place("layer1.2.relu2")
    pixels = IMAGES[:1].clone()
    with torch.no_grad():
        found = explain(network, pixels, [place], 1, name)
    assert fingerprint(network) == before
    assert torch.equal(pixels, IMAGES[:1])
    assert not found.heat[place].requires_grad
    assert found.heat[place].shape == (1, 32, 32)
    assert found.heat[place].isfinite().all()


def test_maps_of_every_class_are_those_of_each(resnet):
    every = class_maps(resnet, IMAGES)
    by_gradient = explain(resnet, IMAGES, [LAST, "layer1.2.relu2"], TARGET).heat[LAST]
    for n, index in enumerate(TARGET):
        torch.testing.assert_close(every[n, index], by_gradient[n], rtol=1e-5, atol=1e-6)


def test_the_pooled_layer_is_known_in_exactly_the_presets_that_classify():
    for name in presets():
        spec = preset(name)
        graph = lower(spec)
        wanted = layers(graph)[-1].address if spec.head.kind == "classify" else None
        assert pooled_layer(graph) == wanted, name


def test_a_network_that_segments_has_no_class_maps():
    spec = preset("resnet20")
    segments = spec.model_copy(update={"head": spec.head.model_copy(update={"kind": "segment"})})
    from explorer.builder import build

    with pytest.raises(ExplorerError, match="names a class for every pixel"):
        class_maps(build(segments), IMAGES)
