"""What the counts cannot see: where shortcuts start and what stands on them."""

import pytest

from explorer import lower, preset
from explorer.blocks.basic import Basic
from explorer.blocks.preact import PreAct
from explorer.ir.ops import Conv2d, Dropout, PadChannels
from explorer.spec.presets.base import imagenet


def shortcut_ops(spec):
    graph = lower(spec)
    return [tuple(type(graph.nodes[a].op) for a in block.shortcut) for block in graph.blocks]


@pytest.mark.parametrize(("option", "projections"), [("A", 0), ("B", 3), ("C", 16)])
def test_options_of_resnet34(option, projections):
    found = shortcut_ops(imagenet(34, Basic(shortcut=option)))
    assert len(found) == 16
    assert sum(Conv2d in ops for ops in found) == projections
    assert sum(PadChannels in ops for ops in found) == (3 if option == "A" else 0)
    assert found.count(()) == (0 if option == "C" else 13)


def test_a_projection_has_a_norm_in_the_first_version_only():
    first, second = preset("resnet50"), preset("preact_resnet50")
    assert {len(ops) for ops in shortcut_ops(first)} == {0, 2}
    assert {len(ops) for ops in shortcut_ops(second)} == {0, 1}


def test_the_shortcut_is_the_second_input_of_the_addition():
    for name in ("resnet50", "res2net50_26w_4s", "preact_resnet164", "resnet20"):
        graph = lower(preset(name))
        for block in graph.blocks:
            branch, shortcut = graph.nodes[block.merge].inputs
            assert branch not in block.shortcut
            if block.shortcut:
                assert shortcut == block.shortcut[-1]


@pytest.mark.parametrize(
    ("first_unit", "source", "first_op"),
    [
        ("own", "conv1", "layer1.0.bn1"),
        ("shared", "layer1.0.relu1", "layer1.0.bn1"),
        ("none", "conv1", "layer1.0.conv1"),
    ],
)
def test_the_first_unit_before_activation(first_unit, source, first_op):
    spec = preset("preact_resnet20")
    block = PreAct(shortcut="A", first_unit=first_unit)
    stages = tuple(stage.model_copy(update={"block": block}) for stage in spec.stages)
    graph = lower(spec.model_copy(update={"stages": stages}))
    first = graph.blocks[0]
    assert graph.nodes[first.merge].inputs == ("layer1.0.conv2", source)
    assert next(iter(graph.nodes_of(first))).address == first_op
    # Every later unit carries its very input, except where the shape changes.
    assert graph.nodes["layer1.1.add"].inputs[1] == "layer1.0.add"
    assert graph.nodes["layer2.0.pad"].inputs == ("layer2.0.relu1",)


def test_the_stride_stands_where_the_parameter_says():
    def strides(name):
        nodes = lower(preset(name)).nodes
        return [nodes[f"layer2.0.conv{i}"].op.stride for i in (1, 2, 3)]

    assert strides("resnet50") == [1, 2, 1]
    assert strides("resnet50_v1") == [2, 1, 1]
    assert strides("preact_resnet164") == [2, 1, 1]


def test_dropout_stands_between_the_convolutions():
    spec = preset("wrn_16_4")
    stages = tuple(s.model_copy(update={"block": PreAct(dropout=0.3)}) for s in spec.stages)
    graph = lower(spec.model_copy(update={"stages": stages}))
    drops = [node for node in graph.nodes.values() if isinstance(node.op, Dropout)]
    assert len(drops) == 6
    assert drops[0].inputs == ("layer1.0.relu2",)
    assert graph.nodes["layer1.0.conv2"].inputs == ("layer1.0.dropout",)


def test_the_scales_of_res2net():
    nodes = lower(preset("res2net50_26w_4s")).nodes
    assert nodes["layer1.1.sum.1"].inputs == ("layer1.1.split.1", "layer1.1.relus.0")
    assert nodes["layer1.1.concat"].inputs == (
        "layer1.1.relus.0",
        "layer1.1.relus.1",
        "layer1.1.relus.2",
        "layer1.1.split.3",
    )
    assert "layer2.0.sum.1" not in nodes
    assert nodes["layer2.0.pool"].inputs == ("layer2.0.split.3",)
    assert nodes["layer2.0.convs.1"].inputs == ("layer2.0.split.1",)
