"""Maps without a backward pass, and of many images at once, beside captum; in turn.

One thread and processor time, so that what else runs on the machine does not decide.
"""

from __future__ import annotations

from statistics import median
from time import process_time

import numpy as np
import pytest
import torch
from captum.attr import LayerGradCam

from explorer.cam.core import class_maps, explain
from explorer.cam.layers import layers
from explorer.cam.measure.localisation import localisation
from explorer.cam.pair import Question, Subject, compare
from tests.unit.cam.cam_lab import record, settled

pytestmark = pytest.mark.bench
REPEATS = 7
SIZE, CLASSES = 64, 10


@pytest.fixture
def _one_thread():
    before = torch.get_num_threads()
    torch.set_num_threads(1)
    yield
    torch.set_num_threads(before)


def timed(jobs):
    """Return the median milliseconds of each job, run in turn."""
    times = {name: [] for name in jobs}
    for job in jobs.values():
        job()
    for _ in range(REPEATS):
        for name, job in jobs.items():
            start = process_time()
            job()
            times[name].append(process_time() - start)
    print()
    found = {name: 1000 * median(took) for name, took in times.items()}
    for name, took in found.items():
        print(f"{name:34} {took:8.1f} ms")
    return found


@pytest.mark.usefixtures("_one_thread")
def test_a_pair_and_many_images():
    names = ("resnet20", "preact_resnet20")
    networks = [settled(name, SIZE).requires_grad_(requires_grad=False) for name in names]
    subjects = [
        Subject(network, record(name, image_size=SIZE))
        for name, network in zip(names, networks, strict=True)
    ]
    places = [layers(network.graph)[-1].address for network in networks]
    peers = [
        LayerGradCam(network, network.get_submodule(place))
        for network, place in zip(networks, places, strict=True)
    ]
    picture = np.random.default_rng(0).integers(0, 256, (SIZE, SIZE, 3), dtype=np.uint8)
    one, many = torch.randn(1, 3, SIZE, SIZE), torch.randn(32, 3, SIZE, SIZE)
    masks = np.zeros((32, SIZE, SIZE), dtype=bool)
    masks[:, 10:30, 20:50] = True
    heat = explain(networks[0], many, places[:1], 3).heat[places[0]].numpy()
    took = timed(
        {
            "forward passes of a pair": lambda: [_forward(network, one) for network in networks],
            "pair, last stage": lambda: compare(*subjects, picture, Question(target=3)),
            "pair, layer2, HiResCAM": lambda: compare(
                *subjects, picture, Question(target=3, layer="layer2", method="hirescam")
            ),
            "maps of a pair": lambda: [
                explain(network, one, [place], 3)
                for network, place in zip(networks, places, strict=True)
            ],
            "captum, maps of a pair": lambda: [peer.attribute(one, target=3) for peer in peers],
            "maps of every class": lambda: class_maps(networks[0], one),
            "captum, one class after the other": lambda: [
                peers[0].attribute(one, target=index) for index in range(CLASSES)
            ],
            "32 images at once": lambda: explain(networks[0], many, places[:1], 3),
            "captum, one image after the other": lambda: [
                peers[0].attribute(image[None], target=3) for image in many
            ],
            "localisation metrics of 32 maps": lambda: localisation(heat, masks),
        }
    )
    assert took["pair, last stage"] < 100
    assert took["pair, layer2, HiResCAM"] < 150
    assert took["maps of a pair"] < 1.1 * took["captum, maps of a pair"]
    assert took["maps of every class"] < 0.25 * took["captum, one class after the other"]
    assert took["32 images at once"] < 1.1 * took["captum, one image after the other"]


def _forward(network, images):
    with torch.no_grad():
        network(images)
