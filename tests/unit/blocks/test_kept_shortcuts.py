"""Units that keep what they read beside what they compute."""

import pytest

from explorer import lower, paths, preset
from explorer.analysis.receptive import receptive_fields
from explorer.blocks.densenet import DenseNet
from explorer.blocks.dpn import DualPath
from explorer.ir.ops import Add, AvgPool2d, Concat, Conv2d, Slice
from explorer.spec import NetworkSpec, StageSpec, StemSpec


def graph_of(block, width=8, depth=3):
    stages = tuple(StageSpec(depth=depth, width=width, stride=s, block=block) for s in (1, 2))
    return lower(NetworkSpec(image_size=64, stem=StemSpec(width=16), stages=stages))


def test_a_dense_layer_appends_its_growth_rate():
    graph = graph_of(DenseNet(compression=1.0))
    channels = [graph.nodes[block.exit].out_shape[0] for block in graph.blocks]
    assert channels == [24, 32, 40, 48, 56, 64]
    concat = graph.nodes["layer1.1.concat"]
    assert isinstance(concat.op, Concat)
    assert concat.inputs == ("layer1.0.concat", "layer1.1.conv2")
    assert graph.blocks[1].merge == concat.address


def test_a_transition_opens_every_stage_but_the_first():
    graph = graph_of(DenseNet(compression=0.5))
    found = [a for a in graph.nodes if a.endswith("transition.conv")]
    assert found == ["layer2.0.transition.conv"]
    op = graph.nodes[found[0]].op
    assert isinstance(op, Conv2d)
    assert (op.in_channels, op.out_channels) == (40, 20)
    assert graph.nodes["layer2.0.transition.pool"].op == AvgPool2d(2, 2)
    assert graph.nodes["layer2.0.concat"].inputs[0] == "layer2.0.transition.pool"
    assert [block.num_layers for block in graph.blocks] == [2, 2, 2, 3, 2, 2]


@pytest.mark.parametrize(
    ("compression", "channels"), [(0.15, 9), (0.35, 21), (0.55, 33), (0.7, 42), (0.05, 3)]
)
def test_compression_is_rounded_down_but_not_by_binary_fractions(compression, channels):
    block = DenseNet(compression=compression)
    stages = tuple(StageSpec(depth=1, width=44, stride=s, block=block) for s in (1, 2))
    graph = lower(NetworkSpec(image_size=64, stem=StemSpec(width=16), stages=stages))
    assert graph.nodes["layer2.0.transition.conv"].out_shape[0] == channels


def test_a_dense_layer_is_drop_in_for_its_options():
    plain = graph_of(DenseNet(bottleneck=0, dropout=0.2))
    assert not [a for a in plain.nodes if a.endswith("conv2")]
    assert plain.nodes["layer1.0.concat"].inputs[1] == "layer1.0.dropout"


def test_the_dense_stream_starts_anew_in_every_stage():
    graph = graph_of(DualPath(growth=5, expansion=4, base_width=64))
    channels = [graph.nodes[block.exit].out_shape[0] for block in graph.blocks]
    assert channels == [32 + 5 * n for n in (3, 4, 5)] * 2


def test_one_stream_is_added_to_and_one_grows():
    graph = graph_of(DualPath(growth=5, base_width=64))
    node = graph.nodes
    assert isinstance(node["layer1.1.add"].op, Add)
    assert node["layer1.1.add"].inputs == ("layer1.1.branch.residual", "layer1.1.shortcut.residual")
    assert node["layer1.1.concat"].inputs == (
        "layer1.1.add",
        "layer1.1.shortcut.dense",
        "layer1.1.branch.dense",
    )
    assert node["layer1.1.shortcut.dense"].op == Slice(32, 47)
    assert graph.blocks[1].shortcut == ("layer1.1.shortcut.residual", "layer1.1.shortcut.dense")


def test_two_last_convolutions_are_the_sliced_one():
    one, two = (graph_of(DualPath(ending=e)).nodes for e in ("sliced", "two"))
    assert sum(n.op.params for n in one.values()) == sum(n.op.params for n in two.values())
    assert "layer1.0.conv3" in one
    assert "layer1.0.conv3.residual" in two


def test_norms_have_the_epsilon_of_the_family_from_stem_to_head():
    for name, eps in (("dpn68", 1e-3), ("densenet121", 1e-5)):
        graph = lower(preset(name))
        found = {getattr(node.op, "eps", eps) for node in graph.nodes.values()}
        assert found == {eps}


@pytest.mark.parametrize("name", ["densenet_bc_100_12", "dpn68"])
def test_a_kept_shortcut_is_a_path(name):
    graph = lower(preset(name))
    n = len(graph.blocks)
    assert paths(preset(name)).num_paths == 2**n
    assert min(paths(preset(name), "conv").lengths) < n
    assert None not in [receptive_fields(graph)[b.exit].size for b in graph.blocks]
