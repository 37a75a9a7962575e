"""Names of other libraries: all of theirs arrive, and the outputs are theirs."""

import json

import pytest
import timm
import torch
from safetensors.torch import save_file
from torch.nn import functional

from explorer import build, preset
from explorer.blocks import FAMILIES
from explorer.cli.commands import main
from explorer.spec import HeadSpec, StemSpec
from explorer.spec.presets.base import imagenet
from explorer.weights.foreign import load

CLASSES = HeadSpec(num_classes=10)
V2 = imagenet(50, FAMILIES["preact"](layout="bottleneck")).model_copy(
    update={"stem": StemSpec(activation=False), "head": CLASSES}
)
SE18 = imagenet(18, FAMILIES["basic"](se=16)).model_copy(update={"head": CLASSES})
SE50 = preset("legacy_seresnet50").model_copy(update={"head": CLASSES})


def randomised(network):
    torch.manual_seed(5)
    for module in network.modules():
        if isinstance(module, torch.nn.BatchNorm2d):
            torch.nn.init.uniform_(module.weight, 0.5, 1.0)
            torch.nn.init.normal_(module.running_mean, std=0.1)
            torch.nn.init.uniform_(module.running_var, 0.5, 1.5)
    return network.eval()


@pytest.mark.parametrize(
    ("name", "spec", "names"),
    [
        ("resnetv2_50", V2, "timm resnetv2"),
        ("legacy_seresnet50", SE50, "timm legacy_seresnet"),
    ],
)
def test_networks_of_timm(name, spec, names, tmp_path):
    theirs = randomised(timm.create_model(name, num_classes=10))
    path = tmp_path / "weights.safetensors"
    save_file(theirs.state_dict(), path)
    network, report = load(spec, path)
    assert report.names == names
    assert report.is_complete
    assert report.left == ()
    assert len(report.matched) + len(report.renamed) == len(theirs.state_dict())
    images = torch.randn(2, 3, 64, 64, dtype=torch.double)
    with torch.inference_mode():
        expected, found = theirs.double()(images), network.double()(images)
    assert expected.std() > 0
    assert (found - expected).abs().max().item() <= 1e-5


def test_every_name_of_the_basic_legacy_network_arrives(tmp_path):
    # Its blocks have one ReLU more, before the gate: the weights fit, the outputs differ.
    theirs = timm.create_model("legacy_seresnet18", num_classes=10)
    path = tmp_path / "weights.safetensors"
    save_file(theirs.state_dict(), path)
    report = load(SE18, path).report
    assert (report.is_complete, report.left) == (True, ())
    assert report.renamed["last_linear.bias"] == "fc.bias"


def wide_state(spec):
    """Return weights of WRN-16-2 under the names of the authors' PyTorch code."""
    torch.manual_seed(9)
    ours = randomised(build(spec)).state_dict()
    state = {"conv0": ours["conv1.weight"]}
    for group in range(3):
        for i in range(2):
            there, here = f"group{group}.block{i}", f"layer{group + 1}.{i}"
            for n in (0, 1):
                state[f"{there}.conv{n}"] = ours[f"{here}.conv{n + 1}.weight"]
                for value in ("weight", "bias", "running_mean", "running_var"):
                    state[f"{there}.bn{n}.{value}"] = ours[f"{here}.bn{n + 1}.{value}"]
            if i == 0:
                state[f"{there}.convdim"] = ours[f"{here}.downsample.0.weight"]
    for value in ("weight", "bias", "running_mean", "running_var"):
        state[f"bn.{value}"] = ours[f"norm.{value}"]
    return state | {"fc.weight": ours["fc.weight"], "fc.bias": ours["fc.bias"]}


def wide_forward(x, state):
    """Compute WRN-16-2 as Zagoruyko and Komodakis define it."""

    def activated(value, name):
        values = [state[f"{name}.{v}"] for v in ("running_mean", "running_var", "weight", "bias")]
        return functional.relu(functional.batch_norm(value, *values))

    x = functional.conv2d(x, state["conv0"], padding=1)
    for group in range(3):
        for i in range(2):
            name, stride = f"group{group}.block{i}", 2 if group and i == 0 else 1
            first = activated(x, f"{name}.bn0")
            out = functional.conv2d(first, state[f"{name}.conv0"], stride=stride, padding=1)
            out = functional.conv2d(
                activated(out, f"{name}.bn1"), state[f"{name}.conv1"], padding=1
            )
            if i == 0:
                x = functional.conv2d(first, state[f"{name}.convdim"], stride=stride)
            x = x + out
    pooled = activated(x, "bn").mean((2, 3))
    return functional.linear(pooled, state["fc.weight"], state["fc.bias"])


def test_wide_networks_of_the_authors(tmp_path):
    spec = preset("wrn_16_2")
    state = wide_state(spec)
    path = tmp_path / "model.pt7.pth"
    torch.save({"params": state, "epoch": 199}, path)
    network, report = load(spec, path)
    assert report.names == "official PyTorch WRN"
    assert report.is_complete
    assert report.left == ()
    assert report.renamed["group1.block0.convdim"] == "layer2.0.downsample.0.weight"
    images = torch.randn(2, 3, 32, 32)
    with torch.inference_mode():
        torch.testing.assert_close(
            network(images), wide_forward(images, state), rtol=1e-5, atol=1e-5
        )


def test_the_report_is_exact(tmp_path, capsys):
    state = dict(build(preset("resnet20")).state_dict())
    del state["layer3.2.conv2.weight"], state["bn1.num_batches_tracked"]
    state["projector.weight"] = torch.zeros(3)
    state["epoch"] = 12
    path = tmp_path / "parallel.pt"
    torch.save({"state_dict": {f"module.{name}": value for name, value in state.items()}}, path)
    assert main(["weights", "resnet20", str(path), "--json"]) == 0
    found = json.loads(capsys.readouterr().out)
    assert found["left"] == ["module.projector.weight", "module.epoch"]
    assert found["missing"] == ["layer3.2.conv2.weight"]
    assert not found["complete"]
    assert found["matched"] == []
    assert found["renamed"] == {
        f"module.{n}": n for n in state if n not in ("epoch", "projector.weight")
    }
    assert main(["weights", "resnet20", str(path)]) == 0
    text = capsys.readouterr().out
    assert text.startswith("Not every weight of the network is in the file.")
    assert "    layer3.2.conv2.weight" in text


def test_half_precision_is_read(tmp_path):
    state = build(preset("resnet20")).half().state_dict()
    path = tmp_path / "half.safetensors"
    save_file(state, path)
    network, report = load(preset("resnet20"), path)
    assert report.is_complete
    assert network.conv1.weight.dtype == torch.float32
