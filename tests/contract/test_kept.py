"""What the tape says an op keeps for the backward pass is what torch saves."""

import pytest
import torch
from test_ops import EXAMPLES

from explorer.address import INPUT
from explorer.analysis.tape import replay
from explorer.builder import module_of
from explorer.ir import ops
from explorer.ir.graph import Graph, Node

IMAGES = 3
SCALARS = 64
PASS = ops.Scale(0.5)
"""An op that keeps nothing, before and after the one in question."""


def example(kind):
    """Return a graph in which what the op keeps is kept by nobody else."""
    op, shapes = EXAMPLES[kind]
    nodes = {}
    for i, shape in enumerate(shapes):
        # The image has one shape; only sizes are followed, so the others may differ from it.
        nodes[f"before.{i}"] = Node(f"before.{i}", PASS, (INPUT,), (shape,), shape)
    out = op.out_shape(shapes)
    nodes["op"] = Node("op", op, tuple(nodes), shapes, out)
    nodes["after"] = Node("after", PASS, ("op",), (out,), out)
    return Graph(shapes[0], nodes, tuple(nodes), (), ())


def saved_by_torch(kind):
    op, shapes = EXAMPLES[kind]
    module = module_of(op).train()
    own = {t.data_ptr() for t in [*module.parameters(), *module.buffers()]}
    inputs = [torch.randn(IMAGES, *shape, requires_grad=True) * 0.5 for shape in shapes]
    found = {}

    def pack(tensor):
        memory = tensor.untyped_storage()
        if tensor.data_ptr() not in own:
            found[memory.data_ptr()] = memory.nbytes()
        return tensor

    with torch.autograd.graph.saved_tensors_hooks(pack, lambda tensor: tensor):
        out = module(*inputs) * 0.5
    assert out.requires_grad
    return sum(found.values())


@pytest.mark.parametrize("kind", ops.ALL_OPS, ids=lambda kind: kind.__name__)
def test_an_op_keeps_what_torch_saves(kind):
    kept = replay(example(kind), IMAGES).kept
    ours = sum(size for address, size in kept.items() if address.startswith(("before", "op")))
    assert abs(ours - saved_by_torch(kind)) <= SCALARS
