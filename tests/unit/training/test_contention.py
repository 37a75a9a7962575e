"""Fewer threads while a machine is busy, from rates alone."""

from __future__ import annotations

import pytest

from explorer.training import contention
from explorer.training.contention import RETRY_REPORTS, SLOW_REPORTS, TRIAL_REPORTS, ThreadWatch


class Machine:
    """Says how fast a training is with each number of threads."""

    def __init__(self, threads: int = 2):
        self.threads = threads
        self.changes: list[int] = []
        self.watch = ThreadWatch(threads, self.change)

    def change(self, threads: int) -> None:
        self.threads = threads
        self.changes.append(threads)

    def run(self, reports: int, *, two: float, one: float) -> None:
        for _ in range(reports):
            self.watch.saw(two if self.threads > 1 else one)


@pytest.fixture(autouse=True)
def asked_for(monkeypatch):
    monkeypatch.setenv(contention.ASKED, "on")


def test_a_quiet_machine_keeps_its_threads():
    machine = Machine()
    machine.run(500, two=100, one=60)
    machine.run(5, two=20, one=60)  # a short disturbance
    machine.run(100, two=100, one=60)
    assert machine.changes == []
    assert not machine.watch.changed


def test_threads_that_lose_to_one():
    machine = Machine()
    machine.run(20, two=100, one=60)
    machine.run(SLOW_REPORTS, two=10, one=40)
    assert machine.threads == 1
    machine.run(TRIAL_REPORTS + 1, two=10, one=40)
    assert machine.threads == 1
    assert machine.watch.changed
    # After a minute all are tried, and while they are no better one stays.
    machine.run(RETRY_REPORTS + TRIAL_REPORTS + 1, two=10, one=40)
    assert machine.changes == [1, 2, 1]
    # When the others have gone, all come back.
    machine.run(RETRY_REPORTS + TRIAL_REPORTS + 1, two=100, one=60)
    assert machine.threads == 2


def test_one_thread_that_is_no_better_is_given_up():
    machine = Machine()
    machine.run(20, two=100, one=60)
    machine.run(SLOW_REPORTS + TRIAL_REPORTS + 1, two=30, one=25)
    assert machine.changes == [1, 2]
    assert not machine.watch.changed
    machine.run(200, two=30, one=25)  # a lasting load is what is normal now
    assert machine.changes == [1, 2]


@pytest.mark.parametrize("asked", [None, "", "off"])
def test_unasked_the_threads_stay_and_with_them_the_weights(monkeypatch, asked):
    if asked is None:
        monkeypatch.delenv(contention.ASKED)
    else:
        monkeypatch.setenv(contention.ASKED, asked)
    machine = Machine()
    machine.run(20, two=100, one=100)
    machine.run(100, two=1, one=100)
    assert machine.changes == []


def test_one_thread_cannot_become_fewer():
    machine = Machine(threads=1)
    machine.run(20, two=100, one=100)
    machine.run(100, two=1, one=1)
    assert machine.changes == []


def test_the_numbers_are_reports_of_seconds():
    from explorer.training.loop import REPORT_SECONDS

    assert 1 <= SLOW_REPORTS * REPORT_SECONDS <= 3
    assert 30 <= RETRY_REPORTS * REPORT_SECONDS <= 120
    assert contention.SLOW < 0.5  # half of the cores is fair, and no reason to change
