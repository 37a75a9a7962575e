"""Multiplying in bfloat16 changes how fast a network learns by no more than another seed does."""

from __future__ import annotations

import pytest
import torch

from explorer.builder import build
from explorer.spec.edit import change_part
from explorer.spec.presets import preset
from explorer.training.events import EpochEvent
from explorer.training.loop import Trainer
from explorer.training.recipe import Recipe

CPU = torch.device("cpu")
NAMES = ("resnet20", "wrn_16_2", "res2net20_31w_4s")


def losses(name, dataset, precision, seed):
    """Return the mean training loss of each epoch [nat]."""
    recipe = Recipe(epochs=3, batch_size=10, lr=0.02, crop_padding=1, precision=precision)
    torch.manual_seed(seed)
    network = build(change_part(preset(name), "head", num_classes=3))
    trainer = Trainer(network, dataset, recipe, seed=seed, device=CPU)
    return [event.train_loss for event in trainer.events() if isinstance(event, EpochEvent)]


@pytest.mark.parametrize("name", NAMES)
def test_the_loss_agrees(name, dataset):
    exact, half = (losses(name, dataset, which, 0) for which in ("float32", "bfloat16"))
    other = losses(name, dataset, "float32", 1)
    assert half != exact  # it was bfloat16 indeed
    assert half[0] == pytest.approx(exact[0], rel=0.03)
    for epoch in range(3):
        spread = abs(other[epoch] - exact[epoch])
        assert abs(half[epoch] - exact[epoch]) <= max(spread, 0.05)
    assert half[-1] < 0.8 * half[0]
