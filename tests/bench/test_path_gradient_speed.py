"""What the gradient by path length costs, beside one forward and backward pass.

One thread and processor time, in turn, so that what else runs on the machine does not decide.
"""

from __future__ import annotations

from time import process_time

import numpy as np
import pytest
import torch
from torch.nn import functional

from explorer.builder import build
from explorer.data import load
from explorer.gradient.exact import coefficients, gradient_by_length
from explorer.gradient.linearised import linearise
from explorer.gradient.sampled import _draw, along
from explorer.gradient.task import at_initialisation
from explorer.spec.presets import preset
from explorer.training.augment import Normalise
from explorer.training.loop import Trainer
from explorer.training.recipe import Recipe

pytestmark = pytest.mark.bench
ROUNDS = 5
DRAWS, SAMPLES = 60, 64


@pytest.fixture(autouse=True)
def _one_thread():
    before = torch.get_num_threads()
    torch.set_num_threads(1)
    yield
    torch.set_num_threads(before)


def took(job):
    start = process_time()
    job()
    return process_time() - start


def test_the_exact_sums_cost_a_few_passes():
    network, images, _ = at_initialisation(preset("resnet110"), "shapes", 1)

    def plain():
        x = images.clone().requires_grad_()
        logits = network(x)
        loss = functional.cross_entropy(logits, logits.argmax(1))
        return torch.autograd.grad(loss, x)[0]

    exact = gradient_by_length(network, images)
    assert exact.totals[0] == pytest.approx(plain().norm().item(), rel=1e-3)
    jobs = {
        "forward and backward": plain,
        "all 55 lengths": lambda: gradient_by_length(network, images),
        "lengths 0 to 20": lambda: gradient_by_length(network, images, longest=20),
    }
    times = {name: [] for name in jobs}
    for _ in range(2):
        for job in jobs.values():
            job()
    for _ in range(ROUNDS):
        for name, job in jobs.items():
            times[name].append(took(job))
    base = min(times["forward and backward"])
    print()
    for name, found in times.items():
        print(f"{name:22} {1000 * min(found):7.1f} ms  {min(found) / base:6.2f} x")
    assert min(times["all 55 lengths"]) < 15 * base
    assert min(times["lengths 0 to 20"]) < 7 * base


def spread(values):
    """Return the relative standard deviation of each column."""
    return values.std(0, ddof=1) / values.mean(0)


def advantage(network, image, name, lengths):
    """Return how much less random signs cost than sampled paths for the same relative error.

    Both estimate the mean of |g_p|^2 for each length. The signs give all lengths at once, so that
    their worst length decides; paths are sampled for each length as many as it needs.
    """
    num_units = len(network.graph.blocks)
    point = linearise(network, image)
    generator = torch.Generator().manual_seed(0)
    draws = []
    start = process_time()
    for _ in range(DRAWS):
        signs = 2.0 * torch.randint(2, (num_units, 1), generator=generator) - 1
        parts = coefficients(point, lengths[-1] + 1, signs)
        draws.append(parts.flatten(1).double().square().sum(1).numpy())
    pass_seconds = (process_time() - start) / DRAWS
    by_signs = spread(np.array(draws)[:, lengths])
    rng = np.random.default_rng(0)
    free = np.ones(num_units, dtype=bool)
    by_paths, path_seconds = [], []
    for length in lengths:
        ways = torch.from_numpy(_draw(free, length, SAMPLES, rng))
        start = process_time()
        found = along(point, ways)
        path_seconds.append((process_time() - start) / SAMPLES)
        squares = found.flatten(1).double().square().sum(1).numpy()
        by_paths.append(spread(squares[:, None])[0])
    ours = max(1, (by_signs.max() / 0.1) ** 2) * pass_seconds
    needed = np.maximum(1, (np.array(by_paths) / 0.1) ** 2)
    theirs = float((needed * np.array(path_seconds)).sum())
    print(
        f"\n{name}: relative deviation {by_signs.min():.2f} to {by_signs.max():.2f} of a draw, "
        f"{min(by_paths):.2f} to {max(by_paths):.2f} of a path; 10 % at {len(lengths)} lengths: "
        f"{ours:.2f} s against {theirs:.1f} s, {theirs / ours:.0f} x"
    )
    return theirs / ours


def test_random_signs_against_sampled_paths_untrained():
    network, image, _ = at_initialisation(preset("resnet110"), "shapes", 1)
    # Of the shortest and the longest there are too few paths to speak of a spread.
    assert advantage(network, image, "untrained ResNet-110", list(range(1, 54))) > 100


def test_random_signs_against_sampled_paths_trained():
    data = load("digits", image_size=32)
    torch.manual_seed(0)
    recipe = Recipe(epochs=3, batch_size=64, lr=0.1, precision="float32")
    network = build(preset("resnet32"))
    trainer = Trainer(network, data, recipe, seed=0, device=torch.device("cpu"))
    last = list(trainer.events())[-1]
    network.eval().requires_grad_(requires_grad=False)
    normalise = Normalise(data.mean, data.std, torch.device("cpu"), torch.contiguous_format)
    image = normalise(torch.from_numpy(np.array(data.test.images[:1])))
    network = network.to(memory_format=torch.contiguous_format)
    name = f"ResNet-32 trained to {last.test_accuracy:.1%}"
    assert advantage(network, image, name, list(range(1, 13))) > 3
