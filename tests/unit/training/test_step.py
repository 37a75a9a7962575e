"""What a step does beside the plain one: mixtures, averages, gradient norms, and no waiting."""

from __future__ import annotations

import math

import pytest
import torch
from torch.nn import functional
from torch.optim.swa_utils import AveragedModel, get_ema_multi_avg_fn
from torch.profiler import ProfilerActivity, profile

from explorer.builder import build
from explorer.training import loop
from explorer.training.augment import draw_epoch
from explorer.training.average import Average
from explorer.training.events import EpochEvent, StepEvent
from explorer.training.feed import Feed
from explorer.training.gradients import StageGradients
from explorer.training.loop import Trainer
from explorer.training.plan import Plan
from explorer.training.step import Step, hits_of, loss_of

CPU = torch.device("cpu")


def trainer_of(spec, dataset, recipe, **more) -> Trainer:
    torch.manual_seed(0)
    return Trainer(build(spec), dataset, recipe, seed=0, device=CPU, **more)


@pytest.mark.parametrize("layout", ["channels_last", "contiguous"])
def test_a_mixed_batch_equals_one_mixed_by_hand(dataset, recipe, layout):
    recipe = recipe.changed(mixup=1.0, crop_padding=0, flip="none")
    feed = Feed(dataset, recipe, CPU)
    draws = draw_epoch(50, recipe, 0, 0, feed.size).batch(8, 8)
    batch = feed.batch(draws, layout)
    assert draws.share is not None
    share = float(draws.share[0])
    assert 0 < share < 1
    plain = feed.batch(draws._replace(share=None), layout)
    for i in range(8):
        mixed = share * plain.images[i] + (1 - share) * plain.images[7 - i]
        torch.testing.assert_close(batch.images[i], mixed, atol=1e-6, rtol=1e-5)
    memory = torch.channels_last if layout == "channels_last" else torch.contiguous_format
    assert batch.images.is_contiguous(memory_format=memory)

    logits = torch.randn(8, 3)
    soft = share * functional.one_hot(plain.targets, 3).float()
    soft += (1 - share) * functional.one_hot(plain.targets.flip(0), 3).float()
    expected = functional.cross_entropy(logits, soft, label_smoothing=0.1)
    assert float(loss_of(logits, batch, 0.1)) == pytest.approx(float(expected), rel=1e-6)
    answers = logits.argmax(1)
    right = share * (answers == plain.targets) + (1 - share) * (answers == plain.targets.flip(0))
    assert float(hits_of(logits, batch)) == pytest.approx(float(right.sum()), rel=1e-6)


@pytest.mark.parametrize("changes", [{"mixup": 0.4}, {"cutout": 3}, {"ema": 0.9}])
def test_it_learns_with_each_of_them(spec, dataset, recipe, changes):
    recipe = recipe.changed(epochs=12, lr=0.03, label_smoothing=0, **changes)
    last = list(trainer_of(spec, dataset, recipe).events())[-1]
    assert isinstance(last, EpochEvent)
    assert last.test_accuracy > 0.9


def test_the_average_equals_torchs_own(spec, dataset, recipe):
    torch.manual_seed(0)
    network = build(spec)
    average = Average(network, 0.9)
    other = AveragedModel(network, multi_avg_fn=get_ema_multi_avg_fn(0.9), use_buffers=True)
    other.update_parameters(network)  # the first call only copies
    for step in range(100, 104):  # after the first steps the decay is 0.9
        with torch.no_grad():
            for value in network.state_dict().values():
                if value.is_floating_point():
                    value.add_(torch.rand_like(value))
        average.update(step)
        other.update_parameters(network)
    live = {name: value.clone() for name, value in network.state_dict().items()}
    with average.in_place():
        for name, value in other.module.state_dict().items():
            found = network.state_dict()[name]
            if value.is_floating_point():
                torch.testing.assert_close(found, value)
                assert not torch.equal(found, live[name])
    assert all(torch.equal(value, live[name]) for name, value in network.state_dict().items())


