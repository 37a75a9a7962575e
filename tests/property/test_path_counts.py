"""Path counts against an enumeration of all paths."""

from collections import Counter
from itertools import product

import networkx as nx
from hypothesis import given, settings

from explorer import paths
from explorer.address import INPUT
from explorer.graph import lower
from explorer.ir.ops import Conv2d
from tests.property.strategies import networks

MOST = 20_000


def edges_with_copies(graph):
    found = nx.MultiDiGraph()
    for node in graph.nodes.values():
        found.add_edges_from((source, node.address) for source in node.signals)
    return found


def enumerated(graph):
    found = edges_with_copies(graph)
    lengths = Counter()
    for edges in nx.all_simple_edge_paths(found, INPUT, graph.output.address):
        lengths[sum(isinstance(graph.nodes[v].op, Conv2d) for _, v, _ in edges)] += 1
    return dict(sorted(lengths.items()))


@settings(max_examples=40)
@given(networks.filter(lambda spec: paths(spec, "conv").num_paths <= MOST))
def test_paths_by_convolutions(spec):
    assert paths(spec, "conv").lengths == enumerated(lower(spec))


@given(networks)
def test_paths_by_blocks(spec):
    ways = [(1,) if b.merge is None else (0, 1) for b in lower(spec).blocks]
    lengths = Counter(sum(taken) for taken in product(*ways))
    assert paths(spec).lengths == dict(sorted(lengths.items()))


@given(networks)
def test_shares_and_moments(spec):
    for unit in ("block", "conv"):
        found = paths(spec, unit)
        assert found.num_paths == sum(found.lengths.values())
        assert min(found.lengths) <= found.mean <= max(found.lengths)
        lo, hi = found.central(0.95)
        inside = sum(found.counts[lo : hi + 1])
        assert inside >= 0.95 * found.num_paths
        assert found.central(1.0) == (min(found.lengths), max(found.lengths))
        spread = sum(c * (k - found.mean) ** 2 for k, c in found.lengths.items())
        assert abs(found.std - (spread / found.num_paths) ** 0.5) < 1e-6
