"""Receptive fields over paths against an enumeration of all paths."""

from collections import Counter

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from explorer import paths
from explorer.analysis.receptive import receptive_field
from explorer.analysis.receptive_paths import receptive_paths, receptive_paths_of_graph
from explorer.blocks import FAMILIES
from explorer.graph import lower
from explorer.ir.ops import GlobalAvgPool
from explorer.spec import NetworkSpec
from tests.property.strategies import can_be_lowered, networks, params_of, stages, stems
from tests.property.test_path_counts import enumerated as followed

MOST = 5_000


def enumerated(graph):
    """Follow every signal, channel by channel, and add up the windows on its way."""
    pools = [a for a in graph.head if isinstance(graph.nodes[a].op, GlobalAvgPool)]
    end = graph.nodes[pools[0]].inputs[0] if pools else graph.output.address
    found = Counter()
    for trace, times in followed(graph, end=end).items():
        field, jump = 1, 1
        for address in trace:
            extent, stride = graph.nodes[address].op.window
            field, jump = field + (extent - 1) * jump, jump * stride
        found[field] += times
    return dict(sorted(found.items()))


def is_small(spec):
    return can_be_lowered(spec) and paths(spec, "conv").num_paths <= MOST


def of_family(family):
    own = st.builds(lambda stage, block: stage.model_copy(update={"block": block}),
                    stages, params_of(family))  # fmt: skip
    return st.builds(
        NetworkSpec,
        image_size=st.integers(8, 40),
        stem=stems,
        stages=st.lists(own, min_size=1, max_size=3).map(tuple),
    ).filter(is_small)


@settings(max_examples=50)
@given(networks.filter(is_small))
def test_every_path_is_counted(spec):
    graph = lower(spec)
    assert dict(receptive_paths_of_graph(graph).counts) == enumerated(graph)


@pytest.mark.parametrize("kind", FAMILIES)
def test_every_path_of_every_family_is_counted(kind):
    @settings(max_examples=6)
    @given(of_family(FAMILIES[kind]))
    def check(spec):
        graph = lower(spec)
        assert dict(receptive_paths_of_graph(graph).counts) == enumerated(graph)

    check()


@given(networks)
def test_the_widest_path_has_the_receptive_field_of_the_network(spec):
    found = receptive_paths(spec)
    assert found.num_paths == paths(spec, "conv").num_paths
    assert found.largest <= receptive_field(lower(spec))
    low, high = found.central()
    assert min(found.counts) <= low <= high <= found.largest
    assert sum(c for size, c in found.counts.items() if low <= size <= high) >= (
        0.95 * found.num_paths
    )
    spread = sum(c * (s - found.mean) ** 2 for s, c in found.counts.items()) / found.num_paths
    assert found.std == pytest.approx(spread**0.5, abs=1e-6)
