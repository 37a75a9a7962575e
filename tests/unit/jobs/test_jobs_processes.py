"""The worker as a process of its own, killed, frozen and doubled."""

from __future__ import annotations

import signal
import sqlite3
import subprocess
import sys
import time
from contextlib import closing
from typing import TYPE_CHECKING

import psutil
import pytest
from filelock import FileLock
from job_lab import KINDS, is_gone, wait_until

from explorer.jobs import client, process
from explorer.store.records import State

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from job_lab import Lab

    Hire = Callable[..., object]
    Spawn = Callable[..., subprocess.Popen[str]]

pytestmark = pytest.mark.alone

_WORKER = f"""
from explorer.jobs.supervisor import Timing
from explorer.jobs.worker import Worker
from explorer.store.paths import home
timing = Timing(sync=0.1, grace=1.0, idle=0.05)
Worker(home(), lease=2.0, timing=timing, kinds={KINDS!r}).run()
"""
_MAIN = """
from explorer.jobs import worker
worker.LOCK_WAIT = 0.3
raise SystemExit(worker.main())
"""
_APP = """
import time
from explorer.jobs import client
client.BEAT = 0.2
client.ensure_worker()
client.ensure_worker()
time.sleep(600)
"""


@pytest.fixture
def spawn(lab: Lab) -> Iterator[Spawn]:
    """Start Python processes that are killed at the end of the test."""
    started: list[subprocess.Popen[str]] = []

    def start(*arguments: str) -> subprocess.Popen[str]:
        started.append(
            subprocess.Popen(
                [sys.executable, *arguments],
                env=process.environment(),
                stdout=subprocess.DEVNULL,
                stderr=subprocess.PIPE,
                text=True,
            )
        )
        return started[-1]

    yield start
    for each in started:
        each.kill()
        each.wait()
        if each.stderr is not None:
            each.stderr.close()


def worker_of(lab: Lab) -> psutil.Process | None:
    """Return the embedded worker of this data home, found by its environment."""
    for each in psutil.process_iter():
        try:
            if "explorer.jobs.worker" in each.cmdline() and each.environ().get(
                "EXPLORER_HOME"
            ) == str(lab.home.root):
                return each
        except psutil.Error:
            continue
    return None


def test_a_killed_worker_takes_its_job_along_and_another_resumes(lab: Lab, spawn: Spawn) -> None:
    job_id = lab.submit("count", steps=40, pause=0.03)
    first = spawn("-c", _WORKER)
    wait_until(lambda: len(lab.steps(job_id)) > 12)
    first.kill()
    assert wait_until(lambda: is_gone(lab.pids(job_id)[0]), 2.0)
    killed = time.monotonic()
    spawn("-c", _WORKER)
    wait_until(lambda: lab.ledger.job(job_id).attempt == 2)
    assert time.monotonic() - killed < 10
    job = lab.ended(job_id)
    assert (job.state, job.attempt, job.losses, job.crashes) == (State.DONE, 2, 1, 0)
    assert (job.result or {})["first"] >= 10
    assert lab.steps(job_id) == list(range(40))
    assert len(lab.pids(job_id)) == 2


def test_a_job_and_its_children_end_with_a_killed_worker(lab: Lab, spawn: Spawn) -> None:
    job_id = lab.submit("spin")
    worker = spawn("-c", _WORKER)
    wait_until(lambda: len(lab.pids(job_id)) == 2)
    worker.kill()
    assert wait_until(lambda: all(is_gone(pid) for pid in lab.pids(job_id)), 5.0)


def freeze(worker: subprocess.Popen[str], lab: Lab) -> None:
    """Stop a worker between two transactions: in one, SQLite would keep everybody waiting."""
    ledger = lab.home.ledger_url.removeprefix("sqlite:///")
    for _ in range(100):
        worker.send_signal(signal.SIGSTOP)
        with closing(sqlite3.connect(ledger, timeout=0.2, isolation_level=None)) as probe:
            try:
                probe.execute("BEGIN IMMEDIATE")
            except sqlite3.OperationalError:
                worker.send_signal(signal.SIGCONT)
                time.sleep(0.03)
            else:
                return
    raise AssertionError("The worker never leaves the ledger alone.")


def test_a_frozen_worker_never_runs_a_job_twice(lab: Lab, spawn: Spawn) -> None:
    job_id = lab.submit("count", steps=70, pause=0.05)
    frozen = spawn("-c", _WORKER)
    wait_until(lambda: len(lab.steps(job_id)) > 6)
    freeze(frozen, lab)
    try:
        spawn("-c", _WORKER)
        wait_until(lambda: lab.ledger.job(job_id).attempt == 2)
        assert is_gone(lab.pids(job_id)[0])
    finally:
        frozen.send_signal(signal.SIGCONT)
    job = lab.ended(job_id)
    assert (job.state, job.attempt) == (State.DONE, 2)
    assert lab.steps(job_id) == list(range(70))


def test_of_two_workers_one_lives(lab: Lab, spawn: Spawn) -> None:
    both = [spawn("-c", _MAIN) for _ in range(2)]
    wait_until(lambda: any(each.poll() is not None for each in both))
    (gone,) = [each for each in both if each.poll() is not None]
    (alive,) = [each for each in both if each is not gone]
    assert gone.returncode == 3
    assert f"already at work in {lab.home.root}" in gone.communicate()[1]
    assert alive.poll() is None
    assert client.worker_is_alive(lab.home)
    alive.terminate()
    assert alive.wait(timeout=15) == 0
    assert not client.worker_is_alive(lab.home)


def test_the_worker_outlives_the_app_and_is_replaced_when_it_dies(lab: Lab, spawn: Spawn) -> None:
    app = spawn("-c", _APP)
    worker = wait_until(lambda: worker_of(lab))
    try:
        wait_until(lambda: client.worker_is_alive(lab.home))
        app.kill()
        app.wait()
        app = spawn("-c", _APP)
        beat = lab.home.app_beat.stat().st_mtime
        wait_until(lambda: lab.home.app_beat.stat().st_mtime > beat)
        assert worker_of(lab) == worker
        worker.kill()
        other = wait_until(lambda: (found := worker_of(lab)) and found != worker and found)
        assert other.is_running()
    finally:
        app.kill()  # first, or it would start the next worker
        app.wait()
        while (left := worker_of(lab)) is not None:
            left.kill()
            wait_until(lambda pid=left.pid: is_gone(pid))


def test_probing_for_a_worker_leaves_the_lock_free(lab: Lab) -> None:
    assert not client.worker_is_alive(lab.home)
    with FileLock(lab.home.worker_lock, timeout=0):
        assert client.worker_is_alive(lab.home)
