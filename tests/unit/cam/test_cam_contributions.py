"""A logit is the sum of what shortcut, branch and scales add, plus constants."""

from __future__ import annotations

from functools import cache

import pytest
import torch

from explorer.cam.contributions import contributions, slots_of
from explorer.cam.core import explain
from explorer.errors import ExplorerError
from explorer.graph import lower
from explorer.spec.presets import preset
from tests.unit.cam.cam_lab import settled

network_of = cache(settled)
TARGET = [2, 8]
AFFINE = {
    "resnet20": 32,
    "preact_resnet20": 32,
    "wrn_16_2": 32,
    "res2net50_26w_4s": 64,
    "resnext50_32x4d": 64,
}


@pytest.fixture(autouse=True)
def _one_thread():
    before = torch.get_num_threads()
    torch.set_num_threads(1)
    yield
    torch.set_num_threads(before)


def images(size: int) -> torch.Tensor:
    return torch.randn(2, 3, size, size, generator=torch.Generator().manual_seed(4))


def part(found, name):
    return next(heat for key, heat in found.parts.items() if key.name == name)


@pytest.mark.parametrize("name", AFFINE)
@pytest.mark.parametrize("place", [0, -1])
def test_parts_and_constants_add_up_to_the_logit(name, place):
    size = AFFINE[name]
    network = network_of(name, size)
    block = network.graph.blocks[place].address
    found = contributions(network, images(size), block, TARGET)
    with torch.no_grad():
        logits = network(images(size))[range(2), TARGET]
    torch.testing.assert_close(found.logits, logits)
    size_of_terms = max(heat.abs().sum((1, 2)).max() for heat in found.parts.values())
    assert found.remainder.abs().max() <= 1e-5 * max(1.0, size_of_terms.item())
    assert {"branch", "shortcut"} <= {key.name for key in found.parts}


@pytest.mark.parametrize("place", [1, -1])
def test_the_scales_of_a_res2net_block_add_up_to_its_branch(place):
    network = network_of("res2net50_26w_4s", 64)
    block = network.graph.blocks[place].address
    whole = contributions(network, images(64), block, TARGET)
    split = contributions(network, images(64), block, TARGET, scales=True)
    names = [key.name for key in split.parts]
    assert names == ["shortcut", "scale 1", "scale 2", "scale 3", "scale 4"]
    torch.testing.assert_close(part(split, "shortcut"), part(whole, "shortcut"))
    scales = sum(part(split, name).sum((1, 2)) for name in names[1:])
    branch = part(whole, "branch").sum((1, 2))
    # The branch's own last norm adds a constant of its own.
    constant = split.shift - whole.shift
    torch.testing.assert_close(scales + constant, branch, rtol=1e-3, atol=1e-4)


def test_each_scale_is_what_its_channels_do_alone():
    """Through the last 1x1 convolution a scale acts as if the others were zero."""
    network = network_of("res2net50_26w_4s", 64)
    block = network.graph.blocks[-1].address
    found = contributions(network, images(64), block, TARGET, scales=True)
    seen = {}
    with torch.no_grad():
        network(images(64), tap=seen.setdefault)
    conv, norm = (network.get_submodule(f"{block}.{name}") for name in ("conv3", "bn3"))
    passes = (seen[network.graph.blocks[-1].exit] > 0).float()
    weights = network.get_submodule("fc").weight[TARGET] / passes[0, 0].numel()
    width = seen[f"{block}.concat"].shape[1] // 4
    for i in range(4):
        alone = torch.zeros_like(seen[f"{block}.concat"])
        channels = slice(i * width, (i + 1) * width)
        alone[:, channels] = seen[f"{block}.concat"][:, channels]
        with torch.no_grad():
            scale = (norm.weight / (norm.running_var + norm.eps).sqrt())[:, None, None]
            wanted = (conv(alone) * scale * passes * weights[..., None, None]).sum(1)
        ours = part(found, f"scale {i + 1}").sum((1, 2))
        torch.testing.assert_close(ours, wanted.sum((1, 2)), rtol=1e-4, atol=1e-5)


def test_after_the_last_block_only_the_bias_is_left():
    network = network_of("resnet20", 32)
    found = contributions(network, images(32), "layer3.2", TARGET)
    assert torch.equal(found.shift, torch.zeros(2))
    assert torch.equal(found.bias, network.get_submodule("fc").bias[TARGET].detach())
    both = sum(found.parts.values())
    last = explain(network, images(32), ["layer3.2.relu2"], TARGET, "hirescam")
    torch.testing.assert_close(both, last.heat["layer3.2.relu2"], rtol=1e-4, atol=1e-6)


def test_the_constant_of_a_final_norm_is_its_own_formula():
    network = network_of("preact_resnet20", 32)
    found = contributions(network, images(32), "layer3.2", TARGET)
    seen = {}
    with torch.no_grad():
        network(images(32), tap=seen.setdefault)
    norm = network.get_submodule("norm")
    scale = norm.weight / (norm.running_var + norm.eps).sqrt()
    constant = (norm.bias - norm.running_mean * scale).detach()
    passes = (seen["norm_relu"] > 0).float().mean((2, 3))
    wanted = (passes * constant * network.get_submodule("fc").weight[TARGET].detach()).sum(1)
    torch.testing.assert_close(found.shift, wanted, rtol=1e-4, atol=1e-6)


def test_a_gate_after_the_block_leaves_a_remainder_and_says_so():
    network = network_of("seresnet50", 64)
    found = contributions(network, images(64), network.graph.blocks[0].address, TARGET)
    assert found.remainder.abs().max() > 1e-2
    total = sum(heat.sum((1, 2)) for heat in found.parts.values())
    torch.testing.assert_close(
        total + found.shift + found.bias + found.remainder, found.logits, rtol=1e-4, atol=1e-4
    )


def test_the_parts_have_addresses_of_the_graph():
    graph = lower(preset("res2net50_26w_4s"))
    block = graph.blocks[1]
    found = slots_of(graph, block.address, scales=True)
    assert found[0].part.address == block.entry
    assert [slot.part.address for slot in found[1:]] == [
        "layer1.1.relus.0",
        "layer1.1.relus.1",
        "layer1.1.relus.2",
        "layer1.1.split.3",
    ]


def test_the_written_out_paths_of_a_resnext_are_no_scales():
    found = slots_of(lower(preset("resnext50_32x4d_b")), "layer1.0", scales=True)
    assert [slot.part.name for slot in found[1:4]] == ["path 1", "path 2", "path 3"]


def test_nothing_is_left_behind():
    network = settled("resnet20").train()
    contributions(network, images(32), "layer2.0", TARGET)
    assert all(module.training for module in network.modules())
    assert all(parameter.grad is None for parameter in network.parameters())
    assert torch.is_grad_enabled()


@pytest.mark.parametrize(
    ("name", "block", "scales", "sentence"),
    [
        ("resnet20", "layer9.0", False, "There is no block 'layer9.0'."),
        ("resnet20", "layer1.0", True, "The block layer1.0 has no scales."),
        ("plain20", "layer1.0", False, "The block layer1.0 has no shortcut, so there is nothing"),
    ],
)
def test_a_wrong_question_gets_one_sentence(name, block, scales, sentence):
    with pytest.raises(ExplorerError) as caught:
        slots_of(lower(preset(name)), block, scales=scales)
    assert caught.value.message.startswith(sentence)
    assert caught.value.hint