def test_the_first_steps_are_soon_forgotten(spec):
    network = build(spec)
    start = network.get_parameter("conv1.weight").detach().clone()
    average = Average(network, 0.999)
    with torch.no_grad():
        network.get_parameter("conv1.weight").zero_()
    kept = torch.tensor(1.0)
    for step in range(5):
        average.update(step)
        kept *= (1 + step) / (10 + step)
    with average.in_place():
        torch.testing.assert_close(network.get_parameter("conv1.weight").detach(), start * kept)


def test_the_kept_weights_are_the_evaluated_ones(spec, dataset, recipe):
    trainer = trainer_of(spec, dataset, recipe.changed(ema=0.5))
    (*_, last) = trainer.events()
    with trainer.averaged():
        found = loop.score(trainer.network, *trainer._held_out, trainer._normalise)
    assert (found.loss, found.accuracy) == (last.test_loss, last.test_accuracy)
    other = loop.score(trainer.network, *trainer._held_out, trainer._normalise)
    assert other.loss != found.loss


def test_gradient_norms_by_stage(spec, dataset, recipe, monkeypatch):
    monkeypatch.setattr(loop, "REPORT_SECONDS", 0.0)
    trainer = trainer_of(spec, dataset, recipe)
    step = next(event for event in trainer.events() if isinstance(event, StepEvent))
    assert list(step.gradient_norms) == ["stem", "layer1", "layer2", "head"]
    squares: dict[str, float] = {}
    for name, parameter in trainer.network.named_parameters():
        first = name.split(".")[0]
        stage = "stem" if first == "conv1" else first if "layer" in first else "head"
        squares[stage] = squares.get(stage, 0.0) + float(parameter.grad.square().sum())
    assert step.gradient_norms == pytest.approx({k: math.sqrt(v) for k, v in squares.items()})
    metrics = step.metrics()
    assert metrics["gradient_norm_layer2"] == step.gradient_norms["layer2"]
    assert all(isinstance(value, float | int) for value in metrics.values())


@pytest.mark.parametrize("optimiser", ["sgd", "adamw"])
def test_between_reports_nothing_is_asked_of_the_device(spec, dataset, recipe, optimiser):
    """A number asked for in a step would make a GPU wait for Python, and Python for the GPU."""
    recipe = recipe.changed(mixup=0.4, cutout=3, ema=0.9, optimiser=optimiser)
    feed = Feed(dataset, recipe, CPU)
    torch.manual_seed(0)
    step = Step(build(spec), feed, recipe, Plan(precision="bfloat16"), CPU)
    average = Average(step.network, 0.9)
    gradients = StageGradients(step.network)
    draws = draw_epoch(50, recipe, 0, 0, feed.size)
    step.network.train()
    step(draws.batch(0, 8), 0.1)
    with profile(activities=[ProfilerActivity.CPU]) as profiled:
        for i in range(1, 5):
            step(draws.batch(8 * i, 8), 0.1)
            average.update(i)
            gradients.norms()
    counts = {event.key: event.count for event in profiled.key_averages()}
    assert counts["aten::convolution"] > 0
    assert not {"aten::nonzero", "aten::is_nonzero"} & set(counts)
    # On processors AdamW reads the counter that each weight has; on a GPU it stays there.
    counters = len(list(step.network.parameters())) * 4 if optimiser == "adamw" else 0
    assert counts.get("aten::item", 0) == counters


def test_a_report_waits_once(spec, dataset, recipe, monkeypatch):
    monkeypatch.setattr(loop, "REPORT_SECONDS", 1e9)
    trainer = trainer_of(spec, dataset, recipe.changed(epochs=1))
    asked: list[int] = []
    tolist = torch.Tensor.tolist
    monkeypatch.setattr(
        torch.Tensor, "tolist", lambda tensor: (asked.append(tensor.numel()), tolist(tensor))[1]
    )
    event = next(trainer.events())
    assert isinstance(event, StepEvent)
    assert event.step == 6
    assert asked == [5]  # the loss, and four stages
