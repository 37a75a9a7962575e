"""Every graph against the module that is built from it."""

import torch
from hypothesis import given, settings
from torch.utils.flop_counter import FlopCounterMode

from explorer import build, cost
from explorer.analysis.cost import node_costs
from explorer.graph import lower
from tests.property.strategies import networks


def leaves(network):
    return {name: m for name, m in network.named_modules() if not list(m.children()) and name}


@settings(max_examples=40)
@given(networks)
def test_modules_stand_at_the_addresses_and_have_the_parameters(spec):
    with torch.device("meta"):
        network = build(spec)
    graph, costs = lower(spec), node_costs(lower(spec))
    found = leaves(network)
    assert set(found) == set(graph.nodes)
    assert len({id(module) for module in found.values()}) == len(found)
    for address, module in found.items():
        assert sum(p.numel() for p in module.parameters()) == costs[address].params
    assert sum(p.numel() for p in network.parameters()) == cost(spec).params


@settings(max_examples=25)
@given(networks)
def test_macs_are_half_the_flops_that_torch_counts(spec):
    with torch.device("meta"):
        network = build(spec).eval()
        images = torch.empty(1, spec.in_channels, spec.image_size, spec.image_size)
    with torch.inference_mode(), FlopCounterMode(display=False) as counter:
        network(images)
    assert counter.get_total_flops() == cost(spec).flops


@settings(max_examples=25)
@given(networks)
def test_every_output_has_the_shape_of_the_graph(spec):
    with torch.device("meta"):
        network = build(spec).eval()
        images = torch.empty(2, spec.in_channels, spec.image_size, spec.image_size)
    seen = {}

    def tap(address, value):
        assert address not in seen
        seen[address] = tuple(value.shape)
        return value

    network(images, tap)
    assert seen == {a: (2, *n.out_shape) for a, n in lower(spec).nodes.items()}


@settings(max_examples=15)
@given(networks)
def test_it_runs_and_every_parameter_gets_a_gradient(spec):
    network = build(spec)
    images = torch.randn(3, spec.in_channels, spec.image_size, spec.image_size)
    # Evaluation mode: one position in a batch norm is no batch.
    network.eval()(images).sum().backward()
    assert all(p.grad is not None for p in network.parameters())
