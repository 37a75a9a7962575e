from __future__ import annotations

import os
import sys

import pytest
import torch

from explorer.errors import JobError
from explorer.training import process, threads
from explorer.training.device import autocast_dtype, choose_device, multiplies_bfloat16

CPU, CUDA = torch.device("cpu"), torch.device("cuda")


@pytest.fixture
def no_cuda(monkeypatch):
    monkeypatch.setattr(torch.cuda, "is_available", lambda: False)


def test_auto_takes_what_is_there(no_cuda, monkeypatch):
    assert choose_device("auto") == CPU
    monkeypatch.setattr(torch.cuda, "is_available", lambda: True)
    assert choose_device("auto") == CUDA


@pytest.mark.parametrize("name", ["cuda", "cuda:0"])
def test_cuda_that_is_not_there(name, no_cuda):
    with pytest.raises(JobError, match="this machine has no CUDA devices") as caught:
        choose_device(name)
    assert caught.value.hint == "Choose cpu or auto."


def test_a_second_gpu_that_is_not_there(monkeypatch):
    monkeypatch.setattr(torch.cuda, "is_available", lambda: True)
    monkeypatch.setattr(torch.cuda, "device_count", lambda: 1)
    assert choose_device("cuda:0") == torch.device("cuda:0")
    with pytest.raises(JobError, match="has 1 CUDA devices"):
        choose_device("cuda:1")


@pytest.mark.parametrize("name", ["", "tpu", "cuda:x", "CUDA", "cuda:-1"])
def test_unknown_devices(name):
    with pytest.raises(JobError, match="There is no device called"):
        choose_device(name)


@pytest.mark.parametrize(
    ("flags", "expected"),
    [("fpu avx512f", False), ("fpu avx512_bf16", True), ("amx_bf16 amx_tile", True), ("", False)],
)
def test_bfloat16_is_used_where_it_is_multiplied(tmp_path, flags, expected):
    path = tmp_path / "cpuinfo"
    path.write_text(f"flags\t\t: {flags}\n")
    assert multiplies_bfloat16(path) is expected


def test_no_cpuinfo_means_no_bfloat16(tmp_path):
    assert not multiplies_bfloat16(tmp_path / "missing")


def test_precision(monkeypatch):
    monkeypatch.setattr("explorer.training.device.multiplies_bfloat16", lambda: False)
    assert autocast_dtype("auto", CPU) is None
    assert autocast_dtype("auto", CUDA) is torch.bfloat16
    assert autocast_dtype("bfloat16", CPU) is torch.bfloat16
    assert autocast_dtype("float32", CUDA) is None


def test_threads_follow_the_environment(monkeypatch):
    monkeypatch.setenv("EXPLORER_THREADS", "3")
    assert threads.num_threads() == 3
    for text in ("", "0", "many"):
        monkeypatch.setenv("EXPLORER_THREADS", text)
        assert threads.num_threads() == threads.num_cores() >= 1


def test_the_persons_environment_stays(monkeypatch):
    monkeypatch.setenv("GOMP_SPINCOUNT", "5")
    threads.set_environment()
    assert os.environ["GOMP_SPINCOUNT"] == "5"


def test_memory_is_kept_where_glibc_is():
    assert process.keep_freed_memory() is sys.platform.startswith("linux")
