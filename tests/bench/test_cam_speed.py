"""The cost of maps beside one forward pass, and beside captum; in one process, in turn.

One thread and processor time, so that what else runs on the machine does not decide.
"""

from __future__ import annotations

from statistics import median
from time import process_time

import pytest
import torch
from captum.attr import LayerGradCam

from explorer.builder import build
from explorer.cam.core import explain
from explorer.cam.layers import layers
from explorer.spec.presets import preset

pytestmark = pytest.mark.bench
REPEATS = 5


@pytest.fixture
def _one_thread():
    before = torch.get_num_threads()
    torch.set_num_threads(1)
    yield
    torch.set_num_threads(before)


@pytest.mark.usefixtures("_one_thread")
def test_a_map_costs_little_more_than_a_forward_pass():
    torch.manual_seed(0)
    network = build(preset("resnet50")).eval().requires_grad_(requires_grad=False)
    images = torch.randn(1, 3, 224, 224)
    addresses = [layer.address for layer in layers(network.graph)]
    theirs = [LayerGradCam(network, network.get_submodule(address)) for address in addresses]

    def forward():
        with torch.no_grad():
            network(images)

    jobs = {
        "forward": forward,
        "ours, last layer": lambda: explain(network, images, addresses[-1:], 5),
        "captum, last layer": lambda: theirs[-1].attribute(images, target=5),
        "ours, 4 layers": lambda: explain(network, images, addresses, 5),
        "captum, 4 layers": lambda: [cam.attribute(images, target=5) for cam in theirs],
    }
    times: dict[str, list[float]] = {name: [] for name in jobs}
    for job in jobs.values():
        job()
    for _ in range(REPEATS):
        for name, job in jobs.items():
            start = process_time()
            job()
            times[name].append(process_time() - start)
    ratio = {
        name: median(t / f for t, f in zip(took, times["forward"], strict=True))
        for name, took in times.items()
    }
    print()
    for name, took in times.items():
        print(f"{name:20} {1000 * median(took):7.1f} ms  {ratio[name]:5.2f} x forward")
    assert ratio["ours, last layer"] < 1.25
    assert ratio["ours, last layer"] < 1.1 * ratio["captum, last layer"]
    assert ratio["ours, 4 layers"] < 0.6 * ratio["captum, 4 layers"]
