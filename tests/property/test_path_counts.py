"""Path counts against an enumeration of all paths, one by one."""

from collections import Counter
from itertools import product

from hypothesis import given, settings
from hypothesis import strategies as st

from explorer import paths
from explorer.address import INPUT
from explorer.analysis.cost import depth
from explorer.analysis.paths import UNITS, paths_of_graph
from explorer.block import BlockParams
from explorer.blocks import DenseNet, DualPath
from explorer.blocks.bottleneck import Bottleneck
from explorer.blocks.res2net import Res2Net
from explorer.graph import lower
from explorer.ir.ops import Concat, Conv2d, Linear, Slice
from explorer.spec import NetworkSpec, StageSpec, StemSpec
from tests.property.strategies import can_be_lowered, networks, params_of

MOST = 6_000


def onward(node, place, channels):
    """Yield the channels a signal can reach through a node, once for each group it can take."""
    op, offset = node.op, sum(shape[0] for shape in node.in_shapes[:place])
    if isinstance(op, Linear):
        yield set(range(op.out_features))
    elif isinstance(op, Conv2d):
        read, written = op.in_channels // op.groups, op.out_channels // op.groups
        for group in sorted({c // read for c in channels}):
            yield set(range(group * written, (group + 1) * written))
    elif isinstance(op, Slice):
        kept = {c - op.start for c in channels if op.start <= c < op.stop}
        if kept:
            yield kept
    elif isinstance(op, Concat):
        yield {c + offset for c in channels}
    else:
        yield channels


def enumerated(graph, entry=INPUT, end=None):
    """Return {addresses of a path: how often} by following every signal, channel by channel."""
    end = end or graph.output.address
    readers = {}
    for node in graph.nodes.values():
        for place, source in enumerate(node.signals):
            readers.setdefault(source, []).append((place, node))
    found = Counter()
    waiting = [(entry, set(range(graph.shape_of(entry)[0])), ())]
    while waiting:
        address, channels, trace = waiting.pop()
        if address == end:
            found[trace] += 1
            continue
        for place, node in readers.get(address, ()):
            waiting += [
                (node.address, reached, (*trace, node.address))
                for reached in onward(node, place, channels)
            ]
    return found


def lengths(graph, found, unit):
    shortcuts = {address for block in graph.blocks for address in block.shortcut}
    result = Counter()
    for trace, times in found.items():
        ops = [(address, graph.nodes[address].op) for address in trace]
        if unit == "conv":
            steps = sum(isinstance(op, Conv2d) for _, op in ops)
        else:
            steps = sum(op.is_weight_layer and address not in shortcuts for address, op in ops)
        result[steps] += times
    return dict(sorted(result.items()))


def through_branches(graph, found):
    """Count the blocks of each path that it goes through: by the layers beside the shortest way."""
    result = Counter()
    for trace, times in found.items():
        taken = 0
        for block in graph.blocks:
            own = [a for a in trace if a.startswith(f"{block.address}.")]
            layers = [
                a for a in own if graph.nodes[a].op.is_weight_layer and a not in block.shortcut
            ]
            transition = [a for a in layers if ".transition." in a]
            taken += len(layers) > len(transition)
        result[taken] += times
    return dict(sorted(result.items()))


small = networks.filter(lambda spec: paths(spec, "conv").num_paths <= MOST)


@settings(max_examples=130)
@given(small)
def test_paths_through_the_ops(spec):
    graph = lower(spec)
    found = enumerated(graph)
    for unit in ("conv", "layer"):
        assert paths_of_graph(graph, unit).lengths == lengths(graph, found, unit)
    assert paths_of_graph(graph, "transformation").lengths == through_branches(graph, found)


many_ways = st.one_of(
    [params_of(family) for family in (Bottleneck, Res2Net, DenseNet, DualPath)]
).filter(lambda block: getattr(block, "scale", 2) > 1)
mixed = st.builds(
    NetworkSpec,
    image_size=st.just(16),
    stem=st.builds(StemSpec, width=st.integers(4, 24), kernel_size=st.just(3), stride=st.just(1)),
    stages=st.lists(
        st.builds(
            StageSpec, depth=st.integers(1, 2), width=st.sampled_from((8, 12, 16)), block=many_ways
        ),
        min_size=1,
        max_size=2,
    ).map(tuple),
)


@settings(max_examples=100)
@given(mixed.filter(can_be_lowered).filter(lambda s: paths(s, "conv").num_paths <= MOST))
def test_cardinality_scale_dense_and_dual_paths_in_any_order(spec):
    graph = lower(spec)
    found = enumerated(graph)
    for unit in ("conv", "layer"):
        assert paths_of_graph(graph, unit).lengths == lengths(graph, found, unit)
    assert paths_of_graph(graph, "transformation").lengths == through_branches(graph, found)


@settings(max_examples=30)
@given(small, st.data())
def test_paths_of_consecutive_blocks(spec, data):
    graph = lower(spec)
    start = data.draw(st.integers(0, len(graph.blocks) - 1))
    stop = data.draw(st.integers(start + 1, len(graph.blocks)))
    chosen = graph.blocks[start:stop]
    found = enumerated(graph, chosen[0].entry, chosen[-1].exit)
    result = paths_of_graph(graph, "conv", range(start, stop))
    assert result.lengths == lengths(graph, found, "conv")


@given(networks)
def test_paths_by_blocks(spec):
    ways = [(1,) if b.merge is None else (0, 1) for b in lower(spec).blocks]
    lengths = Counter(sum(taken) for taken in product(*ways))
    assert paths(spec).lengths == dict(sorted(lengths.items()))


@settings(max_examples=30)
@given(networks)
def test_the_longest_path_is_as_long_as_the_network_is_deep(spec):
    graph = lower(spec)
    scales = any(getattr(b, "scale", 1) > 2 for b in all_blocks(spec))
    longest = max(paths_of_graph(graph, "layer").lengths)
    assert longest >= depth(graph) if scales else longest == depth(graph)


def all_blocks(spec) -> list[BlockParams]:
    return [stage.block_at(i) for stage in spec.stages for i in range(stage.depth)]


@settings(max_examples=30)
@given(networks)
def test_shares_and_moments(spec):
    for unit in UNITS:
        found = paths(spec, unit)
        assert found.num_paths == sum(found.lengths.values())
        assert min(found.lengths) <= found.mean <= max(found.lengths)
        lo, hi = found.central(0.95)
        inside = sum(found.counts[lo : hi + 1])
        assert inside >= 0.95 * found.num_paths
        assert found.central(1.0) == (min(found.lengths), max(found.lengths))
        spread = sum(c * (k - found.mean) ** 2 for k, c in found.lengths.items())
        assert abs(found.std - (spread / found.num_paths) ** 0.5) < 1e-6
