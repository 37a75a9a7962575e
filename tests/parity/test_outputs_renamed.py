"""Outputs of networks whose parameters are called otherwise in torchvision and timm."""

import pytest
import timm
import torch
import torchvision

from explorer import build, preset
from explorer.keymaps import DENSENET, DPN, to_ours
from explorer.spec import HeadSpec

NUM_CLASSES = 10

pytestmark = pytest.mark.parity


def _randomise_norms(network):
    for module in network.modules():
        if isinstance(module, torch.nn.BatchNorm2d):
            torch.nn.init.uniform_(module.weight, 0.5, 1.5)
            torch.nn.init.normal_(module.bias, std=0.1)
            torch.nn.init.normal_(module.running_mean, std=0.1)
            # Small variances show whether the same epsilon is added to them.
            torch.nn.init.uniform_(module.running_var, 0.05, 1.5)


@pytest.mark.parametrize(
    ("library", "name", "key_map"),
    [
        ("torchvision", "densenet121", DENSENET),
        ("timm", "densenet121", DENSENET),
        ("timm", "dpn68", DPN),
        ("timm", "dpn68b", DPN),
        ("timm", "dpn92", DPN),
    ],
)
def test_outputs_are_equal_under_our_names(library, name, key_map):
    torch.manual_seed(7)
    make = torchvision.models.get_model if library == "torchvision" else timm.create_model
    theirs = make(name, num_classes=NUM_CLASSES)
    _randomise_norms(theirs)
    ours = build(preset(name).model_copy(update={"head": HeadSpec(num_classes=NUM_CLASSES)}))
    ours.load_state_dict(to_ours(theirs.state_dict(), key_map), strict=True)
    # Doubles: deep networks leave single precision no digit below 1e-5 to compare.
    images = torch.randn(2, 3, 64, 72, dtype=torch.double)
    with torch.inference_mode():
        expected, found = theirs.double().eval()(images), ours.double().eval()(images)
    assert expected.std() > 0
    assert (found - expected).abs().max().item() <= 1e-5 * max(1, expected.abs().max().item())
