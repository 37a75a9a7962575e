"""Jobs that keep an account of themselves outside of everything that is tested."""

from __future__ import annotations

import fcntl
import json
import os
import subprocess
import sys
import time
from pathlib import Path
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from explorer.jobs.context import Context

KINDS = {name: f"engine_jobs:{name}" for name in ("count", "spin", "refuse")}


def _note(account: Path, line: str) -> None:
    """Append a line in one write, so that no kill cuts it."""
    handle = os.open(account, os.O_WRONLY | os.O_CREAT | os.O_APPEND, 0o644)
    os.write(handle, f"{line}\n".encode())
    os.close(handle)


def _begin(context: Context) -> tuple[Path, int]:
    """Take the job's lock, which only a living process holds, and sign the account."""
    place = Path(context.payload["oracle"])
    account = place / f"{context.directory.name}.txt"
    lock = os.open(place / f"{context.directory.name}.lock", os.O_RDWR | os.O_CREAT, 0o644)
    try:
        fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:
        _note(account, "DOUBLE")
        raise
    _note(account, f"start {os.getpid()} {context.attempt} {time.time()}")
    return account, lock


def _keep(context: Context, done: int) -> None:
    path = context.directory / "checkpoint.safetensors"
    draft = path.with_suffix(".draft")
    draft.write_text(json.dumps(done))
    draft.replace(path)
    context.keep(done, score=float(done))


def count(context: Context) -> dict[str, Any]:
    """Report every step and keep every fifth, from where the ledger says."""
    from explorer.jobs.context import Stopped

    account, _lock = _begin(context)
    payload = context.payload
    path = context.directory / "checkpoint.safetensors"
    first = json.loads(path.read_text()) if path.exists() else 0
    _note(account, f"from {first}")
    for step in range(first, payload["steps"]):
        try:
            context.report(step, loss=1 / (step + 1))
            context.progress((step + 1) / payload["steps"], f"Step {step}")
        except Stopped:
            _keep(context, step + 1)
            raise
        if step % 5 == 4:
            _keep(context, step + 1)
        time.sleep(payload.get("pause", 0.0))
    _note(account, f"end {time.time()}")
    return {"first": first}


def spin(context: Context) -> dict[str, Any]:
    """Never look up, with a child of its own."""
    account, _lock = _begin(context)
    child = subprocess.Popen([sys.executable, "-c", "import time; time.sleep(600)"])
    _note(account, f"start {child.pid} {context.attempt} {time.time()}")
    context.progress(None, "spinning")
    while True:
        pass


def refuse(_context: Context) -> dict[str, Any]:
    """End as a person's mistake."""
    from explorer.errors import DataError

    raise DataError("The folder is empty.", "Choose another.")
