"""iResNet and Wider or Deeper against their equations, written with the state dict alone."""

import pytest
import torch
from torch.nn import functional

from explorer import build, lower, preset
from explorer.blocks.iresnet import IResNet
from explorer.blocks.wider import Wider
from explorer.spec import HeadSpec, NetworkSpec, StageSpec, StemSpec

pytestmark = pytest.mark.parity


def randomised(spec):
    torch.manual_seed(11)
    network = build(spec).double().eval()
    for module in network.modules():
        if isinstance(module, torch.nn.BatchNorm2d):
            torch.nn.init.uniform_(module.weight, 0.5, 1.5)
            torch.nn.init.normal_(module.bias, std=0.1)
            torch.nn.init.normal_(module.running_mean, std=0.1)
            torch.nn.init.uniform_(module.running_var, 0.5, 1.5)
    return network


class State:
    """The functions of a network by the names of its weights; counts what was used."""

    def __init__(self, network):
        self.weights = network.state_dict()
        self.used = set()

    def conv(self, name, x, stride=1, dilation=1, groups=1):
        weight, bias = self.weights[f"{name}.weight"], self.weights.get(f"{name}.bias")
        self.used |= {name}
        padding = dilation * (weight.shape[-1] // 2)
        return functional.conv2d(x, weight, bias, stride, padding, dilation, groups)

    def bn(self, name, x):
        state = [self.weights[f"{name}.{part}"] for part in ("running_mean", "running_var")]
        self.used |= {name}
        return functional.batch_norm(
            x, *state, self.weights[f"{name}.weight"], self.weights[f"{name}.bias"]
        )

    def has(self, name):
        return f"{name}.weight" in self.weights

    def classify(self, x):
        self.used |= {"fc"}
        return functional.linear(x.mean((2, 3)), self.weights["fc.weight"], self.weights["fc.bias"])

    def everything_was_used(self):
        return self.used == {name.rpartition(".")[0] for name in self.weights}


def iresnet_unit(state, at, x, strides, groups, role, *, pools, convs):
    start = role in {"start", "original"}
    out = x
    if not start:
        # The second unit of a stage follows the BN of the first.
        out = (state.bn(f"{at}.bn0", out) if not at.endswith(".1") else out).relu()
    for i in range(1, convs + 1):
        grouped = convs == 2 or i == 2
        out = state.conv(f"{at}.conv{i}", out, strides[i - 1], groups=groups if grouped else 1)
        if i < convs or start:
            out = state.bn(f"{at}.bn{i}", out)
        if i < convs:
            out = out.relu()
    stride, way, first = max(strides), x, 0
    if pools and stride == 2:
        way, stride, first = functional.max_pool2d(way, 3, 2, 1), 1, 1
    if state.has(f"{at}.downsample.{first}"):
        way = state.conv(f"{at}.downsample.{first}", way, stride)
        way = state.bn(f"{at}.downsample.{first + 1}", way)
    out = out + way
    if role == "end":
        out = state.bn(f"{at}.bn{convs}", out)
    return out.relu() if role in {"end", "original"} else out


@pytest.mark.parametrize("layout", ["basic", "bottleneck", "group"])
@pytest.mark.parametrize("staged", [True, False])
@pytest.mark.parametrize("pools", [True, False])
def test_iresnet_is_its_equation(layout, staged, pools):
    groups = 4 if layout == "group" else 1
    block = IResNet(layout=layout, groups=groups, res_stage=staged, improved_projection=pools)
    depths, convs = (4, 2, 1), 2 if layout == "basic" else 3
    stages = tuple(
        StageSpec(depth=depth, width=8 * 2**i, stride=2, block=block)
        for i, depth in enumerate(depths)
    )
    network = randomised(
        NetworkSpec(
            stem=StemSpec(width=8, kernel_size=3, stride=1, pool=False),
            stages=stages,
            head=HeadSpec(num_classes=5),
        )
    )
    images = torch.randn(2, 3, 33, 40, dtype=torch.double)
    state = State(network)
    x = state.bn("bn1", state.conv("conv1", images)).relu()
    for s, depth in enumerate(depths, start=1):
        for i in range(depth):
            role = "start" if i == 0 else "end" if i == depth - 1 else "middle"
            if not staged or depth == 1:
                role = "original"
            strides = [1] * convs
            strides[convs == 3] = 2 if i == 0 else 1
            x = iresnet_unit(
                state, f"layer{s}.{i}", x, strides, groups, role, pools=pools, convs=convs
            )
    expected = state.classify(x)
    with torch.inference_mode():
        found = network(images)
    assert state.everything_was_used()
    assert (found - expected).abs().max().item() <= 1e-9


def wider_unit(state, at, x, *, first, pool, stride, dilations):
    if pool:
        x, stride = functional.max_pool2d(x, 3, 2, 1), 1
    start = out = state.bn(f"{at}.bn1", x).relu()
    for i, dilation in enumerate(dilations, start=1):
        if i > 1:
            out = state.bn(f"{at}.bn{i}", out).relu()
        out = state.conv(f"{at}.conv{i}", out, stride if i == 1 else 1, dilation)
    return out + (state.conv(f"{at}.downsample.0", start, stride) if first else x)


@pytest.mark.parametrize("kind", ["classify", "segment"])
@pytest.mark.parametrize("pool", [True, False])
def test_wider_or_deeper_is_its_equation(kind, pool):
    segments = kind == "segment"
    half = "pool" if pool else "conv"
    stages = (
        StageSpec(depth=2, width=8, stride=2, block=Wider(downsample=half)),
        StageSpec(
            depth=3,
            width=8,
            stride=1 if segments else 2,
            block=Wider(layout="widening", downsample=half, dilation=2 if segments else 1),
        ),
        StageSpec(
            depth=1,
            width=8,
            block=Wider(layout="bottleneck", dilation=4 if segments else 1, dropout=0.5),
        ),
    )
    stem = StemSpec(width=6, kernel_size=3, stride=1, pool=False, activation=False)
    head = HeadSpec(kind=kind, num_classes=5)
    network = randomised(NetworkSpec(stem=stem, stages=stages, head=head, init="fan_in"))
    images = torch.randn(2, 3, 33, 40, dtype=torch.double)
    state = State(network)
    x = state.conv("conv1", images)
    for s, stage in enumerate(stages, start=1):
        d = stage.block.dilation
        for i in range(stage.depth):
            begins = i == 0 and stage.stride == 2
            dilations = (1, d, 1) if s == 3 else (1 if i == 0 else d, d)
            x = wider_unit(
                state,
                f"layer{s}.{i}",
                x,
                first=i == 0,
                pool=pool and begins,
                stride=2 if begins else 1,
                dilations=dilations,
            )
    x = state.bn("norm", x).relu()
    if segments:
        hidden = state.conv("classifier.0", x, dilation=12).relu()
        expected = state.conv("classifier.2", hidden, dilation=12)
        assert expected.shape == (2, 5, 17, 20)
    else:
        expected = state.classify(x)
    with torch.inference_mode():
        found = network(images)
    assert state.everything_was_used()
    assert (found - expected).abs().max().item() <= 1e-9


def test_names_are_those_of_the_published_weights():
    norms = {
        address
        for address, node in lower(preset("iresnet50")).nodes.items()
        if address.startswith("layer2") and type(node.op).__name__ == "BatchNorm2d"
    }
    inner = {f"layer2.{i}.bn{j}" for i in range(4) for j in (1, 2)}
    assert norms - inner == {
        "layer2.0.bn3",
        "layer2.0.downsample.2",
        "layer2.2.bn0",
        "layer2.3.bn0",
        "layer2.3.bn3",
    }
