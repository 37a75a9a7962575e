"""The maps of the bundled runs on shapes mark the object, and follow the weights."""

from __future__ import annotations

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

PAIR = {
    one.name: one
    for one in bundled()
    if one.name.startswith(("shapes-resnet29", "shapes-res2net29"))
}
BATCH = 60


def test_both_networks_of_the_pair_are_bundled() -> None:
    assert {"shapes-resnet29-seed0", "shapes-res2net29-seed0"} <= set(PAIR)


@pytest.mark.parametrize("name", PAIR)
def test_maps_point_at_the_object_and_change_with_the_weights(name: str) -> None:
    network, record = load_run(PAIR[name].folder)
    network.requires_grad_(requires_grad=False)
    images = masked_images("shapes", record.data, 240, 1)
    address = layers(network.graph)[-1].address
    pixels, classes = prepared(images.images, record.data), images.labels.tolist()
    heat = torch.cat(
        [
            explain(network, part, [address], classes[start : start + BATCH]).heat[address]
            for start, part in zip(range(0, 240, BATCH), pixels.split(BATCH), strict=True)
        ]
    )
    found = localisation(heat.numpy(), images.masks, images.counted)
    small, large = (found.pointing[images.sizes == size].mean() for size in (0, 2))
    print(f"{name}: small {small:.3f}, large {large:.3f}")
    assert small >= 0.60
    assert large >= 0.85
    steps = cascade(network, pixels[:48], address, classes[:48])
    print([f"{step.part} {step.correlation:.2f}" for step in steps])
    assert abs(steps[-1].correlation) <= PASSES_BELOW
