"""Experiments as background jobs, and the results of one person and of a class."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest

from explorer.jobs import client
from explorer.lessons import library, pool
from explorer.lessons.experiment import Setting
from explorer.store.records import State
from explorer.training.recipes import resolve

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from explorer.lessons.experiment import Experiment

    Add = Callable[..., Path]

TRAIN = "train"


@pytest.fixture
def experiment(add_lesson: Add, colours: Path) -> Iterator[Experiment]:
    add_lesson()
    yield library.find("tiny").experiments[0]
    client.ledger().close()


def submitted(experiment: Experiment, setting: Setting, user: str) -> list[str]:
    return [
        client.submit(TRAIN, asked.payload, title=asked.title, user=user)
        for asked in pool.jobs_for("tiny", experiment, setting)
    ]


def finish(accuracy: float, *, state: State = State.DONE) -> str:
    """End the job whose turn it is, as a worker would."""
    ledger = client.ledger()
    claim = ledger.claim("worker")
    assert claim is not None
    for epoch, share in ((1, 0.5), (2, accuracy)):
        report: dict[str, Any] = {
            "epoch": epoch,
            "train_loss": 1.0,
            "train_accuracy": share,
            "test_loss": 1.0,
            "test_accuracy": share,
            "seconds": 3.0 * epoch,
        }
        ledger.report(claim, [(10 * epoch, report), (10 * epoch + 1, {"loss": 0.5})])
    ledger.finish(claim, state, result={"accuracy": accuracy})
    return claim.job_id


def test_jobs_are_the_definition(experiment: Experiment) -> None:
    setting = experiment.recorded
    asked = pool.jobs_for("tiny", experiment, setting)
    assert [(job.title, job.payload["seed"]) for job in asked] == [
        ("plain", 0), ("residual", 0), ("plain", 1), ("residual", 1),
    ]  # fmt: skip
    payload = asked[1].payload
    assert payload["spec"] == experiment.specs["residual"].model_dump(mode="json")
    assert payload["experiment"] == "tiny/pair"
    assert payload["arm"] == "residual"
    recipe = resolve(payload["recipe"])
    assert (recipe.epochs, recipe.batch_size) == (2, 20)
    assert Path(payload["data"]).name == "colours.zip"
    only = pool.jobs_for("tiny", experiment, setting, ("plain",))
    assert {job.payload["arm"] for job in only} == {"plain"}


def test_own_results_are_the_newest_run_of_each_network(experiment: Experiment) -> None:
    quick = experiment.quick
    assert quick is not None
    submitted(experiment, quick, "me")
    finish(0.6)
    finish(0.9)
    submitted(experiment, quick, "me")
    finish(0.7)
    jobs = pool.latest(
        pool.of_experiment("tiny", experiment, quick, client.jobs(50, user="me", kind=TRAIN))
    )
    assert len(jobs) == 2
    found = pool.results(quick, jobs, client.metrics)
    assert found is not None
    # The newest residual run waits, so there is none of it.
    assert [run.arm for run in found.runs] == ["plain"]
    assert found.runs[0].test_error == pytest.approx((0.5, 0.3))
    assert found.runs[0].seconds == 6.0


def test_nothing_is_done_yet(experiment: Experiment) -> None:
    quick = experiment.quick
    assert quick is not None
    submitted(experiment, quick, "me")
    jobs = pool.of_experiment("tiny", experiment, quick, client.jobs(50, kind=TRAIN))
    assert pool.results(quick, jobs, client.metrics) is None
    assert pool.errors(jobs) == {}


def test_the_results_of_a_class_are_anonymous(experiment: Experiment) -> None:
    quick = experiment.quick
    assert quick is not None
    for user in ("anna", "ben"):
        submitted(experiment, quick, user)
    for accuracy in (0.9, 0.5, 0.8, 0.6):
        finish(accuracy)
    submitted(experiment, quick, "carl")
    finish(0.1, state=State.FAILED)
    # Of another definition: not the same experiment.
    submitted(experiment, experiment.recorded, "dora")
    jobs = client.jobs(100, kind=TRAIN)
    found = pool.errors(pool.of_experiment("tiny", experiment, quick, jobs))
    assert sorted(found) == ["plain", "residual"]
    assert sum(len(values) for values in found.values()) == 4
    assert all(values == sorted(values) for values in found.values())
    assert "anna" not in repr(found)


def test_the_time_grows_with_images_and_networks(experiment: Experiment) -> None:
    few = pool.seconds(experiment, Setting(epochs=1), 1000)
    assert pool.seconds(experiment, Setting(epochs=2), 1000) > few
    assert pool.seconds(experiment, Setting(epochs=1, seeds=(0, 1)), 1000) == pytest.approx(2 * few)
