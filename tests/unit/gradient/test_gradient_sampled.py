"""Estimates of single paths against all of them."""

from __future__ import annotations

import numpy as np
import pytest
import torch

from explorer.errors import ExplorerError
from explorer.gradient.exact import gradient_by_length
from explorer.gradient.linearised import linearise
from explorer.gradient.sampled import along, path_norms, sampled_norms
from tests.unit.gradient.gradient_lab import BLOCKS, brute_force, images_for, network_of

SOME = ["basic A", "basic C, SE", "densenet", "dual path", "highway"]


@pytest.mark.parametrize("name", ["plain", *SOME])
def test_along_one_path(name):
    network = network_of(BLOCKS[name])
    image = images_for(network)
    ways, expected = brute_force(network, image)
    found = along(linearise(network, image), ways)[:, 0]
    torch.testing.assert_close(found, expected, rtol=1e-10, atol=1e-14)


@pytest.mark.parametrize("name", SOME)
def test_random_signs_give_the_mean_square(name):
    network = network_of(BLOCKS[name])
    image = images_for(network)
    ways, gradients = brute_force(network, image)
    lengths, squares = ways.sum(1).numpy(), gradients.flatten(1).square().sum(1).numpy()
    found = path_norms(network, image.expand(8, -1, -1, -1), num_draws=60, seed=2)
    for k, count in enumerate(found.counts):
        if not count:
            assert np.isnan(found.mean_square[k])
            continue
        expected = squares[lengths == k].mean()
        off = abs(found.mean_square[k] - expected)
        assert off <= 5 * found.std_error[k] + 1e-12 * expected
        assert found.std_error[k] < 0.5 * expected
        low, high = found.interval
        assert low[k] <= found.rms[k] <= high[k]


def test_coherence_and_alignment_are_those_of_the_pairs():
    network = network_of(BLOCKS["basic A"])
    image = images_for(network)
    ways, gradients = brute_force(network, image)
    rows, lengths = gradients.flatten(1), ways.sum(1)
    exact = gradient_by_length(network, image)
    estimate = path_norms(network, image.expand(20, -1, -1, -1), num_draws=200, seed=0)
    for k in range(1, 8):
        gram = rows[lengths == k] @ rows[lengths == k].T
        squares = gram.diag().sum()
        num = len(gram)
        coherence = (gram.sum() / squares).sqrt().item()
        alignment = ((gram.sum() - squares) / (num - 1) / squares).item()
        assert estimate.coherence(exact)[k] == pytest.approx(coherence, rel=0.08)
        assert estimate.alignment(exact)[k] == pytest.approx(alignment, abs=0.16 / (num - 1) * 9)
    assert np.isnan(estimate.alignment(exact)[[0, 8]]).all()


@pytest.mark.parametrize("name", ["basic A", "densenet", "highway"])
def test_sampled_paths_give_the_mean_norm(name):
    network = network_of(BLOCKS[name])
    images = images_for(network, 2)
    both = [brute_force(network, image[None]) for image in images]
    lengths = both[0][0].sum(1).numpy()
    norms = np.mean([gradients.flatten(1).norm(dim=1).numpy() for _, gradients in both], axis=0)
    found = sampled_norms(network, images, num_samples=150, seed=1)
    exact = gradient_by_length(network, images)
    for k, count in enumerate(found.counts):
        if not count:
            assert np.isnan(found.mean[k])
            continue
        expected = norms[lengths == k].mean()
        assert abs(found.mean[k] - expected) <= 5 * found.std_error[k] + 1e-12 * expected
        assert found.product[k] == pytest.approx(count * found.mean[k])
        assert exact.norm[k] <= count * expected * (1 + 1e-9)
    only = sampled_norms(network, images, lengths=[6], num_samples=10)
    assert np.isfinite(only.mean).sum() == 1


def test_a_plain_network_has_one_path():
    network = network_of(BLOCKS["plain"])
    image = images_for(network)
    found = sampled_norms(network, image, num_samples=3)
    total = gradient_by_length(network, image).totals[0]
    assert found.mean[8] == pytest.approx(total)
    assert np.isnan(found.mean[:8]).all()
    signs = path_norms(network, image, num_draws=3)
    assert signs.rms[8] == pytest.approx(total)
    assert signs.std_error[8] == pytest.approx(0, abs=1e-12 * total**2)


def test_seeds_and_mistakes():
    network = network_of(BLOCKS["basic A"])
    image = images_for(network)
    one, two, other = (path_norms(network, image, num_draws=2, seed=s) for s in (1, 1, 2))
    assert (one.mean_square == two.mean_square).all()
    assert (one.mean_square != other.mean_square).any()
    short = path_norms(network, image, num_draws=2, seed=1, longest=3)
    np.testing.assert_allclose(short.mean_square, one.mean_square[:4], rtol=1e-12)
    with pytest.raises(ExplorerError, match="no error to state"):
        path_norms(network, image, num_draws=1)
    with pytest.raises(ExplorerError, match="no path of 9 units"):
        sampled_norms(network, image, lengths=[9])
    with pytest.raises(ExplorerError, match="No path is asked for"):
        sampled_norms(network, image, num_samples=0)
