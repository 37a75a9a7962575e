"""Every interpreter knows every op."""

import dataclasses
import inspect

import pytest
import torch

from explorer.analysis.cost import NodeCost, node_costs
from explorer.builder import module_of
from explorer.ir import ops
from explorer.ir.describe import describe
from explorer.ir.graph import Graph, Node

SHAPE = (4, 8, 8)
EXAMPLES = {
    ops.Conv2d: (ops.Conv2d(4, 6, 3, 2, 2, 2, 2, bias=True), (SHAPE,)),
    ops.BatchNorm2d: (ops.BatchNorm2d(4), (SHAPE,)),
    ops.ReLU: (ops.ReLU(), (SHAPE,)),
    ops.MaxPool2d: (ops.MaxPool2d(3, 2, 1), (SHAPE,)),
    ops.AvgPool2d: (ops.AvgPool2d(3, 2, 1), (SHAPE,)),
    ops.GlobalAvgPool: (ops.GlobalAvgPool(), (SHAPE,)),
    ops.Flatten: (ops.Flatten(), (SHAPE,)),
    ops.Linear: (ops.Linear(4, 3), ((4,),)),
    ops.Add: (ops.Add(), (SHAPE, SHAPE)),
    ops.Concat: (ops.Concat(), (SHAPE, (2, 8, 8))),
    ops.Slice: (ops.Slice(1, 3), (SHAPE,)),
    ops.PadChannels: (ops.PadChannels(4, 6, 2), (SHAPE,)),
    ops.Dropout: (ops.Dropout(0.3), (SHAPE,)),
    ops.Sigmoid: (ops.Sigmoid(), (SHAPE,)),
    ops.Multiply: (ops.Multiply(), (SHAPE, (4, 1, 1))),
    ops.Complement: (ops.Complement(), (SHAPE,)),
    ops.Scale: (ops.Scale(0.5), (SHAPE,)),
    ops.DropPath: (ops.DropPath(0.5), (SHAPE,)),
    ops.Upsample: (ops.Upsample(16), (SHAPE,)),
}

all_ops = pytest.mark.parametrize("kind", ops.ALL_OPS, ids=lambda kind: kind.__name__)


def test_the_vocabulary_is_closed():
    classes = {c for c in vars(ops).values() if inspect.isclass(c) and issubclass(c, ops.Op)}
    assert set(ops.ALL_OPS) == set(EXAMPLES) == classes - {ops.Op}


@all_ops
def test_an_op_is_a_frozen_value(kind):
    op, _ = EXAMPLES[kind]
    assert kind.__doc__
    assert dataclasses.replace(op) == op
    assert hash(dataclasses.replace(op)) == hash(op)
    with pytest.raises((dataclasses.FrozenInstanceError, AttributeError, TypeError)):
        op.anything = 1


@all_ops
def test_an_op_has_words(kind):
    words = describe(EXAMPLES[kind][0])
    assert words.short
    assert len(words.short) <= 6
    assert words.full


def test_a_dilation_is_in_the_words():
    conv = ops.Conv2d(8, 8, padding=4, dilation=4)
    assert describe(conv).full == "3×3 convolution, dilation 4"


@all_ops
def test_module_and_op_agree_about_shape_parameters_and_window(kind):
    op, in_shapes = EXAMPLES[kind]
    module = module_of(op).eval()
    inputs = [torch.randn(2, *shape) for shape in in_shapes]
    assert module(*inputs).shape == (2, *op.out_shape(in_shapes))
    assert sum(p.numel() for p in module.parameters()) == op.params
    extent, stride = op.window
    assert extent >= 1
    assert stride >= 1


@all_ops
def test_an_op_has_a_cost(kind):
    op, in_shapes = EXAMPLES[kind]
    inputs = tuple(f"in{i}" for i in range(len(in_shapes)))
    node = Node("node", op, inputs, in_shapes, op.out_shape(in_shapes))
    cost = node_costs(Graph(SHAPE, {"node": node}, (), (), ("node",)))["node"]
    assert isinstance(cost, NodeCost)
    assert (cost.activation_bytes == 0) == op.is_view


@all_ops
def test_an_op_leaves_its_input_as_it_is(kind):
    op, in_shapes = EXAMPLES[kind]
    inputs = [torch.randn(2, *shape) for shape in in_shapes]
    before = [x.clone() for x in inputs]
    module_of(op).train()(*inputs)
    assert all(torch.equal(a, b) for a, b in zip(inputs, before, strict=True))


@pytest.mark.parametrize("interpreter", [describe, module_of])
def test_an_unknown_op_is_our_mistake(interpreter):
    with pytest.raises(AssertionError, match="for Op"):
        interpreter(ops.Op())


@pytest.mark.parametrize("pool", [ops.MaxPool2d, ops.AvgPool2d])
@pytest.mark.parametrize("size", range(3, 12))
@pytest.mark.parametrize(("side", "stride", "padding"), [(3, 2, 0), (2, 2, 0), (3, 2, 1)])
def test_a_pool_that_keeps_its_last_window_has_the_size_of_torchs(
    pool, size, side, stride, padding
):
    op = pool(side, stride, padding, ceil=True)
    x = torch.randn(1, 4, size, size)
    assert module_of(op)(x).shape[1:] == op.out_shape(((4, size, size),))
