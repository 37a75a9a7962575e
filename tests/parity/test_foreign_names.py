"""Networks by their torchvision and timm names: every one that is accepted is exact."""

import pytest
import timm
import torch
import torchvision

from explorer import cost
from explorer.errors import SpecError
from explorer.spec import HeadSpec
from explorer.spec.foreign import foreign_models, from_model_name, is_model_name
from explorer.weights.foreign import load
from tests.parity.test_outputs import randomise_norms

FAMILY = ("resnet", "resnext", "wide_resnet", "res2", "seres", "senet", "legacy_se", "densenet",
          "dpn", "ecares", "skres", "resnest", "gcres", "test_resnet")  # fmt: skip
TIMM = timm.list_models()
OURS = [name for name in TIMM if name.startswith(FAMILY)]
ACCEPTED = [name for name in OURS if name in foreign_models()]
NUM_CLASSES = 10

pytestmark = pytest.mark.parity


def num_params(make, name, **options):
    with torch.device("meta"):
        return sum(p.numel() for p in make(name, **options).parameters())


def test_enough_is_covered_and_nothing_is_made_up():
    assert set(foreign_models()) == set(ACCEPTED)
    assert len(ACCEPTED) >= 80


@pytest.mark.parametrize("name", ACCEPTED)
def test_the_parameters_are_timms(name):
    assert cost(from_model_name(name)).params == num_params(timm.create_model, name)


@pytest.mark.parametrize("name", torchvision.models.list_models(module=torchvision.models))
def test_the_parameters_are_torchvisions(name):
    try:
        spec = from_model_name(f"torchvision.models.{name}")
    except SpecError:
        assert not name.startswith(("resnet", "resnext", "wide_resnet", "densenet"))
    else:
        assert cost(spec).params == num_params(torchvision.models.get_model, name)


@pytest.mark.parametrize("name", [name for name in OURS if name not in ACCEPTED])
def test_what_is_not_covered_says_why(name):
    assert is_model_name(name)
    with pytest.raises(SpecError, match=r"is not covered: .+\."):
        from_model_name(name)


@pytest.mark.parametrize("name", timm.list_pretrained("*res*") + timm.list_pretrained("d*n*"))
def test_a_tag_names_weights_of_the_same_architecture(name):
    if name.partition(".")[0] in ACCEPTED:
        expected = from_model_name(name.partition(".")[0])
        assert from_model_name(f"timm/{name}") == expected
        assert from_model_name(f"hf_hub:timm/{name}") == expected


@pytest.mark.parametrize(
    "name",
    [
        "resnet18d",
        "resnet26",
        "resnet50c",
        "resnet50d",
        "resnet50s",
        "resnext50d_32x4d",
        "seresnet152d",
        "seresnext26d_32x4d",
        "senet154",
        "legacy_seresnext26_32x4d",
        "resnetv2_18",
        "resnetv2_34d",
        "resnetv2_50d",
    ],
)
def test_outputs_of_what_is_no_preset_are_timms(name, tmp_path):
    torch.manual_seed(7)
    theirs = timm.create_model(name, num_classes=NUM_CLASSES)
    randomise_norms(theirs)
    torch.save(theirs.state_dict(), tmp_path / "theirs.pth")
    spec = from_model_name(name).model_copy(update={"head": HeadSpec(num_classes=NUM_CLASSES)})
    ours, report = load(spec, tmp_path / "theirs.pth")
    assert report.is_complete
    assert not report.left
    # Doubles: deep networks leave single precision no digit below 1e-5 to compare.
    images = torch.randn(1, 3, 64, 72, dtype=torch.double)
    with torch.inference_mode():
        expected, found = theirs.double().eval()(images), ours.double().eval()(images)
    assert expected.std() > 0
    assert (found - expected).abs().max().item() <= 1e-5 * max(1, expected.abs().max().item())
