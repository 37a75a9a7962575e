"""Forms of one function: weights of one, copied into the other, give equal outputs."""

import pytest
import torch

from explorer import build, cost, lower
from explorer.blocks.bottleneck import Bottleneck
from explorer.blocks.res2net import Res2Net
from explorer.spec import HeadSpec, NetworkSpec, StageSpec, StemSpec

STEM = StemSpec(width=16, kernel_size=3, stride=1, pool=False)


def network_of(block):
    stages = (StageSpec(depth=2, width=16, block=block), StageSpec(width=32, stride=2, block=block))
    head = HeadSpec(num_classes=7)
    return NetworkSpec(image_size=16, stem=STEM, stages=stages, head=head)


def built(block):
    """Return a network in evaluation mode whose norms are no identities."""
    network = build(network_of(block))
    for module in network.modules():
        if isinstance(module, torch.nn.BatchNorm2d):
            torch.nn.init.uniform_(module.weight, 0.5, 1.5)
            torch.nn.init.normal_(module.bias, std=0.3)
            torch.nn.init.normal_(module.running_mean, std=0.3)
            torch.nn.init.uniform_(module.running_var, 0.5, 1.5)
    return network.eval()


def assert_same_function(first, second):
    images = torch.randn(3, 3, 16, 16)
    with torch.inference_mode():
        expected, found = first(images), second(images)
    assert expected.std() > 0.01
    assert (found - expected).abs().max().item() <= 1e-5


def split_into_branches(state, names, groups):
    """Return the weights of form c under the names of form a or b."""
    found = {}
    for name in names:
        if name in state:
            found[name] = state[name]
            continue
        prefix, branch, leaf = name.rsplit(".", 2)
        whole = state[f"{prefix}.{leaf}"]
        if leaf == "num_batches_tracked":
            found[name] = whole
            continue
        # The last layer is cut by what it reads; the others by what they give, as their norms.
        dim = 1 if prefix.endswith("conv3") else 0
        found[name] = whole.chunk(groups, dim)[int(branch)]
    return found


def res_next(form, **more):
    return Bottleneck(groups=4, base_width=16, form=form, **more)


@pytest.mark.parametrize("form", ["a", "b"])
@pytest.mark.parametrize("more", [{}, {"stride_on": "1x1"}, {"se": 16}], ids=str)
def test_the_forms_of_resnext_are_one_function(form, more):
    torch.manual_seed(5)
    grouped, branched = built(res_next("c", **more)), built(res_next(form, **more))
    state = split_into_branches(grouped.state_dict(), branched.state_dict(), groups=4)
    branched.load_state_dict(state, strict=True)
    assert_same_function(grouped, branched)


def test_the_forms_of_resnext_cost_the_same():
    found = [cost(network_of(res_next(form))) for form in "abc"]
    assert len({(c.params, c.macs, c.depth, c.receptive_field) for c in found}) == 1


def test_the_forms_of_resnext_are_different_graphs():
    a, b, c = (lower(network_of(res_next(form))).nodes for form in "abc")
    assert a["layer1.0.sum"].inputs == tuple(f"layer1.0.conv3.{i}" for i in range(4))
    assert b["layer1.0.concat"].inputs == tuple(f"layer1.0.relu2.{i}" for i in range(4))
    assert c["layer1.0.conv2"].op.groups == 4
    assert a["layer1.0.bn3"].inputs == ("layer1.0.sum",)


def test_one_group_has_one_form():
    names = {form: list(lower(network_of(Bottleneck(form=form))).nodes) for form in "abc"}
    assert names["a"] == names["b"] == names["c"]


def rolled(state, scale):
    """Return weights of the code's form with the passing split moved to the front."""
    found = dict(state)
    for name, value in state.items():
        if not name.startswith("layer"):
            continue
        layer = name.split(".")[2]
        if layer == "conv3":
            found[name] = value.roll(value.shape[1] // scale, dims=1)
        elif layer in {"conv1", "bn1"} and value.ndim:
            found[name] = value.roll(value.shape[0] // scale, dims=0)
    return found


@pytest.mark.parametrize("scale", [2, 4])
@pytest.mark.parametrize("more", [{}, {"groups": 2}, {"se": 16}], ids=str)
def test_the_paper_and_its_code_differ_in_the_order_of_channels_only(scale, more):
    torch.manual_seed(5)
    code = built(Res2Net(scale=scale, base_width=32, **more))
    paper = built(Res2Net(scale=scale, base_width=32, passes="first", **more))
    paper.load_state_dict(rolled(code.state_dict(), scale), strict=True)
    assert_same_function(code, paper)
    paper.load_state_dict(code.state_dict(), strict=True)
    images = torch.randn(3, 3, 16, 16)
    assert not torch.allclose(code(images), paper(images), atol=1e-3)


def test_the_first_split_passes_in_the_paper():
    nodes = lower(network_of(Res2Net(passes="first", base_width=32))).nodes
    assert nodes["layer1.1.concat"].inputs[0] == "layer1.1.split.0"
    assert nodes["layer1.1.convs.0"].inputs == ("layer1.1.split.1",)
    assert nodes["layer1.1.sum.1"].inputs == ("layer1.1.split.2", "layer1.1.relus.0")
    assert nodes["layer2.0.concat"].inputs[0] == "layer2.0.pool"


@pytest.mark.parametrize("passes", ["first", "last"])
def test_all_splits_of_a_first_block_may_be_convolved(passes):
    block = Res2Net(passes=passes, base_width=32, convolves_all=True)
    nodes = lower(network_of(block)).nodes
    assert nodes["layer2.0.concat"].inputs == tuple(f"layer2.0.relus.{i}" for i in range(4))
    assert "layer2.0.pool" not in nodes
    assert "layer1.1.convs.3" not in nodes
