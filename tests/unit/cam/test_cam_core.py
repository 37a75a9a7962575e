"""Maps are right by closed forms, and leave nothing behind."""

from __future__ import annotations

import hashlib
from concurrent.futures import ThreadPoolExecutor

import pytest
import torch

from explorer.cam.core import explain
from explorer.cam.layers import layers
from explorer.errors import ExplorerError
from tests.unit.cam.cam_lab import settled

IMAGES = torch.randn(3, 3, 32, 32, generator=torch.Generator().manual_seed(3))
PLAIN = ("gradcam", "hirescam", "layercam")
STAGES = ["layer1.2.relu2", "layer2.2.relu2", "layer3.2.relu2"]


def fingerprint(network) -> str:
    digest = hashlib.sha256()
    for name, tensor in sorted(network.state_dict().items()):
        digest.update(name.encode() + tensor.numpy().tobytes())
    for name, parameter in network.named_parameters():
        digest.update(f"{name}{parameter.requires_grad}{parameter.grad is None}".encode())
    for name, module in network.named_modules():
        hooks = len(module._forward_hooks) + len(module._backward_hooks)
        digest.update(f"{name}{module.training}{hooks}".encode())
    digest.update(torch.get_rng_state().numpy().tobytes())
    return digest.hexdigest()


def heat(network, address, images=IMAGES, **options):
    return explain(network, images, [address], **options).heat[address]


@pytest.mark.parametrize("name", ["resnet", "preact"])
def test_at_the_pooled_tensor_gradcam_is_the_cam_of_the_classifier(name, request):
    network = request.getfixturevalue(name)
    last = layers(network.graph)[-1].address
    seen = {}
    with torch.no_grad():
        network(IMAGES, tap=seen.setdefault)
        weights = network.get_submodule("fc").weight[4]
        closed = torch.einsum("c,nchw->nhw", weights, seen[last]) / seen[last][0, 0].numel()
    torch.testing.assert_close(heat(network, last, target=4), closed, rtol=1e-5, atol=1e-6)


@pytest.mark.parametrize("name", ["resnet", "preact"])
def test_at_the_pooled_tensor_gradcam_is_hirescam_and_adds_up_to_the_logit(name, request):
    network = request.getfixturevalue(name)
    last = layers(network.graph)[-1].address
    maps = explain(network, IMAGES, [last], target=4, method="hirescam")
    same = heat(network, last, target=4, method="gradcam")
    torch.testing.assert_close(maps.heat[last], same, rtol=1e-5, atol=1e-6)
    total = maps.heat[last].sum((1, 2)) + network.get_submodule("fc").bias[4]
    torch.testing.assert_close(total, maps.logits[:, 4], rtol=1e-4, atol=1e-5)


def test_methods_differ_before_the_last_stage(resnet):
    maps = [heat(resnet, STAGES[0], target=1, method=method) for method in PLAIN]
    assert not torch.allclose(maps[0], maps[1])
    assert not torch.allclose(maps[1], maps[2])
    assert (maps[2] >= 0).all(), "relu outputs times positive gradients"


def test_several_layers_in_one_pass_equal_one_at_a_time(resnet):
    # One pair has neither before the other: a branch and the stem's output beside it.
    addresses = [*STAGES, "layer2.0.conv1", "relu", "layer2.0.bn1"]
    together = explain(resnet, IMAGES, addresses, target=2)
    assert list(together.heat) == addresses
    for address in addresses:
        alone = heat(resnet, address, target=2)
        torch.testing.assert_close(together.heat[address], alone, rtol=1e-5, atol=1e-7)


def test_layers_on_parallel_branches_both_get_a_gradient():
    network = settled("resnet18", 64)
    addresses = ["layer2.0.downsample.0", "layer2.0.conv1"]
    together = explain(network, torch.randn(1, 3, 64, 64), addresses, target=0)
    assert all(together.heat[address].abs().max() > 0 for address in addresses)


def test_a_batch_gives_what_its_images_give_alone(resnet):
    together = heat(resnet, STAGES[1], target=[0, 5, 9])
    for i, target in enumerate([0, 5, 9]):
        alone = heat(resnet, STAGES[1], IMAGES[i : i + 1], target=target)[0]
        torch.testing.assert_close(together[i], alone, rtol=1e-5, atol=1e-6)


