"""What a measured receptive field costs, beside one forward and backward pass.

One thread and processor time, in turn, so that what else runs on the machine does not decide.
"""

from __future__ import annotations

from time import process_time

import pytest
import torch

from explorer.analysis.receptive import last_map
from explorer.builder import build
from explorer.gradient.effective_field import gradient_map
from explorer.spec.presets import preset

pytestmark = pytest.mark.bench
ROUNDS = 5


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


def test_a_field_costs_one_pass():
    torch.manual_seed(0)
    network = build(preset("resnet50")).eval().requires_grad_(requires_grad=False)
    images = torch.randn(1, 3, 224, 224)
    graph = network.graph

    def plain():
        x = images.clone().requires_grad_()
        torch.autograd.grad(network(x).sum(), x)

    def last():
        gradient_map(network, images, last_map(graph))

    def first_stage():
        gradient_map(network, images, graph.stages[0].blocks[-1].exit)

    jobs = (plain, last, first_stage)
    for job in jobs:
        job()
    rounds = [[took(job) for job in jobs] for _ in range(ROUNDS)]
    passage, whole, part = (min(times) for times in zip(*rounds, strict=True))
    print(f"\n{1e3 * passage:.0f} ms, {1e3 * whole:.0f} ms, {1e3 * part:.0f} ms")
    assert whole < 1.3 * passage
    assert part < 0.6 * passage
