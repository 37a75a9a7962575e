"""What is measured before a training, when, and that it is remembered."""

from __future__ import annotations

import json
import math

import pytest
import torch

from explorer.builder import build
from explorer.data.cache import data_folder
from explorer.training import loop, tuning
from explorer.training.feed import Feed
from explorer.training.plan import Plan, from_record
from explorer.training.run import train_run
from explorer.training.tuning import Subject, decide, first_plan

CPU = torch.device("cpu")


@pytest.fixture(autouse=True)
def own_cache(tmp_path, monkeypatch):
    monkeypatch.setenv("EXPLORER_DATA", str(tmp_path / "data"))


@pytest.fixture
def half(monkeypatch):
    monkeypatch.setattr("explorer.training.device.multiplies_bfloat16", lambda: True)


@pytest.fixture
def full(monkeypatch):
    monkeypatch.setattr("explorer.training.device.multiplies_bfloat16", lambda: False)


class Bench:
    """Answers with times that are written down, and counts."""

    def __init__(self, monkeypatch, **times):
        self.times, self.asked = times, []
        monkeypatch.setattr(tuning, "_milliseconds", self.milliseconds)

    def milliseconds(self, subject, plan, draws):
        name = f"{plan.layout}_{plan.precision}"
        self.asked.append(name)
        assert len(draws.rows) == 8
        assert plan.engine == "eager"
        return self.times[name]


@pytest.fixture
def subject_of(spec, dataset):
    def make(recipe):
        feed = Feed(dataset, recipe, CPU)
        return Subject(build(spec), feed, recipe, CPU, digest=spec.digest, num_nodes=20)

    return make


SLOW = {
    "channels_last_bfloat16": 100.0,
    "contiguous_bfloat16": 140.0,
    "channels_last_float32": 190.0,
    "contiguous_float32": 250.0,
}


def test_the_quickest_is_taken_and_remembered(subject_of, recipe, half, monkeypatch):
    recipe = recipe.changed(epochs=1000, precision="auto")
    bench = Bench(monkeypatch, **{**SLOW, "contiguous_bfloat16": 70.0})
    plan = decide(subject_of(recipe))
    assert (plan.layout, plan.precision, plan.engine) == ("contiguous", "bfloat16", "eager")
    assert plan.measured["contiguous bfloat16"] == 70.0
    assert len(bench.asked) == 4
    assert decide(subject_of(recipe)) == plan
    assert len(bench.asked) == 4
    decide(subject_of(recipe.changed(batch_size=8, optimiser="adamw")))
    assert len(bench.asked) == 8


def test_precision_is_a_choice_too(subject_of, recipe, half, monkeypatch):
    recipe = recipe.changed(epochs=1000, precision="auto")
    Bench(monkeypatch, **{**SLOW, "channels_last_float32": 60.0})
    assert decide(subject_of(recipe)).precision == "float32"


def test_a_little_quicker_is_no_reason(subject_of, recipe, half, monkeypatch):
    recipe = recipe.changed(epochs=1000, precision="auto")
    Bench(monkeypatch, **{**SLOW, "contiguous_bfloat16": 95.0})
    assert decide(subject_of(recipe)).layout == "channels_last"


def test_what_the_recipe_states_is_not_tried(subject_of, recipe, half, monkeypatch):
    bench = Bench(monkeypatch, **SLOW)
    decide(subject_of(recipe.changed(epochs=1000, precision="float32")))
    assert bench.asked == ["channels_last_float32", "contiguous_float32"]
    bench.asked.clear()
    decide(subject_of(recipe.changed(epochs=1000, precision="auto", layout="contiguous")))
    assert bench.asked == ["contiguous_bfloat16", "contiguous_float32"]
    bench.asked.clear()
    settled = recipe.changed(epochs=1000, precision="float32", layout="contiguous")
    assert decide(subject_of(settled)) == first_plan(settled, CPU)
    assert bench.asked == []


def test_without_bfloat16_nothing_is_tried_in_it(subject_of, recipe, full, monkeypatch):
    bench = Bench(monkeypatch, **SLOW)
    decide(subject_of(recipe.changed(epochs=1000, precision="auto")))
    assert bench.asked == ["channels_last_float32", "contiguous_float32"]


def test_short_trainings_are_not_measured(subject_of, recipe, half, monkeypatch):
    bench = Bench(monkeypatch, **SLOW)
    assert decide(subject_of(recipe)) == first_plan(recipe, CPU)  # 18 steps
    assert bench.asked == []
    quick = recipe.changed(epochs=50, precision="auto")
    plan = decide(subject_of(quick))  # 300 steps of 0.1 s
    assert bench.asked == ["channels_last_bfloat16"]
    assert plan.measured == {"channels_last bfloat16": 100.0}


