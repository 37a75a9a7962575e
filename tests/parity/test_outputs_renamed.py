"""Outputs of networks whose parameters are called otherwise in torchvision and timm."""

import pytest
import timm
import torch
import torchvision

from explorer import preset
from explorer.spec import HeadSpec
from explorer.weights.foreign import load

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
    ("library", "name"),
    [
        ("torchvision", "densenet121"),
        ("timm", "densenet121"),
        ("timm", "dpn68"),
        ("timm", "dpn68b"),
        ("timm", "dpn92"),
    ],
)
def test_outputs_are_equal_under_our_names(library, name, tmp_path):
    torch.manual_seed(7)
    make = torchvision.models.get_model if library == "torchvision" else timm.create_model
    theirs = make(name, num_classes=NUM_CLASSES)
    _randomise_norms(theirs)
    torch.save(theirs.state_dict(), tmp_path / "theirs.pth")
    spec = preset(name).model_copy(update={"head": HeadSpec(num_classes=NUM_CLASSES)})
    ours, report = load(spec, tmp_path / "theirs.pth")
    assert report.is_complete
    assert not report.left
    # Doubles: deep networks leave single precision no digit below 1e-5 to compare.
    images = torch.randn(2, 3, 64, 72, dtype=torch.double)
    with torch.inference_mode():
        expected, found = theirs.double().eval()(images), ours.double().eval()(images)
    assert expected.std() > 0
    assert (found - expected).abs().max().item() <= 1e-5 * max(1, expected.abs().max().item())
