"""How much faster a graph answers than a forward pass over a built network."""

import time
from collections import Counter

import pytest
import torchinfo

from explorer import build, paths, preset
from explorer.address import INPUT
from explorer.analysis.cost import cost
from explorer.analysis.memory import training_memory
from explorer.analysis.paths import UNITS, paths_of_graph
from explorer.analysis.receptive_paths import receptive_paths_of_graph
from explorer.blocks import Basic, Bottleneck, Res2Net
from explorer.graph import lower
from explorer.spec import NetworkSpec, StageSpec, StemSpec

pytestmark = pytest.mark.bench


def seconds(action):
    start = time.perf_counter()
    action()
    return time.perf_counter() - start


def test_cost_of_resnet152_against_torchinfo():
    spec = preset("resnet152")
    network = build(spec).eval()
    size = (1, spec.in_channels, spec.image_size, spec.image_size)

    def theirs():
        return torchinfo.summary(network, input_size=size, verbose=0, device="cpu")

    def ours():
        return cost(spec)

    assert theirs().total_params == ours().params
    slow, fast = [], []
    # Interleaved, so that a busy moment of the machine meets both.
    for _ in range(4):
        slow.append(seconds(theirs))
        fast += [seconds(ours) for _ in range(20)]
    ratio = min(slow) / min(fast)
    print(f"\nlower + cost of ResNet-152: {1e3 * min(fast):.2f} ms")
    print(f"torchinfo.summary: {1e3 * min(slow):.0f} ms, {ratio:.0f} times as long")
    assert ratio >= 100


@pytest.mark.parametrize("unit", UNITS)
def test_paths_of_resnet1202(unit):
    graph = lower(preset("resnet1202"))
    assert paths_of_graph(graph, unit) == paths(preset("resnet1202"), unit)
    best = min(seconds(lambda: paths_of_graph(graph, unit)) for _ in range(20))
    whole = min(seconds(lambda: paths(preset("resnet1202"), unit)) for _ in range(5))
    print(f"\npaths of ResNet-1202 by {unit}: {1e3 * best:.2f} ms, {1e3 * whole:.1f} with lowering")
    assert best < (0.001 if unit == "block" else 0.005)


def op_by_op(graph):
    """Carry the counts of receptive fields along every edge: no blocks, no powers."""
    reached = {INPUT: (1, Counter({1: 1}))}
    for node in graph.nodes.values():
        if node.op.sees_whole_image:
            return reached[node.inputs[0]][1]
        extent, stride = node.op.window
        jump, total = reached[node.signals[0]][0], Counter()
        for source in node.signals:
            for field, count in reached[source][1].items():
                total[field + (extent - 1) * jump] += count
        reached[node.address] = jump * stride, total
    raise AssertionError("no global pool")


def test_receptive_fields_over_the_paths_of_resnet110():
    graph = lower(preset("resnet110"))
    found = receptive_paths_of_graph(graph)
    assert found.num_paths == 2**54
    assert found.counts == op_by_op(graph)
    slow, fast = [], []
    for _ in range(5):
        slow.append(seconds(lambda: op_by_op(graph)))
        fast += [seconds(lambda: receptive_paths_of_graph(graph)) for _ in range(20)]
    ratio = min(slow) / min(fast)
    print(f"\nreceptive fields of all paths of ResNet-110: {1e3 * min(fast):.2f} ms")
    print(f"op by op: {1e3 * min(slow):.1f} ms, {ratio:.0f} times as long")
    assert min(fast) < 0.005
    assert ratio >= 5


def test_training_memory_of_resnet152():
    graph = lower(preset("resnet152"))
    best = min(seconds(lambda: training_memory(graph, 128)) for _ in range(20))
    print(f"\ntraining memory of ResNet-152: {1e3 * best:.2f} ms")
    assert best < 0.05


def test_paths_of_600_mixed_blocks():
    """200 of cardinality 32, 200 plain, 200 of scale 4."""
    kinds = (Bottleneck(groups=32, base_width=4), Basic(), Res2Net(scale=4))
    stages = tuple(StageSpec(depth=200, width=16, block=kind) for kind in kinds)
    graph = lower(NetworkSpec(image_size=8, stem=StemSpec(width=16), stages=stages))
    for unit in UNITS:
        best = min(seconds(lambda unit=unit: paths_of_graph(graph, unit)) for _ in range(3))
        print(f"\n600 mixed blocks by {unit}: {1e3 * best:.1f} ms")
        assert best < 0.1