def test_the_same_training_is_carried_out_in_the_same_way_again(
    subject_of, recipe, half, monkeypatch
):
    """On a machine that is busy at another moment too: a seed gives the same weights."""
    recipe = recipe.changed(epochs=500, precision="auto")
    clock = iter(range(1000))
    monkeypatch.setattr(tuning, "perf_counter", lambda: float(next(clock)) * 2)
    Bench(monkeypatch, **{**SLOW, "contiguous_bfloat16": 70.0})
    first = decide(subject_of(recipe))
    assert 1 < len(first.measured) < len(SLOW), "cut short"
    Bench(monkeypatch, **{**SLOW, "channels_last_float32": 10.0})
    assert decide(subject_of(recipe)) == first
    assert decide(subject_of(recipe.changed(seconds=60))) != first


def test_measuring_ends_in_time(subject_of, recipe, half, monkeypatch):
    clock = iter(range(100))
    monkeypatch.setattr(tuning, "perf_counter", lambda: float(next(clock)))
    bench = Bench(monkeypatch, **SLOW)
    decide(subject_of(recipe.changed(epochs=100, precision="auto")))  # 60 s: 0.8 s for it
    assert bench.asked == ["channels_last_bfloat16"]
    bench.asked.clear()
    decide(subject_of(recipe.changed(epochs=500, precision="auto")))  # 300 s: 3 s
    assert bench.asked == list(SLOW)


def test_seconds_become_steps(subject_of, recipe, half, monkeypatch):
    Bench(monkeypatch, **SLOW)
    asked = recipe.changed(seconds=5, precision="auto")
    assert decide(subject_of(asked)).steps == 50
    assert decide(subject_of(asked.changed(seconds=0.01))).steps == 1
    assert decide(subject_of(asked.changed(seconds=90))).steps == 900
    assert decide(subject_of(recipe)).steps is None


@pytest.mark.parametrize("content", ["", "[]", '{"a": 1}', '{"KEY": {}}', '{"KEY": {"x": -1}}'])
def test_a_damaged_memory_is_measured_again(subject_of, recipe, half, monkeypatch, content):
    subject = subject_of(recipe.changed(epochs=1000, precision="auto"))
    path = data_folder() / "tuning.json"
    path.parent.mkdir(parents=True)
    path.write_text(content.replace("KEY", subject.key))
    bench = Bench(monkeypatch, **SLOW)
    decide(subject)
    assert len(bench.asked) == 4
    assert len(json.loads(path.read_text())[subject.key]) == 4


def test_the_memory_is_bounded(subject_of, recipe, half, monkeypatch):
    monkeypatch.setattr(tuning, "MAX_REMEMBERED", 3)
    Bench(monkeypatch, **SLOW)
    subjects = [
        subject_of(recipe.changed(epochs=1000, precision="auto", optimiser=name, layout=layout))
        for name in ("sgd", "adamw")
        for layout in ("auto", "contiguous")
    ]
    for subject in subjects:
        decide(subject)
    kept = json.loads((data_folder() / "tuning.json").read_text())
    assert list(kept) == [subject.key for subject in subjects[1:]]


def test_a_measurement_leaves_the_network_as_it_is(subject_of, recipe):
    subject = subject_of(recipe)
    before = {key: value.clone() for key, value in subject.network.state_dict().items()}
    draws = loop.draw_epoch(50, recipe, 0, 0, subject.feed.size).batch(0, 8)
    assert tuning._milliseconds(subject, Plan(), draws) > 0
    after = subject.network.state_dict()
    assert all(torch.equal(value, after[key]) for key, value in before.items())
    assert all(parameter.grad is None for parameter in subject.network.parameters())


def test_a_run_keeps_what_was_decided(spec, data, recipe, tmp_path, monkeypatch, half):
    Bench(monkeypatch, **{**SLOW, "contiguous_float32": 20.0})
    recipe = recipe.changed(seconds=0.3, precision="auto")
    record = train_run(spec, data, recipe, device="cpu", folder=tmp_path)
    plan = from_record(record.plan)
    assert plan is not None
    assert plan.steps == 3
    assert record.result is not None
    assert (record.result.steps, record.result.epochs) == (3, 1)
    assert math.isfinite(record.result.loss)
    assert "--set steps=3" in record.command
    assert "seconds" not in record.command
