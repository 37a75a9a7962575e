"""Multiplying in bfloat16 changes how fast a network learns by no more than another seed does."""

from __future__ import annotations

import pytest
import torch

from explorer.builder import build
from explorer.spec.edit import change_part
from explorer.spec.presets import preset
from explorer.training import loop
from explorer.training.events import EpochEvent, StepEvent
from explorer.training.loop import Trainer
from explorer.training.recipe import Recipe

CPU = torch.device("cpu")
NAMES = ("resnet20", "wrn_16_2", "res2net20_31w_4s")


def losses(name, dataset, precision, seed):
    """Return the training loss of the first step, and the mean of each epoch [nat]."""
    recipe = Recipe(epochs=3, batch_size=25, lr=0.02, crop_padding=1, precision=precision)
    torch.manual_seed(seed)
    network = build(change_part(preset(name), "head", num_classes=3))
    trainer = Trainer(network, dataset, recipe, seed=seed, device=CPU)
    events = list(trainer.events())
    epochs = [event.train_loss for event in events if isinstance(event, EpochEvent)]
    return next(event.loss for event in events if isinstance(event, StepEvent)), epochs


@pytest.mark.parametrize("name", NAMES)
def test_the_loss_agrees(name, dataset, monkeypatch):
    monkeypatch.setattr(loop, "REPORT_SECONDS", 0.0)
    first, exact = losses(name, dataset, "float32", 0)
    first_half, half = losses(name, dataset, "bfloat16", 0)
    other = losses(name, dataset, "float32", 1)[1]
    assert first_half != first  # it was bfloat16 indeed
    assert first_half == pytest.approx(first, rel=0.01)
    for here, there, another in zip(half, exact, other, strict=True):
        assert abs(here - there) <= max(abs(another - there), 0.1)
    assert half[-1] < half[0]
