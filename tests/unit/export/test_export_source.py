"""The exported file, executed in a process that cannot import this project."""

import json
import subprocess
import sys
from dataclasses import fields

import pytest
import torch
from hypothesis import HealthCheck, given, settings

from explorer import build, preset
from explorer.blocks import FAMILIES
from explorer.export.calls import call, constructor
from explorer.export.source import to_source
from explorer.ir import ops
from explorer.spec import HeadSpec, NetworkSpec, StageSpec
from explorer.spec.presets import presets
from tests.contract.test_ops import EXAMPLES
from tests.property.strategies import networks

RUN = """
import json, runpy, sys, torch
sys.path = [p for p in sys.path if p]
network = runpy.run_path(sys.argv[1])["Network"]().eval()
given = torch.load(sys.argv[2], weights_only=True)
keys = list(network.state_dict())
network.load_state_dict(given["state"], strict=True)
with torch.inference_mode():
    torch.save({"logits": network(given["images"])}, sys.argv[3])
print(json.dumps({"keys": keys, "ours": sorted(m for m in sys.modules if "explorer" in m)}))
"""


def randomised(spec):
    network = build(spec)
    for name, tensor in network.state_dict().items():
        if name.endswith("running_var"):
            tensor.uniform_(0.5, 1.5)
        elif tensor.dtype.is_floating_point and tensor.ndim == 1:
            tensor.normal_(0.5, 0.2)
    return network.eval()


def run_in_process(spec, folder):
    torch.manual_seed(3)
    network = randomised(spec)
    images = torch.randn(2, spec.in_channels, spec.image_size, spec.image_size)
    torch.save({"state": network.state_dict(), "images": images}, folder / "given.pt")
    (folder / "network.py").write_text(to_source(spec))
    files = [str(folder / name) for name in ("network.py", "given.pt", "found.pt")]
    done = subprocess.run(
        [sys.executable, "-I", "-c", RUN, *files],
        capture_output=True,
        text=True,
        check=False,
        timeout=120,
        cwd=folder,
    )
    assert done.returncode == 0, done.stderr
    with torch.inference_mode():
        expected = network(images)
    return json.loads(done.stdout), torch.load(folder / "found.pt")["logits"], expected, network


def one_of_each_family():
    found = {p.spec.stages[0].block.kind: p.name for p in reversed(presets().values())}
    return sorted(found.values())


@pytest.mark.parametrize("name", [*one_of_each_family(), "resnext50_32x4d", "wrn_16_2"])
def test_a_file_runs_alone_and_agrees(name, tmp_path):
    spec = preset(name).model_copy(update={"image_size": 64, "head": HeadSpec(num_classes=7)})
    said, logits, expected, network = run_in_process(spec, tmp_path)
    assert said["ours"] == []
    assert said["keys"] == list(network.state_dict())
    assert expected.std() > 0
    torch.testing.assert_close(logits, expected, rtol=1e-5, atol=1e-5)


def executed(spec):
    text = to_source(spec)
    scope = {"__name__": "exported"}
    exec(compile(text, "network.py", "exec"), scope)  # noqa: S102 - our own output
    return scope["Network"]()


@settings(max_examples=6, deadline=None, suppress_health_check=list(HealthCheck))
@given(networks)
def test_random_networks_agree(spec):
    network, other = randomised(spec), executed(spec)
    assert list(other.state_dict()) == list(network.state_dict())
    other.load_state_dict(network.state_dict(), strict=True)
    images = torch.randn(2, spec.in_channels, spec.image_size, spec.image_size)
    with torch.inference_mode():
        torch.testing.assert_close(other.eval()(images), network(images), rtol=1e-4, atol=1e-4)


@pytest.mark.parametrize("name", ["resnet20", "wrn_16_2"])
def test_it_starts_as_the_network_starts(name):
    spec = preset(name)
    torch.manual_seed(11)
    expected = build(spec).state_dict()
    torch.manual_seed(11)
    found = executed(spec).state_dict()
    assert torch.equal(found["fc.bias"], torch.zeros(10)) == (spec.init == "fan_in")
    large = [key for key, value in expected.items() if value.numel() > 20_000]
    assert large
    assert all(abs(found[key].std() / expected[key].std() - 1) < 0.05 for key in large)


def test_drop_path_and_dropout_are_there_in_training():
    block = FAMILIES["preact"](dropout=0.5, survival=0.5)
    spec = NetworkSpec(image_size=16, stages=(StageSpec(depth=3, width=8, block=block),))
    network = executed(spec).train()
    images = torch.randn(4, 3, 16, 16)
    assert not torch.equal(network(images), network(images))


@pytest.mark.parametrize("name", presets())
def test_a_file_is_short_and_compiles(name):
    text = to_source(preset(name), name)
    compile(text, name, "exec")
    assert "explorer" not in text
    # Form (a) of ResNeXt has 32 branches in every block; DenseNet-264 has 130 blocks, no two equal.
    assert len(text.splitlines()) <= (650 if name.startswith("resnext50_32x4d_") else 250)


def test_equal_blocks_share_a_class():
    text = to_source(preset("resnet152"))
    assert text.count("(nn.Module):") == 3
    assert "*(Bottleneck(channels=1024, width=256) for _ in range(35))," in text


@pytest.mark.parametrize("kind", ops.ALL_OPS, ids=lambda kind: kind.__name__)
def test_every_op_has_source(kind):
    op, in_shapes = EXAMPLES[kind]

    written = set()

    def write(name):
        written.add(name)
        return repr(getattr(op, name))

    compile(call(op, "self.module", ["a", "b"][: len(in_shapes)], write), "call", "eval")
    made = constructor(op, write)
    assert (made is not None) == (op.params > 0)
    switches = {f.name for f in fields(op) if isinstance(getattr(op, f.name), bool)}
    assert written | switches == {f.name for f in fields(op)}


def test_an_unknown_op_is_our_mistake():
    with pytest.raises(AssertionError, match="no source for Op"):
        call(ops.Op(), "", ["x"], repr)