def test_without_a_target_the_prediction_is_explained(resnet):
    maps = explain(resnet, IMAGES, STAGES[:1])
    with torch.no_grad():
        assert torch.equal(maps.logits, resnet(IMAGES))
    assert torch.equal(maps.target, maps.logits.argmax(1))


@pytest.mark.parametrize("training", [False, True])
def test_nothing_is_left_behind(training):
    network = settled("resnet20")
    reference = heat(network, STAGES[1], target=1)
    network.train(training)
    network.get_submodule("layer1").eval()
    before = fingerprint(network)
    images = IMAGES.clone()
    result = explain(network, images, STAGES, target=1)
    assert fingerprint(network) == before
    assert torch.equal(images, IMAGES)
    assert not images.requires_grad
    assert torch.equal(result.heat[STAGES[1]], reference), "dropout and batch norm evaluate"
    assert not any(tensor.requires_grad for tensor in (*result.heat.values(), result.logits))
    assert torch.is_grad_enabled()


@pytest.mark.parametrize("place", ["target", "forward", "backward"])
def test_nothing_is_left_behind_by_a_failure(place, monkeypatch):
    network = settled("resnet20")
    network.train()
    before = fingerprint(network)

    def fail(*_args, **_kwargs):
        raise MemoryError

    if place == "forward":
        monkeypatch.setattr(network.get_submodule("layer3.1.conv2"), "forward", fail)
    elif place == "backward":
        monkeypatch.setattr("explorer.cam.backward.pull", fail)
    with pytest.raises((ExplorerError, MemoryError)):
        explain(network, IMAGES, STAGES, target=99 if place == "target" else 1)
    monkeypatch.undo()
    assert fingerprint(network) == before
    assert all(module.training for module in network.modules())
    assert torch.is_grad_enabled()


def test_a_module_in_the_place_of_another_is_explained_as_it_is():
    network = settled("resnet20")
    reference = heat(network, STAGES[0], target=1)
    network.get_submodule("layer2.0").relu1 = torch.nn.Softplus(beta=8)
    images = IMAGES.clone().requires_grad_()
    seen = {}

    def tap(address, out):
        if address == STAGES[0]:
            out.retain_grad()
            seen[address] = out
        return out

    network(images, tap=tap)[:, 1].sum().backward()
    expected = (seen[STAGES[0]] * seen[STAGES[0]].grad.mean((2, 3), keepdim=True)).sum(1)
    changed = heat(network, STAGES[0], target=1)
    torch.testing.assert_close(changed, expected.detach(), rtol=1e-5, atol=1e-6)
    assert not torch.allclose(changed, reference)


@pytest.mark.parametrize("guard", [torch.no_grad, torch.inference_mode])
def test_it_works_where_gradients_are_off_and_parameters_are_frozen(guard):
    network = settled("resnet20")
    reference = heat(network, STAGES[1], target=1)
    network.requires_grad_(requires_grad=False)
    with guard():
        assert torch.equal(heat(network, STAGES[1], target=1), reference)
        assert not torch.is_grad_enabled()


def test_threads_on_one_network_give_the_serial_result(resnet):
    reference = [heat(resnet, STAGES[1], target=target) for target in range(10)]
    with ThreadPoolExecutor(8) as pool:
        jobs = [pool.submit(heat, resnet, STAGES[1], target=i % 10) for i in range(40)]
    for i, job in enumerate(jobs):
        assert torch.equal(job.result(), reference[i % 10])


@pytest.mark.parametrize(
    ("addresses", "options", "sentence"),
    [
        (["fc"], {}, "There is no feature map at 'fc'."),
        (["layer9.0"], {}, "There is no feature map at 'layer9.0'."),
        (STAGES, {"target": 10}, "There is no map for class 10."),
        (STAGES, {"target": -1}, "There is no map for class -1."),
        (STAGES, {"target": [1, 2]}, "There is no map for 2 classes for 3 images."),
        (STAGES, {"method": "rise"}, "There is no CAM method 'rise'."),
    ],
)
def test_a_wrong_question_gets_one_sentence(resnet, addresses, options, sentence):
    with pytest.raises(ExplorerError) as caught:
        explain(resnet, IMAGES, addresses, **options)
    assert caught.value.message == sentence
    assert caught.value.hint
