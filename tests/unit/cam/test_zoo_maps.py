"""The maps of the bundled runs on shapes mark the object, and follow the weights."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest
import torch

from explorer.cam.core import explain
from explorer.cam.layers import layers
from explorer.cam.measure.images import masked_images
from explorer.cam.measure.localisation import localisation
from explorer.cam.measure.metrics import PASSES_BELOW
from explorer.cam.measure.randomisation import cascade
from explorer.cam.pair import prepared
from explorer.store.zoo import bundled
from explorer.weights import load_run

if TYPE_CHECKING:
    from collections.abc import Iterator

RUNS = {
    one.name: one
    for one in bundled()
    if one.name.startswith(("shapes-resnet29", "shapes-res2net29"))
}
BATCH = 60


@pytest.fixture(autouse=True)
def _one_thread() -> Iterator[None]:
    """Threads that wait for each other stall on a busy machine."""
    before = torch.get_num_threads()
    torch.set_num_threads(1)
    yield
    torch.set_num_threads(before)


def pointing(name: str, num: int) -> tuple[float, float]:
    """Return how often the hottest cell meets a small and a large object."""
    network, record = load_run(RUNS[name].folder)
    network.requires_grad_(requires_grad=False)
    images = masked_images("shapes", record.data, num, 1)
    address = layers(network.graph)[-1].address
    pixels, classes = prepared(images.images, record.data), images.labels.tolist()
    heat = torch.cat(
        [
            explain(network, part, [address], classes[start : start + BATCH]).heat[address]
            for start, part in zip(range(0, num, BATCH), pixels.split(BATCH), strict=True)
        ]
    )
    found = localisation(heat.numpy(), images.masks, images.counted)
    small, large = (found.pointing[images.sizes == size].mean() for size in (0, 2))
    print(f"{name}: small {small:.3f}, large {large:.3f}")
    return float(small), float(large)


def follows_the_weights(name: str) -> float:
    """Return the rank correlation that is left when all weights are random."""
    network, record = load_run(RUNS[name].folder)
    network.requires_grad_(requires_grad=False)
    images = masked_images("shapes", record.data, 48, 1)
    address = layers(network.graph)[-1].address
    steps = cascade(network, prepared(images.images, record.data), address, images.labels.tolist())
    print([f"{step.part} {step.correlation:.2f}" for step in steps])
    return abs(steps[-1].correlation)


def test_both_networks_of_the_pair_are_bundled() -> None:
    assert {"shapes-resnet29-seed0", "shapes-res2net29-seed0"} <= set(RUNS)


@pytest.mark.parametrize("name", [name for name in RUNS if name.endswith("seed0")])
def test_maps_point_at_the_object_and_change_with_the_weights(name: str) -> None:
    small, large = pointing(name, 240)
    assert small >= 0.60
    assert large >= 0.85
    assert follows_the_weights(name) <= PASSES_BELOW


@pytest.mark.slow
@pytest.mark.timeout(1800)
@pytest.mark.parametrize("network", ["resnet29", "res2net29"])
def test_over_all_test_images_and_seeds_maps_point_at_the_object(network: str) -> None:
    found = [pointing(name, 1200) for name in RUNS if name.startswith(f"shapes-{network}-")]
    small, large = (sum(values) / len(found) for values in zip(*found, strict=True))
    assert small >= 0.60
    assert large >= 0.85


@pytest.mark.slow
@pytest.mark.timeout(1800)
@pytest.mark.parametrize("name", RUNS)
def test_every_seeds_maps_change_with_the_weights(name: str) -> None:
    assert follows_the_weights(name) <= PASSES_BELOW
