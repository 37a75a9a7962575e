"""Ending early on a condition."""

from __future__ import annotations

import pytest
import torch

from explorer.builder import build
from explorer.errors import JobError
from explorer.store import runs
from explorer.training import loop
from explorer.training.events import EpochEvent
from explorer.training.fit import fit
from explorer.training.loop import Trainer
from explorer.training.recipe import Stop
from explorer.training.run import train_run
from explorer.training.stopping import Watch


def epochs(values, metric="test_accuracy"):
    for epoch, value in enumerate(values, 1):
        fields = {"train_loss": 1.0, "train_accuracy": 0.5, "test_loss": 1.0, "test_accuracy": 0.5}
        yield EpochEvent(epoch * 10, epoch, **{**fields, metric: value}, seconds=1.0)


def ends(stop: Stop, values, metric="test_accuracy") -> tuple[int, str]:
    watch = Watch(stop)
    for event in epochs(values, metric):
        reason = watch.reason(event)
        if reason:
            return event.epoch, reason
    return 0, ""


def test_good_enough():
    found = ends(Stop(threshold=0.9), [0.5, 0.8999, 0.9, 1.0])
    assert found == (3, "Ended after epoch 3: the held-out accuracy reached 90.00 %.")
    assert ends(Stop(threshold=0.9), [0.5, 0.8])[0] == 0
    loss = Stop(metric="train_loss", threshold=0.2)
    assert ends(loss, [0.5, 0.21, 0.15], "train_loss") == (
        3,
        "Ended after epoch 3: the training loss reached 0.1500.",
    )


def test_no_progress():
    values = [0.5, 0.6, 0.59, 0.6, 0.61, 0.6, 0.6, 0.61, 0.7]
    assert ends(Stop(patience=3), values) == (
        8,
        "Ended after epoch 8: the held-out accuracy was no better than 61.00 % for 3 epochs.",
    )
    assert ends(Stop(patience=4), values)[0] == 0
    assert ends(Stop(patience=3, min_change=0.05), values)[0] == 5
    assert ends(Stop(metric="test_loss", patience=2), [3, 2, 2.5, 2.0], "test_loss")[0] == 4


def test_no_condition():
    watch = Watch(None)
    assert all(not watch.reason(event) for event in epochs([0.0] * 50))


def test_it_remembers_over_an_interruption():
    stop = Stop(patience=3)
    events = list(epochs([0.6, 0.5, 0.5, 0.5]))
    before = Watch(stop)
    assert not any(before.reason(event) for event in events[:3])
    after = Watch(stop)
    after.load(before.state())
    assert after.reason(events[3])


def test_a_run_that_ends_early(spec, data, recipe, tmp_path):
    recipe = recipe.changed(epochs=50, stop={"threshold": 0.0})
    record = train_run(spec, data, recipe, device="cpu", folder=tmp_path)
    assert record.result is not None
    assert (record.result.epochs, record.result.steps) == (1, 6)
    assert record.notes[-1].startswith("Ended after epoch 1: the held-out accuracy reached")
    assert runs.is_complete(tmp_path)
    assert train_run(spec, data, recipe, device="cpu", folder=tmp_path, resume=True) == record


def test_the_schedule_is_that_of_the_whole(spec, dataset, recipe, monkeypatch):
    monkeypatch.setattr(loop, "REPORT_SECONDS", 0.0)
    torch.manual_seed(0)
    recipe = recipe.changed(epochs=4, stop={"threshold": 0.0})
    trainer = Trainer(build(spec), dataset, recipe, seed=0, device=torch.device("cpu"))
    rates = [event.lr for event in trainer.events() if not isinstance(event, EpochEvent)]
    assert trainer.stopped
    assert len(rates) == 6
    assert min(rates) > 0.8 * recipe.lr  # a quarter of half a cosine


def test_a_figure_that_there_will_not_be(spec, dataset, recipe):
    asked = recipe.changed(stop={"metric": "test_mean_iou", "patience": 2})
    with pytest.raises(JobError, match="only a network that segments has"):
        fit(spec, asked, dataset)
