"""The module that is built: hooks read what they name, and torch's own tools work on it."""

import copy
import io
import math
import pickle
import weakref
from dataclasses import replace

import pytest
import torch
from torch import nn

from explorer import build, builder, lower, preset
from explorer.blocks import FAMILIES
from explorer.blocks.preact import PreAct
from explorer.ir import ops
from explorer.spec import HeadSpec, NetworkSpec, StageSpec, StemSpec

STEM = StemSpec(width=8, kernel_size=3, stride=1, pool=False)


def small(block, **more):
    stages = (StageSpec(depth=3, width=8, block=block), StageSpec(width=16, stride=2, block=block))
    values = {"image_size": 16, "stem": STEM, "head": HeadSpec(num_classes=5)} | more
    return NetworkSpec(stages=stages, **values)


SPECS = {kind: small(family()) for kind, family in FAMILIES.items()}
SPECS["preact-dropout"] = small(PreAct(dropout=0.3), init="fan_in")
SPECS["basic-a"] = small(FAMILIES["basic"](shortcut="A"))
every = pytest.mark.parametrize("name", SPECS)


def images(batch=2):
    return torch.randn(batch, 3, 16, 16, generator=torch.Generator().manual_seed(3))


@pytest.fixture(autouse=True)
def _seed():
    torch.manual_seed(11)


@every
def test_no_module_is_used_twice_and_none_is_in_place(name):
    network = build(SPECS[name])
    calls = []
    for address, module in network.named_modules(remove_duplicate=False):
        assert not getattr(module, "inplace", False)
        if not list(module.children()):
            module.register_forward_hook(lambda *_, a=address: calls.append(a))
    network(images())
    assert calls == list(lower(SPECS[name]).nodes)


@every
@pytest.mark.parametrize("training", [False, True])
def test_nothing_changes_a_tensor_after_it_was_seen(name, training):
    network = build(SPECS[name]).train(training)
    seen = []

    def tap(address, value):
        seen.append((address, value, value.detach().clone()))
        return value

    network(images(), tap)
    assert [address for address, _, _ in seen] == list(lower(SPECS[name]).nodes)
    changed = [address for address, value, copied in seen if not torch.equal(value, copied)]
    assert changed == []


@every
def test_a_tap_replaces_what_goes_on(name):
    network = build(SPECS[name]).eval()
    block = lower(SPECS[name]).blocks[1]

    def erase(address, value):
        return torch.zeros_like(value) if address == block.exit else value

    x = images()
    assert not torch.equal(network(x, erase), network(x))
    silent = network(x, lambda a, v: torch.zeros_like(v) if a == "flatten" else v)
    torch.testing.assert_close(silent, network.fc.bias.expand(2, -1))


@every
def test_compiling_without_a_break_gives_the_same(name):
    network = build(SPECS[name]).eval()
    torch._dynamo.reset()
    compiled = torch.compile(network, backend="eager", fullgraph=True)
    torch.testing.assert_close(compiled(images()), network(images()))


@every
def test_copies_are_equal_and_independent(name):
    network = build(SPECS[name]).eval()
    expected = network(images())
    for copied in (copy.deepcopy(network), pickle.loads(pickle.dumps(network))):  # noqa: S301
        assert torch.equal(copied(images()), expected)
        with torch.no_grad():
            copied.fc.weight.zero_()
            copied.conv1.weight.zero_()
        assert torch.equal(network(images()), expected)
        # The steps must run the copy's own modules.
        assert not torch.equal(copied(images()), expected)


@every
def test_the_state_goes_to_a_file_and_back(name):
    first, second = build(SPECS[name]).eval(), build(SPECS[name]).eval()
    assert not torch.equal(first(images()), second(images()))
    file = io.BytesIO()
    torch.save(first.state_dict(), file)
    file.seek(0)
    second.load_state_dict(torch.load(file, weights_only=True))
    assert torch.equal(first(images()), second(images()))


@every
def test_on_the_meta_device_nothing_is_allocated(name):
    with torch.device("meta"):
        network = build(SPECS[name])
        assert network.eval()(torch.empty(2, 3, 16, 16)).shape == (2, 5)
    assert all(t.is_meta for t in network.state_dict().values())


def test_the_largest_network_costs_nothing_on_meta():
    with torch.device("meta"):
        network = build(preset("resnext101_64x4d"))
    assert sum(p.numel() for p in network.parameters()) == 83_455_272


