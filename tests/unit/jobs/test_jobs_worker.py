from __future__ import annotations

import os
import time
from typing import TYPE_CHECKING, Any

import pytest
from job_lab import FAST, is_gone, wait_until
from sqlalchemy import text, update
from sqlalchemy.exc import OperationalError

from explorer.jobs import worker as worker_module
from explorer.jobs.slots import any_slots
from explorer.jobs.supervisor import Timing
from explorer.store.clock import Now
from explorer.store.engine import write
from explorer.store.ledger import Ledger
from explorer.store.records import State
from explorer.store.tables import job as job_table

if TYPE_CHECKING:
    from collections.abc import Callable

    from job_lab import Lab

    from explorer.jobs.worker import Worker

    Hire = Callable[..., Worker]

pytestmark = pytest.mark.alone


def test_a_job_reports_and_ends(lab: Lab, hire: Hire) -> None:
    job_id = lab.submit("count", steps=7)
    hire()
    job = lab.ended(job_id)
    assert (job.state, job.result, job.attempt) == (State.DONE, {"first": 0}, 1)
    assert (job.fraction, job.text, job.reason) == (1.0, "", "")
    points = lab.ledger.metrics(job_id)
    assert [(p.step, p.data["loss"]) for p in points] == [(n, 1 / (n + 1)) for n in range(7)]


def test_a_job_runs_politely_in_its_own_group_and_folder(lab: Lab, hire: Hire) -> None:
    job_id = lab.submit("surroundings")
    hire()
    job = lab.ended(job_id)
    assert job.result == {
        "directory": str(lab.home.run(job_id)),
        "submitted": job.created,
        "leads_its_group": True,
        "niceness": 10,
        "waiting": "PASSIVE",
        "spinning": "10000",
        "torch": False,
        "database": False,
    }


def test_what_a_job_prints_is_logged_and_never_believed(lab: Lab, hire: Hire) -> None:
    job_id = lab.submit("talk")
    hire()
    assert lab.ended(job_id).result == {"loss": None}
    assert "forged" in (lab.home.run(job_id) / "log.txt").read_text()


def test_a_persons_mistake_fails_at_once_with_its_sentence(lab: Lab, hire: Hire) -> None:
    job_id = lab.submit("refuse")
    hire()
    job = lab.ended(job_id)
    assert (job.state, job.attempt, job.crashes) == (State.FAILED, 1, 0)
    assert job.reason == "The folder is empty. Choose another."


def test_an_exception_is_tried_twice_and_leaves_its_last_line(lab: Lab, hire: Hire) -> None:
    job_id = lab.submit("stumble")
    hire()
    job = lab.ended(job_id)
    assert (job.state, job.attempt, job.crashes) == (State.FAILED, 2, 2)
    assert job.reason == (
        "The process of this run ended with code 1. Its last words: ValueError: seven is not even"
    )


def test_a_killed_job_resumes_from_its_checkpoint(lab: Lab, hire: Hire) -> None:
    job_id = lab.submit("count", steps=12, die_at=7)
    hire()
    job = lab.ended(job_id)
    assert (job.state, job.attempt, job.crashes) == (State.DONE, 2, 1)
    assert job.result == {"first": 5}
    assert lab.steps(job_id) == list(range(12))


def test_a_job_killed_again_and_again_fails_and_says_why(lab: Lab, hire: Hire) -> None:
    job_id = lab.submit("count", steps=12, die_at=7, deaths=9)
    hire()
    job = lab.ended(job_id)
    assert (job.state, job.attempt) == (State.FAILED, 2)
    assert "SIGKILL (often because memory ran out)" in job.reason
    assert job.reason.endswith("Its last words: the wheel came off")


def test_a_kind_nobody_knows_fails(lab: Lab, hire: Hire) -> None:
    job_id = lab.submit("knit")
    hire()
    assert lab.ended(job_id).reason == (
        "This version cannot run jobs of the kind 'knit': update the worker."
    )


def test_cancelling_a_job_that_cooperates_takes_two_seconds(lab: Lab, hire: Hire) -> None:
    job_id = lab.submit("count", steps=10_000, pause=0.05)
    hire(Timing())
    wait_until(lambda: lab.ledger.metrics(job_id))
    start = time.monotonic()
    lab.ledger.request(job_id, "cancel")
    job = lab.ended(job_id)
    assert time.monotonic() - start < 2
    assert (job.state, job.attempt) == (State.CANCELLED, 1)
    assert wait_until(lambda: all(is_gone(pid) for pid in lab.pids(job_id)))
    assert lab.steps(job_id) == list(range(len(lab.steps(job_id))))


def test_cancelling_a_stuck_job_takes_seven_and_leaves_no_orphan(lab: Lab, hire: Hire) -> None:
    job_id = lab.submit("spin")
    hire(Timing())
    wait_until(lambda: len(lab.pids(job_id)) == 2)
    start = time.monotonic()
    lab.ledger.request(job_id, "cancel")
    assert lab.ended(job_id).state is State.CANCELLED
    assert wait_until(lambda: all(is_gone(pid) for pid in lab.pids(job_id)))
    assert time.monotonic() - start < 7


def test_a_silent_job_is_ended(lab: Lab, hire: Hire) -> None:
    job_id = lab.submit("silent")
    hire(Timing(sync=0.1, grace=1.0, silence=0.5, idle=0.05))
    job = lab.ended(job_id)
    assert (job.state, job.attempt) == (State.FAILED, 2)
    assert job.reason == "It gave no sign of life for 0.5 s."
    assert all(is_gone(pid) for pid in lab.pids(job_id))


