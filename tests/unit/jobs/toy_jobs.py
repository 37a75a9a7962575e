"""Small jobs for the tests of the worker; each leaves its process id in the run folder."""

from __future__ import annotations

import json
import os
import re
import signal
import subprocess
import sys
import time
from typing import TYPE_CHECKING, Any

from explorer.errors import DataError

if TYPE_CHECKING:
    from explorer.jobs.context import Context


def _sign(context: Context) -> None:
    with (context.directory / "pids").open("a") as file:
        file.write(f"{os.getpid()}\n")


def _checkpoint(context: Context) -> int:
    path = context.directory / "checkpoint.json"
    return json.loads(path.read_text()) if path.exists() else 0


def _save(context: Context, done: int) -> None:
    """Write the checkpoint whole or not at all: the tests kill at any moment."""
    draft = context.directory / "checkpoint.draft"
    draft.write_text(json.dumps(done))
    draft.replace(context.directory / "checkpoint.json")


def count(context: Context) -> dict[str, Any]:
    """Report every step, save every fifth, and die at step ``die_at`` of the first attempts."""
    _sign(context)
    payload = context.payload
    first = _checkpoint(context)
    attempt = len((context.directory / "pids").read_text().split())
    for step in range(first, payload["steps"]):
        context.report(step, loss=1 / (step + 1), attempt=attempt)
        context.progress((step + 1) / payload["steps"], f"Step {step}")
        if step % 5 == 4:
            _save(context, step + 1)
        if step == payload.get("die_at") and attempt <= payload.get("deaths", 1):
            print("the wheel came off", flush=True)
            os.kill(os.getpid(), signal.SIGKILL)
        time.sleep(payload.get("pause", 0.0))
    return {"first": first}


def spin(context: Context) -> dict[str, Any]:
    """Never look up, with a child of its own."""
    _sign(context)
    child = subprocess.Popen([sys.executable, "-c", "import time; time.sleep(600)"])
    with (context.directory / "pids").open("a") as file:
        file.write(f"{child.pid}\n")
    context.progress(None, "spinning")
    while True:
        pass


def clutch(context: Context) -> dict[str, Any]:
    """Hold the interpreter's lock for ages, inside one call of C code."""
    _sign(context)
    re.match(r"(a+)+$", "a" * 60 + "b")
    return {}


def silent(context: Context) -> dict[str, Any]:
    """Say nothing for ever."""
    _sign(context)
    time.sleep(600)
    return {}


def refuse(_context: Context) -> dict[str, Any]:
    """End as a person's mistake."""
    raise DataError("The folder is empty.", "Choose another.")


def stumble(_context: Context) -> dict[str, Any]:
    """End with an exception of our own making."""
    raise ValueError("seven is not even")


def talk(_context: Context) -> dict[str, Any]:
    """Print to standard output, which belongs to the protocol, and return nothing finite."""
    print('{"type": "done", "result": {"forged": true}}', flush=True)
    return {"loss": float("nan")}


def surroundings(context: Context) -> dict[str, Any]:
    """Say where and how this runs."""
    _sign(context)
    return {
        "directory": str(context.directory),
        "submitted": context.submitted,
        "leads_its_group": os.getpgrp() == os.getpid(),
        "niceness": os.nice(0),
        "waiting": os.environ["OMP_WAIT_POLICY"],
        "spinning": os.environ["GOMP_SPINCOUNT"],
        "torch": "torch" in sys.modules,
        "database": "sqlalchemy" in sys.modules,
    }


def hoard(context: Context) -> dict[str, Any]:
    """Take 300 MB of memory and keep it."""
    _sign(context)
    kept = bytearray(300_000_000)
    for start in range(0, len(kept), 4096):
        kept[start] = 1
    time.sleep(600)
    return {}


def chatter(context: Context) -> dict[str, Any]:
    """Print 10 MB."""
    _sign(context)
    for _ in range(100):
        print("x" * 100_000)
    time.sleep(600)
    return {}


def litter(context: Context) -> dict[str, Any]:
    """Write 10 MB into the run folder."""
    _sign(context)
    (context.directory / "litter").write_bytes(bytes(10_000_000))
    time.sleep(600)
    return {}


def starve(context: Context) -> dict[str, Any]:
    """Fail for want of memory, in the words of whoever has none."""
    out = type("OutOfMemoryError", (RuntimeError,), {"__module__": "torch"})
    raise {
        "host": MemoryError(),
        "torch": RuntimeError("DefaultCPUAllocator: can't allocate memory: you tried"),
        "cuda": out("CUDA out of memory. Tried to allocate 2.00 GiB."),
        "cublas": RuntimeError("CUDA error: CUBLAS_STATUS_ALLOC_FAILED when calling cublasCreate"),
    }[context.payload["what"]]


def tensor(context: Context) -> dict[str, Any]:
    """Do a little with torch and say what was there before."""
    there = "torch" in sys.modules
    import torch

    _sign(context)
    value = float(torch.nn.functional.conv2d(torch.ones(1, 1, 4, 4), torch.ones(1, 1, 3, 3)).sum())
    context.report(0, value=value)
    return {
        "warm": there,
        "gpus": os.environ.get("CUDA_VISIBLE_DEVICES"),
        "touched": torch.cuda.is_initialized(),
    }
