"""Outputs of the original SE networks against timm's, with a map of their names."""

import re

import pytest
import timm
import torch

from explorer import build, preset
from explorer.spec import HeadSpec
from tests.parity.test_outputs import NUM_CLASSES, randomise_norms

pytestmark = pytest.mark.parity


def renamed(name):
    """Return our address for a key of timm's original SE networks."""
    name = name.removeprefix("layer0.").replace("last_linear", "fc")
    return name.replace(".se_module.", ".se.")


DEEP_STEM = {"conv1": "conv1.0", "bn1": "conv1.1", "conv2": "conv1.3", "bn2": "conv1.4"}
DEEP_STEM |= {"conv3": "conv1.6", "bn3": "bn1"}


def renamed_deep(name):
    """Return our address for a key of SENet-154, whose stem is three convolutions."""
    if found := re.fullmatch(r"layer0\.(\w+?)\.(\w+)", name):
        return f"{DEEP_STEM[found[1]]}.{found[2]}"
    return renamed(name)


@pytest.mark.parametrize(
    ("name", "key"),
    [
        ("legacy_seresnet18", renamed),
        ("legacy_seresnet50", renamed),
        ("legacy_seresnext50_32x4d", renamed),
        ("legacy_senet154", renamed_deep),
    ],
)
@pytest.mark.parametrize("size", [64, 70])
def test_outputs_are_equal(name, key, size):
    torch.manual_seed(7)
    theirs = timm.create_model(name, num_classes=NUM_CLASSES)
    randomise_norms(theirs)
    spec = preset(name).model_copy(update={"head": HeadSpec(num_classes=NUM_CLASSES)})
    ours = build(spec)
    ours.load_state_dict({key(k): v for k, v in theirs.state_dict().items()}, strict=True)
    images = torch.randn(1, 3, size, size)
    with torch.inference_mode():
        expected, found = theirs.eval()(images), ours.eval()(images)
    assert expected.std() > 0
    assert (found - expected).abs().max().item() <= 1e-5
