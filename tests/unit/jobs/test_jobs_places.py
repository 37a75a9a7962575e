"""Places on GPUs and beside them, spare processes, and engines that cannot be had."""

from __future__ import annotations

import os
import subprocess
import sys
import time
from pathlib import Path
from typing import TYPE_CHECKING

import pytest
from job_lab import is_gone, wait_until

from explorer.cli.commands import main
from explorer.errors import JobError
from explorer.jobs import client, engines, spare
from explorer.jobs.slots import any_slots, planned, threads_each
from explorer.jobs.supervisor import Timing
from explorer.store.records import DEVICES, State

if TYPE_CHECKING:
    from collections.abc import Callable

    from job_lab import Lab

    from explorer.jobs.worker import Worker

    Hire = Callable[..., Worker]

pytestmark = pytest.mark.alone


def test_places_are_planned_as_the_command_says() -> None:
    slots = planned(["0", "1"], per_gpu=2)
    assert [slot.name for slot in slots] == ["gpu0.0", "gpu1.0", "gpu0.1", "gpu1.1"]
    assert {slot.gpu_share for slot in slots} == {0.5}
    assert slots[1].environment["CUDA_VISIBLE_DEVICES"] == "1"
    assert {slot.takes for slot in slots} == {("auto", "cuda")}
    *gpus, cpu = planned(["0"], cpu_slots=1)
    assert (len(gpus), cpu.takes, cpu.environment) == (1, ("cpu",), {"CUDA_VISIBLE_DEVICES": ""})
    (alone,) = planned()
    assert alone.takes == ("auto", "cpu")
    assert any_slots()[0].takes == DEVICES
    assert threads_each(any_slots(10_000)) == 1


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        (["--gpus", "0,zero"], "does not name GPUs"),
        (["--gpus", "0,0"], "A GPU is named twice."),
        (["--gpus", "0", "--slots", "2"], "--slots does not go with --gpus"),
        (["--cpu-slots", "0"], "This worker would run nothing."),
        (["--gpus", "0", "--per-gpu", "0"], "is not a number from 1 to 64"),
    ],
)
def test_places_that_cannot_be_meant_are_one_line(
    arguments: list[str],
    said: str,
    capsys: pytest.CaptureFixture[str],
    tmp_path: object,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setenv("EXPLORER_HOME", str(tmp_path))
    with pytest.raises(SystemExit) as left:
        main(["worker", *arguments])
    assert left.value.code == 2
    told = capsys.readouterr().err
    assert said in told
    assert told.count("\n") == 1


def test_each_place_sees_its_own_gpu_and_the_cpu_place_none(lab: Lab, hire: Hire) -> None:
    gpu = [lab.submit("tensor", device="cuda") for _ in range(2)]
    cpu = lab.submit("tensor", device="cpu")
    hire(slots=planned(["3", "GPU-5e2f"], cpu_slots=1))
    seen = {(lab.ended(job_id).result or {})["gpus"] for job_id in gpu}
    assert seen <= {"3", "GPU-5e2f"}
    assert (lab.ended(cpu).result or {})["gpus"] == ""


def test_a_spare_has_loaded_torch_and_answers_in_half_a_second(lab: Lab, hire: Hire) -> None:
    worker = hire(Timing(sync=0.05, grace=1.0, idle=0.05), spares=True)
    (kept,) = worker._spares.values()
    log = lab.home.log / "spare-slot0.log"
    pid = wait_until(lambda: kept.pid)
    wait_until(lambda: "torch" in _maps(pid) and _is_waiting(pid), 60)
    asked = time.monotonic()
    job_id = lab.submit("tensor")
    wait_until(lambda: lab.ledger.metrics(job_id))
    took = time.monotonic() - asked
    job = lab.ended(job_id)
    assert job.result == {"warm": True, "gpus": None, "touched": False}
    assert lab.pids(job_id) == [pid]
    assert took < 0.5 * max(1.0, _load())
    assert kept.pid != pid
    assert log.exists()


def test_a_spare_is_replaced_after_use_and_ends_with_its_worker(
    lab: Lab, hire: Hire, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(spare, "REST", 0.1)
    worker = hire(spares=True)
    (kept,) = worker._spares.values()
    first = wait_until(lambda: kept.pid)
    job_id = lab.submit("talk")
    assert lab.ended(job_id).state is State.DONE
    assert "forged" in (lab.home.run(job_id) / "log.txt").read_text()
    second = wait_until(lambda: kept.pid)
    assert second != first
    assert is_gone(first)
    worker.leaving.set()
    assert wait_until(lambda: is_gone(second))


def test_warming_up_touches_no_gpu() -> None:
    script = """
import torch
def touched(*_arguments, **_options):
    raise AssertionError("a GPU was touched")
torch.cuda._lazy_init = torch._C._cuda_init = touched
torch.cuda.is_available = torch.cuda.device_count = touched
from explorer.jobs import warm
warm.warm()
assert not torch.cuda.is_initialized()
print("cold")
"""
    done = subprocess.run(
        [sys.executable, "-c", script], capture_output=True, text=True, timeout=90, check=False
    )
    assert done.stdout == "cold\n", done.stderr


def _maps(pid: int) -> str:
    return Path(f"/proc/{pid}/maps").read_text()


def _is_waiting(pid: int) -> bool:
    """Return whether a process reads from its pipe: nothing is left to load."""
    place = Path(f"/proc/{pid}")
    called = (place / "syscall").read_text()
    return "pipe" in (place / "wchan").read_text() or called.startswith("0 0x0 ")


def _load() -> float:
    """Return by how much this machine is busier than a quiet one, at least 1."""
    return os.getloadavg()[0] / (os.cpu_count() or 1)


def test_an_engine_that_is_not_there_is_one_sentence(
    lab: Lab, monkeypatch: pytest.MonkeyPatch
) -> None:
    with pytest.raises(JobError, match="no job engine 'steam'") as wrong:
        engines.engine(lab.home, "steam")
    assert wrong.value.hint == ("Set EXPLORER_ENGINE to one of polling, procrastinate, slurm.")
    with pytest.raises(JobError, match="needs a ledger in PostgreSQL"):
        engines.engine(lab.home, "procrastinate")
    monkeypatch.setitem(sys.modules, "submitit", None)
    monkeypatch.delitem(sys.modules, "explorer.jobs.engines.slurm", raising=False)
    with pytest.raises(JobError, match="needs the package submitit, which is not") as missing:
        engines.engine(lab.home, "slurm")
    assert missing.value.hint == "Run `pip install -r requirements-cluster.txt`."


def test_a_ledger_that_cannot_be_had_is_one_sentence(
    lab: Lab, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("EXPLORER_LEDGER", "mysql://db/x")
    with pytest.raises(JobError, match="names no database that the app knows"):
        client.jobs()
    monkeypatch.setenv("EXPLORER_LEDGER", "postgresql://app@localhost/x")
    monkeypatch.setitem(sys.modules, "psycopg", None)
    with pytest.raises(JobError, match="needs the package psycopg, which is not installed"):
        client.jobs()


@pytest.mark.parametrize(
    ("name", "value", "said"),
    [
        ("EXPLORER_SLURM", "partition", "Slurm cannot be used like this"),
        ("EXPLORER_SLURM_JOBS", "none", "EXPLORER_SLURM_JOBS is 'none'."),
        ("EXPLORER_SLURM_CLUSTER", "abacus", "Slurm cannot be used like this"),
    ],
)
def test_settings_of_slurm_that_make_no_sense_are_refused(
    lab: Lab, monkeypatch: pytest.MonkeyPatch, name: str, value: str, said: str
) -> None:
    monkeypatch.setenv("EXPLORER_SLURM_CLUSTER", "local")
    monkeypatch.setenv(name, value)
    with pytest.raises(JobError, match=said):
        engines.engine(lab.home, "slurm")
