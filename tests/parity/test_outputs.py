"""Outputs against torchvision and timm, with their weights under their own names."""

import re

import pytest
import timm
import torch
import torchvision

from explorer import build, preset
from explorer.blocks.preact import PreAct
from explorer.spec import HeadSpec, StemSpec
from explorer.spec.presets.base import imagenet

TORCHVISION = ("resnet18", "resnet34", "resnet50", "resnext50_32x4d", "wide_resnet50_2")
TIMM = (
    "res2net50_26w_4s",
    "res2net50_14w_8s",
    "res2next50",
    "res2net50d",
    "seresnet18",
    "seresnet50",
    "seresnext50_32x4d",
    "se_res2net50_26w_4s",
)
NUM_CLASSES = 10

pytestmark = pytest.mark.parity


def _foreign(name):
    if name in TORCHVISION:
        return torchvision.models.get_model(name, num_classes=NUM_CLASSES)
    if name.startswith("se_res2net"):
        block = {"scale": 4, "attn_layer": timm.layers.SEModule}
        name = name.removeprefix("se_")
        return timm.create_model(name, num_classes=NUM_CLASSES, block_args=block)
    return timm.create_model(name, num_classes=NUM_CLASSES)


def randomise_norms(network):
    """Give batch norm a state that evaluation mode cannot ignore."""
    for module in network.modules():
        if isinstance(module, torch.nn.BatchNorm2d):
            torch.nn.init.uniform_(module.weight, 0.5, 1.5)
            torch.nn.init.normal_(module.bias, std=0.1)
            torch.nn.init.normal_(module.running_mean, std=0.1)
            torch.nn.init.uniform_(module.running_var, 0.5, 1.5)


@pytest.mark.parametrize("name", TORCHVISION + TIMM)
def test_outputs_are_equal(name):
    torch.manual_seed(7)
    theirs = _foreign(name)
    randomise_norms(theirs)
    spec = preset(name).model_copy(update={"head": HeadSpec(num_classes=NUM_CLASSES)})
    ours = build(spec)
    ours.load_state_dict(theirs.state_dict(), strict=True)
    images = torch.randn(2, 3, 64, 72)
    with torch.inference_mode():
        expected, found = theirs.eval()(images), ours.eval()(images)
    assert expected.std() > 0
    assert (found - expected).abs().max().item() <= 1e-5


@pytest.mark.parametrize("name", ["resnet18", "res2net50_26w_4s"])
def test_batch_statistics_are_equal_after_training_mode(name):
    torch.manual_seed(7)
    theirs = _foreign(name)
    spec = preset(name).model_copy(update={"head": HeadSpec(num_classes=NUM_CLASSES)})
    ours = build(spec)
    ours.load_state_dict(theirs.state_dict(), strict=True)
    images = torch.randn(4, 3, 64, 64)
    expected, found = theirs.train()(images), ours.train()(images)
    torch.testing.assert_close(found, expected, rtol=1e-4, atol=1e-4)
    for address, value in theirs.state_dict().items():
        torch.testing.assert_close(ours.state_dict()[address], value, rtol=1e-4, atol=1e-4)


def _renamed(name):
    """Return our address for a key of timm's pre-activation networks."""
    name = re.sub(r"^stages\.(\d)\.blocks\.", lambda m: f"layer{int(m[1]) + 1}.", name)
    name = re.sub(r"\.norm(\d)\.", r".bn\1.", name)
    name = name.replace("stem.conv", "conv1").replace("downsample.conv", "downsample.0")
    return name.replace("head.fc", "fc")


def test_pre_activation_outputs_are_equal():
    torch.manual_seed(7)
    theirs = timm.create_model("resnetv2_50", num_classes=NUM_CLASSES)
    randomise_norms(theirs)
    # timm leaves the stem bare and lets the first unit activate like any other.
    spec = imagenet(50, PreAct(layout="bottleneck")).model_copy(
        update={"stem": StemSpec(activation=False), "head": HeadSpec(num_classes=NUM_CLASSES)}
    )
    ours = build(spec)
    state = {_renamed(name): value for name, value in theirs.state_dict().items()}
    state["fc.weight"] = state["fc.weight"].flatten(1)
    ours.load_state_dict(state, strict=True)
    # Doubles: logits of 30 leave single precision no digit below 1e-5 to compare.
    images = torch.randn(2, 3, 64, 72, dtype=torch.double)
    with torch.inference_mode():
        expected, found = theirs.double().eval()(images), ours.double().eval()(images)
    assert expected.std() > 0
    assert (found - expected).abs().max().item() <= 1e-5
