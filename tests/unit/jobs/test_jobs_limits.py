from __future__ import annotations

import os
import signal
import time
from pathlib import Path
from typing import TYPE_CHECKING

import psutil
import pytest
from job_lab import FAST, is_gone, wait_until

from explorer.errors import LimitError
from explorer.jobs import limits as limits_module
from explorer.jobs.limits import JobLimits, memory_of
from explorer.store.records import State

if TYPE_CHECKING:
    from collections.abc import Callable

    from job_lab import Lab

    from explorer.jobs.worker import Worker

    Hire = Callable[..., Worker]

pytestmark = pytest.mark.alone

MB = 10**6


@pytest.mark.parametrize(
    ("kind", "bound", "reason"),
    [
        ("silent", {"seconds": 1.0}, "It ran longer than the 1.0 s that a job may."),
        ("hoard", {"memory": 150.0 * MB}, "of memory; a job may use 150 MB. Lower the batch"),
        ("chatter", {"log": 2.0 * MB}, "It printed"),
        ("litter", {"disk": 5.0 * MB}, "Its folder has"),
    ],
)
def test_a_limit_ends_the_job_within_two_seconds_and_says_which(
    lab: Lab, hire: Hire, kind: str, bound: dict[str, float], reason: str
) -> None:
    job_id = lab.submit(kind)
    hire(limits=JobLimits(**bound))
    job = lab.ended(job_id)
    began = (lab.home.run(job_id) / "pids").stat().st_mtime
    assert time.time() - began < bound.get("seconds", 0.0) + 2
    assert (job.state, job.failure, job.attempt, job.crashes) == (State.FAILED, "limit", 1, 0)
    assert reason in job.reason
    assert all(is_gone(pid) for pid in lab.pids(job_id))


def test_time_counts_over_all_attempts(lab: Lab, hire: Hire) -> None:
    job_id = lab.submit("count", steps=10_000, pause=0.05)
    hire(limits=JobLimits(seconds=2.5))
    wait_until(lambda: len(lab.steps(job_id)) > 20)
    os.kill(lab.pids(job_id)[0], signal.SIGKILL)
    started = time.monotonic()
    job = lab.ended(job_id)
    assert (job.failure, job.attempt) == ("limit", 2)
    assert time.monotonic() - started < 2.5
    assert job.busy >= 2.4


def test_a_lack_of_memory_is_a_sentence_and_no_crash(lab: Lab, hire: Hire) -> None:
    ids = {what: lab.submit("starve", what=what) for what in ("host", "torch", "cuda", "cublas")}
    hire()
    kinds = {what: lab.ended(job_id).failure for what, job_id in ids.items()}
    assert kinds == {"host": "memory", "torch": "memory", "cuda": "gpu_memory",
                     "cublas": "gpu_memory"}  # fmt: skip
    for what, job_id in ids.items():
        job = lab.ledger.job(job_id)
        who = "The GPU" if kinds[what] == "gpu_memory" else "This machine"
        assert job.reason.startswith(f"{who} has too little memory for this job. Lower the batch")
        assert (job.attempt, job.crashes) == (1, 0)


def test_a_process_that_the_system_killed_for_memory_says_so(
    lab: Lab, hire: Hire, monkeypatch: pytest.MonkeyPatch
) -> None:
    kills = iter(range(100))
    monkeypatch.setattr(limits_module, "oom_kills", lambda: next(kills))
    job_id = lab.submit("count", steps=12, die_at=3, deaths=9)
    hire(FAST)
    assert "because the memory of this machine ran out." in lab.ended(job_id).reason


def test_a_job_is_the_first_to_go_when_memory_runs_out(lab: Lab, hire: Hire) -> None:
    job_id = lab.submit("silent")
    hire()
    pid = wait_until(lambda: lab.pids(job_id))[0]
    assert wait_until(lambda: _score(pid) == 700)
    assert _score(os.getpid()) < 700


def _score(pid: int) -> int:
    return int(Path(f"/proc/{pid}/oom_score_adj").read_text())


def test_settings_are_read_and_nonsense_is_refused() -> None:
    found = JobLimits.from_environment({"EXPLORER_JOB_HOURS": "1.5", "EXPLORER_JOB_LOG_MB": "3"})
    assert (found.seconds, found.log) == (5400.0, 3 * MB)
    assert found.memory == 0.8 * psutil.virtual_memory().total
    for text in ("0", "-1", "much", "nan"):
        with pytest.raises(LimitError, match="EXPLORER_JOB_MEMORY_GB is") as wrong:
            JobLimits.from_environment({"EXPLORER_JOB_MEMORY_GB": text})
        assert wrong.value.hint == "Set it to a number above zero."


def test_memory_is_that_of_the_whole_family() -> None:
    own = psutil.Process().memory_info().rss
    assert memory_of(os.getpid()) >= 0.9 * own
    assert memory_of(2**22 + 1) == 0
    assert limits_module.oom_kills() >= 0