def test_slots_run_side_by_side(lab: Lab, hire: Hire) -> None:
    ids = [lab.submit("count", steps=10_000, pause=0.05) for _ in range(3)]
    hire(slots=any_slots(2))
    wait_until(lambda: sum(bool(lab.ledger.metrics(job_id)) for job_id in ids) == 2)
    states = sorted(lab.ledger.job(job_id).state for job_id in ids)
    assert states == ["queued", "running", "running"]


def test_a_busy_worker_notices_what_a_dead_one_held(lab: Lab, hire: Hire) -> None:
    busy = lab.submit("count", steps=10_000, pause=0.05)
    hire(lease=1.5)
    wait_until(lambda: lab.ledger.job(busy).state is State.RUNNING)
    lost = lab.submit("count", steps=1)
    assert lab.ledger.claim("dead")
    with write(lab.ledger.engine) as db:
        db.execute(update(job_table).where(job_table.c.id == lost).values(lease_until=Now() - 1))
    wait_until(lambda: lab.ledger.job(lost).state is State.QUEUED)
    assert lab.ledger.job(lost).losses == 1
    still = lab.ledger.job(busy)
    assert (still.state, still.losses, still.attempt) == (State.RUNNING, 0, 1)


def test_a_worker_that_leaves_gives_its_job_back(lab: Lab, hire: Hire) -> None:
    job_id = lab.submit("count", steps=200, pause=0.05)
    first = hire()
    wait_until(lambda: len(lab.steps(job_id)) > 6)
    first.leaving.set()
    wait_until(lambda: lab.ledger.job(job_id).state is State.QUEUED)
    job = lab.ledger.job(job_id)
    assert (job.attempt, job.crashes, job.losses, job.reason) == (1, 0, 0, "")
    hire()
    wait_until(lambda: lab.ledger.job(job_id).attempt == 2)
    wait_until(lambda: len(lab.pids(job_id)) == 2)
    assert is_gone(lab.pids(job_id)[0])


def test_a_job_taken_away_is_dropped(lab: Lab, hire: Hire) -> None:
    job_id = lab.submit("count", steps=10_000, pause=0.05)
    hire()
    wait_until(lambda: lab.pids(job_id))
    with write(lab.ledger.engine) as db:
        db.execute(text("UPDATE job SET lease_until = 0"))
    other = lab.ledger.claim("other")
    assert other is not None
    assert other.job_id == job_id
    pid = lab.pids(job_id)[0]
    assert wait_until(lambda: is_gone(pid))
    lab.ledger.renew(other)


def outage(times: int, method: Callable[..., Any]) -> Callable[..., Any]:
    """Fail the first few calls of a method, as if the database were away."""
    left = [times]

    def unreliable(*arguments: Any, **options: Any) -> Any:
        if left[0]:
            left[0] -= 1
            raise OperationalError("SELECT 1", {}, Exception("database is locked"))
        return method(*arguments, **options)

    return unreliable


@pytest.mark.parametrize("name", ["claim", "report", "renew", "wish", "finish"])
def test_a_ledger_that_is_away_for_a_while_costs_nothing(
    lab: Lab, hire: Hire, monkeypatch: pytest.MonkeyPatch, name: str
) -> None:
    monkeypatch.setattr(Ledger, name, outage(1, getattr(Ledger, name)))
    job_id = lab.submit("count", steps=10, pause=0.02)
    hire(lease=2.0)
    job = lab.ended(job_id)
    assert (job.state, job.attempt) == (State.DONE, 1)
    assert lab.steps(job_id) == list(range(10))


def test_a_slot_survives_whatever_happens(
    lab: Lab, hire: Hire, monkeypatch: pytest.MonkeyPatch
) -> None:
    real = worker_module.RunningJob
    failures = iter([RuntimeError("no processes left")])

    def start(*arguments: Any) -> Any:
        for failure in failures:
            raise failure
        return real(*arguments)

    monkeypatch.setattr(worker_module, "RunningJob", start)
    lost, next_one = lab.submit("count", steps=2), lab.submit("count", steps=2)
    hire(lease=0.5)
    assert lab.ended(next_one).state is State.DONE
    assert lab.ended(lost).state is State.DONE
    assert lab.ledger.job(lost).losses == 1


def test_an_embedded_worker_leaves_when_nobody_needs_it(
    lab: Lab, hire: Hire, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(worker_module, "PATIENCE", 0.5)
    job_id = lab.submit("count", steps=30, pause=0.05)
    worker = hire(FAST, embedded=True)
    assert lab.ended(job_id).state is State.DONE  # longer than the patience, and no app
    assert worker.leaving.wait(15)


def test_an_embedded_worker_stays_while_the_app_lives(
    lab: Lab, hire: Hire, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(worker_module, "PATIENCE", 0.0)
    lab.home.app_beat.touch()
    future = time.time() + 3600
    os.utime(lab.home.app_beat, (future, future))
    worker = hire(FAST, embedded=True)
    assert not worker.leaving.wait(1.5)


def test_a_job_that_ends_for_want_of_a_renewal_is_no_crash(
    lab: Lab, hire: Hire, monkeypatch: pytest.MonkeyPatch
) -> None:
    real = Ledger.renew
    away = iter([True] * 12)

    def renew(*arguments: Any) -> None:
        if next(away, False):
            raise OperationalError("SELECT 1", {}, Exception("server closed the connection"))
        real(*arguments)

    monkeypatch.setattr(Ledger, "renew", renew)
    job_id = lab.submit("count", steps=60, pause=0.05)
    hire(lease=1.0)
    job = lab.ended(job_id)
    assert (job.state, job.crashes) == (State.DONE, 0)
    assert job.attempt >= 2
    assert lab.steps(job_id) == list(range(60))
