"""Times of forward passes: how they are taken, kept, and refused."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING

import pytest
import torch

from explorer.cli.commands import main
from explorer.errors import BudgetError, JobError, SpecError
from explorer.latency import measure, outcome, task
from explorer.latency.measure import CudaClock, timed
from explorer.latency.outcome import FEWEST, MOST, Latency, Settings, settings_of
from explorer.spec import edit
from explorer.spec.codec import encode
from explorer.spec.presets import preset

if TYPE_CHECKING:
    from pathlib import Path

TINY = edit.blank()


@pytest.fixture(autouse=True)
def own_home(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("EXPLORER_HOME", str(tmp_path))


@pytest.fixture
def quick(monkeypatch: pytest.MonkeyPatch) -> None:
    for name, value in (("WARM_UP", 0.001), ("BUDGET", 0.01)):
        monkeypatch.setattr(measure, name, value)


class Scripted:
    """A clock that shows what it is told."""

    def __init__(self, *times: float) -> None:
        self.times = list(times)

    def time(self, forward) -> float:
        forward()
        return self.times.pop(0) if len(self.times) > 1 else self.times[0]


def test_passes_that_warm_up_do_not_count() -> None:
    calls: list[int] = []
    warm, times = timed(lambda: calls.append(1), Scripted(9.0, 9.0, 1.0))
    assert warm == 2
    assert set(times) == {1.0}
    assert len(times) == FEWEST
    assert len(calls) == warm + FEWEST


def test_quick_networks_are_timed_often_slow_ones_a_few_times() -> None:
    assert len(timed(lambda: None, Scripted(1e-6))[1]) == MOST
    assert len(timed(lambda: None, Scripted(30.0))[1]) == FEWEST
    shares: list[float] = []
    timed(lambda: None, Scripted(0.1), shares.append)
    assert shares == sorted(shares)
    assert shares[-1] == 1.0


@pytest.mark.usefixtures("quick")
def test_a_measurement_names_everything_that_it_depends_on() -> None:
    found = measure.measure(TINY, Settings(batch_size=3))
    assert found.settings == Settings(batch_size=3, device="cpu")
    assert found.image_size == TINY.image_size
    assert found.fastest <= found.low <= found.median <= found.high
    assert found.throughput == pytest.approx(3 / found.median)
    assert found.per_image == pytest.approx(found.median / 3)
    assert found.device_name == outcome.cpu_name() != ""
    assert found.torch == torch.__version__
    assert (found.repeats, found.warm_up) >= (FEWEST, 2)


@pytest.mark.usefixtures("quick")
def test_what_was_measured_is_kept_for_this_machine_and_these_settings(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    settings = Settings(batch_size=2)
    progress = tmp_path / "progress"
    found = task.measured(TINY, settings, progress)
    assert 0 <= float(progress.read_text()) <= 1
    assert outcome.kept(TINY, settings) == found
    assert outcome.kept(TINY, Settings(batch_size=1)) is None
    assert outcome.kept(edit.blank(5), settings) is None
    monkeypatch.setenv("EXPLORER_THREADS", "7")
    assert outcome.kept(TINY, settings) is None
    monkeypatch.delenv("EXPLORER_THREADS")
    outcome.file_of(TINY, settings).write_text("{")
    assert outcome.kept(TINY, settings) is None


def test_what_cannot_be_timed_is_said(monkeypatch: pytest.MonkeyPatch) -> None:
    for batch in (0, 2000):
        with pytest.raises(SpecError, match="Choose a batch size from 1 to 1024"):
            settings_of(batch)
    with pytest.raises(JobError, match="no device called 'tpu'"):
        measure.measure(TINY, Settings(device="tpu"))
    with pytest.raises(JobError, match="CUDA devices"):
        measure.measure(TINY, Settings(device="cuda:63"))
    monkeypatch.setenv("EXPLORER_MAX_PARAMS", "10")
    with pytest.raises(BudgetError):
        measure.measure(TINY, Settings())


@pytest.mark.parametrize(
    "error",
    [MemoryError(), RuntimeError("not enough memory: you tried"), torch.OutOfMemoryError("x")],
)
def test_too_little_memory_is_a_sentence(monkeypatch: pytest.MonkeyPatch, error) -> None:
    def refuse(_spec: object) -> None:
        raise error

    monkeypatch.setattr(measure, "build", refuse)
    with pytest.raises(JobError, match=r"too little memory .* Choose a smaller batch"):
        measure.measure(TINY, Settings())


def test_another_error_passes_through(monkeypatch: pytest.MonkeyPatch) -> None:
    def stumble(_spec: object) -> None:
        raise RuntimeError("something else")

    monkeypatch.setattr(measure, "build", stumble)
    with pytest.raises(RuntimeError, match="something else"):
        measure.measure(TINY, Settings())


def test_a_gpu_is_timed_by_its_own_events(monkeypatch: pytest.MonkeyPatch) -> None:
    told: list[str] = []

    class Event:
        def __init__(self, *, enable_timing: bool) -> None:
            assert enable_timing

        def record(self) -> None:
            told.append("record")

        def synchronize(self) -> None:
            told.append("wait")

        def elapsed_time(self, _end: object) -> float:
            told.append("read")
            return 12.5

    monkeypatch.setattr(torch.cuda, "Event", Event)
    assert CudaClock().time(lambda: told.append("pass")) == 0.0125
    assert told == ["record", "pass", "record", "wait", "read"]


@pytest.mark.usefixtures("quick")
def test_the_command(capsys: pytest.CaptureFixture[str]) -> None:
    token = encode(TINY)
    assert main(["latency", token, "--batch", "2", "--json"]) == 0
    found = json.loads(capsys.readouterr().out)
    assert found["batch_size"] == 2
    assert found["images_per_second"] == pytest.approx(2 / found["median_seconds"])
    assert found["low_seconds"] <= found["median_seconds"] <= found["high_seconds"]
    assert found["params"] > 0
    kept = outcome.kept(TINY, Settings(batch_size=2))
    assert kept is not None
    assert kept.median == found["median_seconds"]
    assert main(["latency", token, "--device", "auto"]) == 0
    words = capsys.readouterr().out
    assert outcome.cpu_name() in words
    assert "images/s" in words


@pytest.mark.parametrize(
    ("arguments", "words"),
    [
        (["nonsense"], "no preset called"),
        (["resnet20", "--batch", "0"], "batch of 0"),
        (["resnet20", "--device", "tpu"], "no device called"),
    ],
)
def test_the_command_refuses_in_one_line(capsys, arguments, words) -> None:
    with pytest.raises(SystemExit) as left:
        main(["latency", *arguments])
    assert left.value.code == 2
    error = capsys.readouterr().err
    assert words in error
    assert len(error.strip().splitlines()) == 1


def test_an_estimate_grows_with_the_work() -> None:
    small, large = Settings().seconds(10**6), Settings(batch_size=128).seconds(4 * 10**9)
    assert 2 < small < 4 < large
    assert preset("resnet50").digest


def test_a_measurement_is_json() -> None:
    found = Latency(
        settings=Settings(),
        image_size=32,
        device_name="x",
        threads=1,
        torch="2",
        median=0.01,
        low=0.009,
        high=0.012,
        fastest=0.008,
        repeats=9,
        warm_up=2,
    )
    assert Latency.model_validate_json(found.model_dump_json()) == found
