from __future__ import annotations

import math

import pytest
import torch
from torch.nn import functional

from explorer.builder import build
from explorer.data.dataset import Dataset
from explorer.errors import DataError, JobError
from explorer.training import loop
from explorer.training.augment import Pixels, draw_epoch
from explorer.training.events import EpochEvent, StepEvent
from explorer.training.loop import Trainer
from explorer.training.optimiser import make_optimiser

CPU = torch.device("cpu")


@pytest.fixture(autouse=True)
def report_every_step(monkeypatch):
    monkeypatch.setattr(loop, "REPORT_SECONDS", 0.0)


def trainer_of(spec, dataset, recipe, seed=0) -> Trainer:
    torch.manual_seed(seed)
    return Trainer(build(spec), dataset, recipe, seed=seed, device=CPU)


def same_weights(a: Trainer, b: Trainer) -> bool:
    pairs = zip(a.network.state_dict().values(), b.network.state_dict().values(), strict=True)
    return all(torch.equal(x, y) for x, y in pairs)


@pytest.mark.parametrize("precision", ["float32", "bfloat16"])
def test_a_seed_decides_every_bit(spec, dataset, recipe, precision):
    recipe = recipe.changed(precision=precision)
    first, again, other = (trainer_of(spec, dataset, recipe, seed) for seed in (3, 3, 4))
    one, two, three = (list(trainer.events()) for trainer in (first, again, other))
    assert same_weights(first, again)
    assert not same_weights(first, other)
    assert [e.loss for e in one if isinstance(e, StepEvent)] == [
        e.loss for e in two if isinstance(e, StepEvent)
    ]
    assert len(three) == len(one)


def test_the_loop_equals_one_written_by_hand(spec, dataset, recipe):
    trainer = trainer_of(spec, dataset, recipe.changed(weight_decay=0, nesterov=False))
    torch.manual_seed(0)
    network = build(spec).to(memory_format=torch.channels_last)
    list(trainer.events())

    optimiser = torch.optim.SGD(network.parameters(), lr=0.05, momentum=0.9)
    pixels = Pixels(dataset.train.images, (0, 0, 0), recipe, CPU)
    labels = torch.from_numpy(dataset.train.labels)
    step = 0
    for epoch in range(3):
        draws = draw_epoch(50, recipe, 0, epoch)
        torch.manual_seed(loop.seed_of(0, epoch, 1))
        for start in range(0, 48, 8):
            batch = draws.batch(start, 8)
            optimiser.param_groups[0]["lr"] = 0.05 * 0.5 * (1 + math.cos(math.pi * step / 18))
            x = (pixels.gather(batch).float() / 255 - 0.4) / 0.2
            logits = network(x.permute(0, 3, 1, 2))
            optimiser.zero_grad()
            functional.cross_entropy(logits, labels[batch.rows], label_smoothing=0.1).backward()
            optimiser.step()
            step += 1
    for name, value in network.state_dict().items():
        torch.testing.assert_close(trainer.network.state_dict()[name], value, atol=1e-4, rtol=1e-3)


@pytest.mark.parametrize("optimiser", ["sgd", "adamw"])
def test_it_learns(spec, dataset, recipe, optimiser):
    recipe = recipe.changed(epochs=12, optimiser=optimiser, lr=0.03, label_smoothing=0)
    events = list(trainer_of(spec, dataset, recipe).events())
    last = events[-1]
    assert isinstance(last, EpochEvent)
    assert last.test_accuracy > 0.9
    assert last.train_loss < 0.6


def test_events_say_where_training_stands(spec, dataset, recipe):
    events = list(trainer_of(spec, dataset, recipe).events())
    steps = [e for e in events if isinstance(e, StepEvent)]
    epochs = [e for e in events if isinstance(e, EpochEvent)]
    assert [e.step for e in steps] == list(range(1, 19))
    assert [e.step for e in epochs] == [6, 12, 18]
    assert [e.epoch for e in epochs] == [1, 2, 3]
    assert steps[-1].fraction == 1
    assert steps[-1].seconds_left == 0
    assert steps[0].lr == pytest.approx(0.05)
    assert all(e.images_per_second > 0 for e in steps)
    assert all(math.isfinite(v) for e in steps + epochs for v in e.metrics().values())
    mean = sum(e.loss for e in steps[:6]) / 6
    assert epochs[0].train_loss == pytest.approx(mean)


def test_a_loss_that_is_no_number_stops_at_once(spec, dataset, recipe):
    trainer = trainer_of(spec, dataset, recipe)
    events = trainer.events()
    for _ in range(3):
        next(events)
    with torch.no_grad():
        trainer.network.get_parameter("fc.weight").fill_(float("inf"))
    with pytest.raises(JobError, match=r"no longer a number, in epoch 1") as caught:
        next(events)
    assert "Lower the learning rate (it was 0.05)" in caught.value.hint
    assert not trainer.is_finite()


def test_norms_and_biases_are_not_decayed(spec, recipe):
    network = build(spec)
    decayed, others = make_optimiser(network, recipe).param_groups
    assert decayed["weight_decay"] == recipe.weight_decay
    assert others["weight_decay"] == 0
    assert {p.ndim for p in others["params"]} == {1}
    assert {p.ndim for p in decayed["params"]} == {2, 4}
    everything, none = make_optimiser(
        network, recipe.changed(decay_norm_and_bias=True)
    ).param_groups
    assert len(everything["params"]) == len(list(network.parameters()))
    assert not none["params"]


def test_fewer_images_than_a_batch(spec, dataset, recipe):
    trainer = trainer_of(spec, dataset, recipe.changed(batch_size=512, epochs=1))
    assert (trainer.length.batch_size, trainer.length.num_steps) == (50, 1)
    assert len(list(trainer.events())) == 2


def test_no_images_to_hold_out(spec, dataset, recipe):
    nothing = type(dataset.test)(dataset.test.images[:0], dataset.test.labels[:0])
    empty = Dataset("few", dataset.classes, dataset.train, nothing, dataset.mean, dataset.std, "")
    with pytest.raises(DataError, match="50 images to train on and 0 held out"):
        trainer_of(spec, empty, recipe)


def test_epochs_shorter_than_a_report_are_reported_too(spec, dataset, recipe, monkeypatch):
    monkeypatch.setattr(loop, "REPORT_SECONDS", 0.002)
    events = list(trainer_of(spec, dataset, recipe.changed(epochs=20, batch_size=50)).events())
    steps = [e for e in events if isinstance(e, StepEvent)]
    assert steps
    assert all(e.images_per_second > 0 for e in steps)


def test_even_the_shortest_training_reports_its_loss(spec, dataset, recipe, monkeypatch):
    monkeypatch.setattr(loop, "REPORT_SECONDS", 3600)
    events = list(trainer_of(spec, dataset, recipe).events())
    (step,) = (event for event in events if isinstance(event, StepEvent))
    assert step.fraction == 1
    assert step.epoch == recipe.epochs
    assert math.isfinite(step.loss)