@every
def test_equal_seeds_give_equal_networks(name):
    first = build(SPECS[name])
    torch.manual_seed(11)
    second = build(SPECS[name])
    for a, b in zip(first.parameters(), second.parameters(), strict=True):
        assert torch.equal(a, b)


@pytest.mark.parametrize("mode", ["fan_out", "fan_in"])
def test_convolutions_start_with_the_variance_of_their_fan(mode):
    spec = preset("wrn_16_4").model_copy(update={"init": mode})
    network = build(spec)
    for module in network.modules():
        if isinstance(module, nn.Conv2d) and module.weight.numel() > 4000:
            channels = module.out_channels if mode == "fan_out" else module.in_channels
            expected = math.sqrt(2 / (channels * module.kernel_size[0] ** 2))
            assert module.weight.std().item() == pytest.approx(expected, rel=0.05)
            assert abs(module.weight.mean().item()) < 0.1 * expected
            assert module.bias is None
        elif isinstance(module, nn.BatchNorm2d):
            assert (module.weight == 1).all()
            assert (module.bias == 0).all()
    assert bool((network.fc.bias == 0).all()) == (mode == "fan_in")


def test_grouped_convolutions_take_the_fan_of_torch_and_of_the_papers_code():
    conv = build(preset("resnext50_32x4d")).get_submodule("layer4.2.conv2")
    expected = math.sqrt(2 / (conv.out_channels * 9))
    assert conv.weight.std().item() == pytest.approx(expected, rel=0.05)


def test_dropout_is_off_in_evaluation():
    network = build(SPECS["preact-dropout"])
    x = images()
    assert not torch.equal(network.train()(x), network.train()(x))
    assert torch.equal(network.eval()(x), network.eval()(x))


def test_a_value_is_let_go_after_its_last_reader():
    network = build(SPECS["plain"]).eval()
    living = weakref.WeakSet()
    most = 0

    def tap(_, value):
        nonlocal most
        living.add(Held(value))
        most = max(most, len(living))
        return value

    class Held:
        """Lives as long as a tensor does."""

        def __init__(self, value):
            value.held = self

    with torch.inference_mode():
        network(images(), tap)
    assert 1 <= most <= 3


def test_a_replaced_module_is_the_one_that_runs():
    network = build(preset("resnet20")).eval()
    network.fc = nn.Linear(64, 3)
    network.get_submodule("layer1.0").conv1 = nn.Conv2d(16, 16, 1)
    assert network(torch.zeros(1, 3, 32, 32)).shape == (1, 3)


@pytest.mark.parametrize("name", [name for name in SPECS if "res2net" in name or name == "dpn"])
def test_slices_that_divide_a_tensor_are_one_split(name):
    network = build(SPECS[name]).eval()
    slices = [a for a, node in network.graph.nodes.items() if isinstance(node.op, ops.Slice)]
    kinds = set()
    for address in slices:
        network.get_submodule(address).register_forward_hook(
            lambda module, given, out: kinds.add(type(out.grad_fn).__name__)
        )
    x = images().requires_grad_()
    outputs = {}
    logits = network(x, outputs.setdefault)
    (gradient,) = torch.autograd.grad(logits.square().sum(), x)
    assert kinds == {"SplitWithSizesBackward0"}
    for address in slices:
        node = network.graph.nodes[address]
        whole = outputs[node.inputs[0]]
        assert torch.equal(outputs[address], whole[:, node.op.start : node.op.stop])

    network._steps = [step._replace(parts=None) for step in network._steps]
    kinds.clear()
    apart = network(x)
    assert kinds == {"SliceBackward0"}
    assert torch.equal(logits, apart)
    torch.testing.assert_close(torch.autograd.grad(apart.square().sum(), x)[0], gradient)


def test_slices_that_leave_channels_out_or_overlap_are_each_by_itself():
    parts = builder._divisions
    graph = lower(SPECS["res2net"])
    slots = {address: i for i, address in enumerate(graph.nodes, start=1)}
    first = next(a for a, node in graph.nodes.items() if isinstance(node.op, ops.Slice))
    assert first in parts(graph, slots)
    node = graph.nodes[first]
    less = node._replace(op=ops.Slice(0, node.op.stop - 1))
    graph = replace(graph, nodes={**graph.nodes, first: less})
    assert first not in parts(graph, slots)
