"""The ops that weight a branch: gates and stochastic depth."""

import pytest
import torch

from explorer import build, cost, lower
from explorer.blocks.basic import Basic
from explorer.builder import module_of
from explorer.errors import ShapeError
from explorer.ir import ops
from explorer.spec import NetworkSpec, StageSpec, StemSpec

X = torch.linspace(-2, 2, 2 * 4 * 3 * 3).reshape(2, 4, 3, 3)


def network_of(block, width=32):
    stem = StemSpec(width=width, kernel_size=3, stride=1, pool=False)
    return NetworkSpec(
        image_size=8, stem=stem, stages=(StageSpec(depth=2, width=width, block=block),)
    )


def test_a_dropped_path_is_there_for_the_whole_batch_or_not_at_all():
    torch.manual_seed(0)
    module = module_of(ops.DropPath(0.7)).train()
    draws = [module(X) for _ in range(400)]
    assert all(torch.equal(out, X) or not out.any() for out in draws)
    kept = sum(torch.equal(out, X) for out in draws) / len(draws)
    assert kept == pytest.approx(0.7, abs=0.08)


def test_in_evaluation_a_path_counts_as_often_as_it_was_there():
    module = module_of(ops.DropPath(0.7)).eval()
    torch.testing.assert_close(module(X), 0.7 * X)


def test_a_dropped_path_sends_no_gradient():
    torch.manual_seed(0)
    network = build(network_of(Basic(survival=0.05))).train()
    images = torch.randn(2, 3, 8, 8)
    weight = network.get_submodule("layer1.1.conv1").weight
    with_gradient = 0
    for _ in range(30):
        weight.grad = None
        network(images).sum().backward()
        with_gradient += bool(weight.grad.any())
    assert 0 <= with_gradient < 10


@pytest.mark.parametrize("gate", [(4, 3, 3), (4, 1, 1)])
def test_a_gate_has_the_shape_of_its_signal_or_one_value_for_each_channel(gate):
    op = ops.Multiply()
    assert op.out_shape(((4, 3, 3), gate)) == (4, 3, 3)
    weights = torch.rand(2, *gate)
    torch.testing.assert_close(module_of(op)(X, weights), X * weights)


@pytest.mark.parametrize("gate", [(3, 1, 1), (4, 3, 1), (1, 3, 3), (4, 2, 2)])
def test_any_other_gate_is_refused(gate):
    with pytest.raises(ShapeError, match="gate"):
        ops.Multiply().out_shape(((4, 3, 3), gate))


def test_scale_and_complement():
    torch.testing.assert_close(module_of(ops.Scale(0.5))(X), X / 2)
    torch.testing.assert_close(module_of(ops.Complement())(X), 1 - X)
    torch.testing.assert_close(module_of(ops.Sigmoid())(X), 1 / (1 + torch.exp(-X)))


def test_a_squeeze_and_excitation_is_the_equation_of_the_paper():
    torch.manual_seed(1)
    network = build(network_of(Basic(se=16))).eval()
    seen = {}

    def tap(address, value):
        seen[address] = value
        return value

    network(torch.randn(2, 3, 8, 8), tap)
    u = seen["layer1.0.bn2"]
    first, second = (network.get_submodule(f"layer1.0.se.fc{i}") for i in (1, 2))
    z = u.mean((2, 3))
    hidden = (z @ first.weight[:, :, 0, 0].T + first.bias).relu()
    gate = (hidden @ second.weight[:, :, 0, 0].T + second.bias).sigmoid()
    torch.testing.assert_close(seen["layer1.0.se.scale"], u * gate[:, :, None, None])
    assert network.graph.nodes["layer1.0.add"].inputs[0] == "layer1.0.se.scale"


@pytest.mark.parametrize(
    ("width", "se", "multiple", "inner"),
    [(64, 16, 1, 4), (64, 16, 8, 8), (256, 16, 8, 16), (192, 16, 8, 16), (8, 64, 1, 1)],
)
def test_the_inner_width_of_a_gate(width, se, multiple, inner):
    gated = network_of(Basic(se=se, se_multiple=multiple), width)
    assert lower(gated).nodes["layer1.0.se.fc1"].op.out_channels == inner
    extra = 2 * width * inner + inner + width
    assert cost(gated).params - cost(network_of(Basic(), width)).params == 2 * extra
