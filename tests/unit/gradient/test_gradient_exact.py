"""The parts of the gradient against every path one by one, and against autograd."""

from __future__ import annotations

import copy

import pytest
import torch
from hypothesis import given, settings

from explorer.analysis.paths import paths_of_graph
from explorer.builder import build
from explorer.errors import ExplorerError
from explorer.gradient import linearised
from explorer.gradient.exact import coefficients, gradient, gradient_by_length
from explorer.gradient.linearised import linearise
from explorer.spec.presets import preset
from tests.property.strategies import networks
from tests.unit.gradient.gradient_lab import (
    BLOCKS,
    autograd,
    brute_force,
    images_for,
    network_of,
    settled,
)


@pytest.mark.parametrize("name", BLOCKS)
def test_parts_are_the_sums_over_all_paths(name):
    network = network_of(BLOCKS[name])
    image = images_for(network)
    ways, gradients = brute_force(network, image)
    lengths = ways.sum(1)
    counts = paths_of_graph(network.graph).counts
    assert torch.bincount(lengths, minlength=len(counts)).tolist() == list(counts)
    parts = coefficients(linearise(network, image), len(counts))[:, 0]
    assert len(parts) == 9
    size = gradients.flatten(1).norm(dim=1)
    for k, part in enumerate(parts):
        expected = gradients[lengths == k].sum(0)
        # Paths of equal length may cancel; rounding is relative to what is added up.
        scale = size[lengths == k].sum() if counts[k] else 0
        assert (part - expected).norm() <= 1e-12 * scale
    whole = autograd(network, image)[0]
    assert whole.norm() > 0
    assert (parts.sum(0) - whole).norm() <= 1e-12 * whole.norm()


@given(networks)
@settings(max_examples=12)
def test_parts_add_up_to_the_gradient_of_any_network(spec):
    network = settled(spec)
    images = images_for(network, 2)
    point = linearise(network, images)
    parts = coefficients(point, len(network.graph.blocks) + 1)
    expected = autograd(network, images)
    scale = max(float(part.norm()) for part in (*parts, expected))
    assert (parts.sum(0) - expected).norm() <= 1e-12 * scale
    assert (gradient(point) - expected).norm() <= 1e-12 * scale


def test_a_truncated_polynomial_has_the_same_coefficients():
    network = network_of(BLOCKS["basic A"])
    images = images_for(network, 3)
    full = gradient_by_length(network, images)
    short = gradient_by_length(network, images, longest=3)
    assert full.is_complete
    assert not short.is_complete
    torch.testing.assert_close(short.norms, full.norms[:, :4], rtol=1e-12, atol=0)
    torch.testing.assert_close(short.shares, full.shares[:, :4], rtol=1e-9, atol=1e-12)
    torch.testing.assert_close(short.totals, full.totals, rtol=1e-12, atol=0)
    torch.testing.assert_close(full.shares.sum(1), full.totals**0, rtol=1e-12, atol=0)


def test_images_in_pieces_give_the_same(monkeypatch):
    network = network_of(BLOCKS["preact"])
    images = images_for(network, 3)
    at_once = gradient_by_length(network, images, per_unit=True)
    monkeypatch.setattr("explorer.gradient.exact.MEMORY", 1)
    in_pieces = gradient_by_length(network, images, per_unit=True)
    for name in ("norms", "shares", "totals", "arriving"):
        torch.testing.assert_close(
            getattr(at_once, name), getattr(in_pieces, name), rtol=1e-9, atol=1e-12
        )


def test_what_arrives_at_a_unit_has_passed_only_later_ones():
    network = network_of(BLOCKS["basic A"])
    image = images_for(network)
    found = gradient_by_length(network, image, per_unit=True).arriving
    assert found.shape == (8, 9)
    for unit, row in enumerate(found):
        assert (row[: 8 - unit] > 0).all()
        assert (row[8 - unit :] == 0).all()
    # At the last unit it is the gradient of the head, at others autograd's at that address.
    exits = {}

    def keep(address, out):
        if address == network.graph.blocks[4].exit:
            out.retain_grad()
            exits["out"] = out
        return out

    logits = network(image.clone().requires_grad_(), tap=keep)
    torch.nn.functional.cross_entropy(logits, logits.argmax(1)).backward()
    parts = []
    coefficients(
        linearise(network, image),
        9,
        on_output=lambda segment, g: parts.append(g) if segment.address == "layer2.1" else None,
    )
    torch.testing.assert_close(parts[0].sum(0), exits["out"].grad, rtol=1e-10, atol=1e-14)


def test_labels():
    network = network_of(BLOCKS["basic A"])
    images = images_for(network, 2)
    predicted = network(images).argmax(1)
    own = gradient_by_length(network, images)
    given_labels = gradient_by_length(network, images, predicted)
    other = gradient_by_length(network, images, (predicted + 1) % 5)
    assert (own.norms == given_labels.norms).all()
    assert (other.totals > own.totals).all()
    with pytest.raises(ExplorerError, match="beyond the network's 5 classes"):
        gradient_by_length(network, images, predicted + 5)
    with pytest.raises(ExplorerError, match="There are 1 labels for 2 images"):
        gradient_by_length(network, images, predicted[:1])
    with pytest.raises(ExplorerError, match="too few"):
        gradient_by_length(network, images, longest=0)


def test_nothing_stays_behind():
    network = build(preset("resnet20")).train()
    before = copy.deepcopy(network.state_dict())
    gradient_by_length(network, torch.randn(1, 3, 32, 32), longest=2)
    assert all(module.training for module in network.modules())
    assert all(p.grad is None and p.requires_grad for p in network.parameters())
    assert all((before[name] == value).all() for name, value in network.state_dict().items())


def test_n_units_cost_n_times_n_plus_1_by_2_passes_through_a_branch(monkeypatch):
    network = network_of(BLOCKS["preact"])
    image = images_for(network)
    passes = []
    pull = linearised.pull

    def counted(node, module, values, g):
        if node.address.endswith("conv2"):
            passes.append(len(g))
        return pull(node, module, values, g)

    monkeypatch.setattr(linearised, "pull", counted)
    gradient_by_length(network, image)
    assert passes == list(range(1, 9))
    passes.clear()
    gradient_by_length(network, image, longest=3)
    assert passes == [1, 2, 3, 3, 3, 3, 3, 3, *[1] * 8]
