from __future__ import annotations

import math
import time

import pytest
import torch

from explorer.errors import ExplorerError, JobError
from explorer.store import runs
from explorer.training import job, loop, step


class Stopped(BaseException):
    """The worker's own way to stop a job."""


class FakeContext:
    submitted = None

    def __init__(self, payload, directory, stop_at=None, stop_in_report=None):
        self.payload, self.directory, self.stop_at = payload, directory, stop_at
        self.reports: list[tuple[int, dict[str, float]]] = []
        self.progresses: list[tuple[float, str]] = []
        self.checks = 0
        self.kept: list[tuple[int, float | None]] = []
        self.stop_in_report = stop_in_report

    def report(self, step, **metrics):
        if step == self.stop_in_report:
            raise Stopped
        self.reports.append((step, metrics))

    def progress(self, fraction, text):
        self.progresses.append((fraction, str(text)))

    def keep(self, step, *, score=None):
        self.kept.append((step, score))

    def check(self):
        self.checks += 1
        if self.checks == self.stop_at:
            raise Stopped


@pytest.fixture(autouse=True)
def quiet(monkeypatch):
    monkeypatch.setattr(loop, "REPORT_SECONDS", 0.0)
    monkeypatch.setattr(job.process, "prepare", lambda: None)


@pytest.fixture
def payload(spec, data, recipe):
    return {
        "spec": spec.model_dump(mode="json"),
        "data": data,
        "recipe": recipe.model_dump(mode="json"),
        "seed": 2,
        "device": "cpu",
        "title": "My run",
    }


def test_a_job_reports_and_returns_its_result(payload, tmp_path):
    context = FakeContext(payload, tmp_path)
    result = job.run(context)
    assert {"accuracy", "loss", "num_images", "seconds", "epochs", "steps"} <= set(result)
    assert runs.read(tmp_path).title == "My run"
    assert runs.read(tmp_path).seed == 2
    assert [step for step, metrics in context.reports if "test_accuracy" in metrics] == [6, 12, 18]
    assert all(math.isfinite(v) for _, metrics in context.reports for v in metrics.values())
    fractions = [fraction for fraction, _ in context.progresses]
    assert fractions == sorted(fractions)
    assert fractions[-1] == 1
    assert context.progresses[0][1] == "Reading images, 50 %"
    assert context.progresses[2][1].startswith("Epoch 1, ")
    assert context.checks >= 18


def test_a_result_says_how_long_somebody_waited(payload, tmp_path):
    context = FakeContext(payload, tmp_path)
    context.submitted = time.time() - 100
    result = job.run(context)
    assert 100 < result["first_seconds"] < result["result_seconds"] < 200
    assert 0 < result["training_seconds"] < result["seconds"] < 100
    assert runs.read(tmp_path).result.first_seconds == result["first_seconds"]


def test_the_first_figure_is_the_first_even_after_a_pause(payload, tmp_path):
    context = FakeContext(payload, tmp_path, stop_at=10)
    context.submitted = time.time() - 100
    with pytest.raises(Stopped):
        job.run(context)
    later = FakeContext(payload, tmp_path)
    later.submitted = time.time() - 1000
    result = job.run(later)
    assert 100 < result["first_seconds"] < 200
    assert 100 < result["result_seconds"] < 200


def test_a_stopped_job_goes_on_where_it_was(payload, tmp_path):
    whole = FakeContext(payload, tmp_path / "whole")
    job.run(whole)
    first = FakeContext(payload, tmp_path / "job", stop_at=9)
    with pytest.raises(Stopped):
        job.run(first)
    assert (tmp_path / "job" / runs.CHECKPOINT).exists()
    second = FakeContext(payload, tmp_path / "job")
    job.run(second)
    losses = [
        [(step, m["loss"]) for step, m in reports if "loss" in m]
        for reports in (whole.reports, first.reports + second.reports)
    ]
    assert losses[0] == losses[1]
    weights = [(tmp_path / name / runs.WEIGHTS).read_bytes() for name in ("whole", "job")]
    assert weights[0] == weights[1]


@pytest.mark.parametrize("step", [4, 6])
def test_a_report_may_stop_the_job_too(payload, tmp_path, step):
    whole = tmp_path / "whole"
    job.run(FakeContext(payload, whole))
    folder = tmp_path / "job"
    with pytest.raises(Stopped):
        job.run(FakeContext(payload, folder, stop_in_report=step))
    assert (folder / runs.CHECKPOINT).exists()
    job.run(FakeContext(payload, folder))
    assert (folder / runs.WEIGHTS).read_bytes() == (whole / runs.WEIGHTS).read_bytes()


def test_a_job_that_ended_before_it_could_be_stopped_has_ended(payload, tmp_path):
    context = FakeContext(payload, tmp_path)
    context.report = lambda step, **metrics: _stop_at_the_end(metrics)
    assert job.run(context)["epochs"] == 3


def _stop_at_the_end(metrics):
    if metrics.get("epoch") == 3 and "test_accuracy" in metrics:
        raise Stopped


def test_a_job_stopped_while_loading(payload, tmp_path):
    with pytest.raises(Stopped):
        job.run(FakeContext(payload, tmp_path, stop_at=1))
    assert job.run(FakeContext(payload, tmp_path))["epochs"] == 3


@pytest.mark.parametrize(
    ("error", "kind"),
    [
        (torch.OutOfMemoryError("CUDA out of memory"), "gpu_memory"),
        (MemoryError(), "memory"),
        (None, "diverged"),
    ],
    ids=("gpu", "machine", "diverged"),
)
def test_a_job_that_fails_says_of_what_kind(payload, tmp_path, monkeypatch, error, kind):
    def refuse(*_):
        raise type(error)(*error.args)

    def endless(logits, batch, smoothing):
        return logits.sum() * float("inf")

    if error is None:
        monkeypatch.setattr(step, "loss_of", endless)
    else:
        monkeypatch.setattr(step.Step, "_backward", refuse)
    with pytest.raises(JobError) as caught:
        job.run(FakeContext(payload, tmp_path))
    assert caught.value.kind == kind
    assert caught.value.hint


def test_a_recipe_by_name(payload, tmp_path):
    payload["recipe"] = "nothing"
    with pytest.raises(JobError, match="no recipe called 'nothing'"):
        job.run(FakeContext(payload, tmp_path))


@pytest.mark.parametrize(
    ("change", "words"),
    [
        ({"spec": None}, "does not say what to train: spec"),
        ({"spec": {}}, "stages: This field is missing"),
        ({"seed": "many"}, "does not say what to train: seed"),
        ({"device": "tpu"}, "no device called 'tpu'"),
        ({"recipe": {"lr": 0}}, "lr: "),
    ],
)
def test_payloads_that_cannot_be_used(payload, tmp_path, change, words):
    with pytest.raises(ExplorerError, match=words):
        job.run(FakeContext({**payload, **change}, tmp_path))
