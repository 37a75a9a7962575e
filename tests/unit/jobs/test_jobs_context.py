from __future__ import annotations

import json
import os
import time
from pathlib import Path
from typing import TYPE_CHECKING

import pytest
from job_lab import is_gone, wait_until

from explorer.errors import JobError
from explorer.jobs import client, context, process, protocol
from explorer.jobs.context import Context, Stopped
from explorer.jobs.kinds import KINDS
from explorer.jobs.people import Person
from explorer.jobs.running import RunningJob
from explorer.store.records import State

if TYPE_CHECKING:
    from job_lab import Lab

pytestmark = pytest.mark.alone


@pytest.fixture
def sent() -> list[protocol.Message]:
    return []


@pytest.fixture
def job(sent: list[protocol.Message], tmp_path: Path) -> Context:
    return Context({}, tmp_path, sent.append)


def test_reports_become_numbers(job: Context, sent: list[protocol.Message]) -> None:
    numpy = pytest.importorskip("numpy")
    job.report(numpy.int64(3), loss=numpy.float32(0.5), accuracy=1)
    assert sent == [protocol.Report(step=3, metrics={"loss": 0.5, "accuracy": 1.0})]


@pytest.mark.parametrize("value", [float("nan"), float("inf"), float("-inf")])
def test_what_json_cannot_say_becomes_a_gap(value: float) -> None:
    line = protocol.Report(step=1, metrics={"loss": value}).line()
    assert json.loads(line)["metrics"] == {"loss": None}
    assert protocol.from_job(line) == protocol.Report(step=1, metrics={"loss": None})


def test_a_resumed_run_tells_its_whole_curve_again(tmp_path: Path) -> None:
    first: list[protocol.Message] = []
    job = Context({}, tmp_path, first.append)
    for step in range(5):
        job.report(step, loss=float("nan") if step == 1 else 1.0)
    with (tmp_path / context.JOURNAL_NAME).open("a") as file:
        file.write('{"type": "report", "st')  # the process died while it wrote
    again: list[protocol.Message] = []
    resumed = Context({}, tmp_path, again.append)
    resumed.report(3, loss=2.0)
    resumed.report(4, loss=2.0)
    seen = [(m.step, m.metrics["loss"]) for m in again if isinstance(m, protocol.Report)]
    assert seen == [(0, 1.0), (1, None), (2, 1.0), (3, 2.0), (4, 2.0)]
    fresh: list[protocol.Message] = []
    Context({}, tmp_path, fresh.append).report(0, loss=3.0)
    assert [m.step for m in fresh if isinstance(m, protocol.Report)] == [0]


def test_a_stopped_job_hears_of_it_wherever_it_speaks(job: Context) -> None:
    job.check()
    job.stop()
    for speak in (job.check, lambda: job.report(1, loss=1.0), lambda: job.progress(0.5, "x")):
        with pytest.raises(Stopped):
            speak()


def test_the_last_report_before_a_stop_is_not_lost(
    job: Context, sent: list[protocol.Message]
) -> None:
    job.stop()
    with pytest.raises(Stopped):
        job.report(9, loss=1.0)
    assert sent == [protocol.Report(step=9, metrics={"loss": 1.0})]


def test_no_broad_except_swallows_a_stop() -> None:
    assert not issubclass(Stopped, Exception)


def test_checking_often_speaks_seldom(
    job: Context, sent: list[protocol.Message], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(context, "BEAT", 0.05)
    until = time.monotonic() + 0.3
    while time.monotonic() < until:
        job.check()
    assert 1 <= len(sent) <= 6
    assert set(sent) == {protocol.Beat()}


@pytest.mark.parametrize(
    "line",
    ["", "{", "[]", "3", '{"type": "lease"}', '{"type": "done"}', '{"type": "beat", "more": 1}'],
)
def test_other_lines_are_not_messages(line: str) -> None:
    with pytest.raises(ValueError, match="validation error"):
        protocol.from_job(line)


def begin(lab: Lab, name: str, lease: float) -> tuple[RunningJob, int]:
    directory = lab.home.run(name)
    start = protocol.Start(
        target=f"toy_jobs:{name}", payload={}, directory=str(directory), lease=lease
    )
    running = RunningJob(start, directory, process.environment())
    return running, wait_until(lambda: lab.pids(name))[0]


def test_a_job_ends_when_its_lease_is_not_renewed(lab: Lab) -> None:
    running, pid = begin(lab, "spin", lease=1.0)
    wait_until(lambda: len(lab.pids("spin")) == 2)
    assert wait_until(lambda: is_gone(pid), 10.0)
    assert wait_until(lambda: is_gone(lab.pids("spin")[1]))
    running.end()


def test_the_lease_ends_even_a_job_that_lets_no_thread_run(lab: Lab) -> None:
    running, pid = begin(lab, "clutch", lease=1.0)
    assert wait_until(lambda: is_gone(pid), 10.0)
    assert "Timeout" in (lab.home.run("clutch") / "log.txt").read_text()
    running.end()


def test_a_renewed_lease_keeps_it_running(lab: Lab) -> None:
    running, pid = begin(lab, "silent", lease=1.0)
    for _ in range(7):
        running.say(protocol.Lease())
        time.sleep(0.2)
    assert not is_gone(pid)
    running.end()
    assert is_gone(pid)


def test_a_job_ends_when_its_input_closes(lab: Lab) -> None:
    running, pid = begin(lab, "silent", lease=600.0)
    running._stdin.close()
    assert wait_until(lambda: is_gone(pid), 5.0)
    running.end()


def test_the_environment_keeps_what_people_set(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("OMP_NUM_THREADS", "7")
    monkeypatch.setenv("PYTHONPATH", "elsewhere")
    chosen = process.environment(threads=2)
    assert chosen["OMP_NUM_THREADS"] == "7"
    assert chosen["PYTHONPATH"].split(os.pathsep) == [str(process.ROOT), "elsewhere"]
    monkeypatch.delenv("OMP_NUM_THREADS")
    assert process.environment(threads=2)["OMP_NUM_THREADS"] == "2"


def test_kinds_are_named_and_not_imported() -> None:
    assert all(target.count(":") == 1 for target in KINDS.values())
    assert Path(process.ROOT, "explorer").is_dir()


def test_the_apps_view_of_a_job(lab: Lab) -> None:
    job_id = client.submit("train", {"epochs": 1}, title="A run", user="me")
    assert client.job(job_id).title == "A run"
    assert [job.id for job in client.jobs(user="me")] == [job_id]
    assert client.metrics(job_id) == []
    lab.home.run(job_id).mkdir()
    assert client.cancel(job_id, by=Person("me"))
    assert client.job(job_id).state is State.CANCELLED
    client.delete(job_id, by=Person("me"))
    assert not lab.home.run(job_id).exists()
    with pytest.raises(JobError, match="does not exist any more"):
        client.job(job_id)
