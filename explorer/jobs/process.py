"""Starting our own Python processes: found whatever the folder, quiet and polite to others."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
from pathlib import Path
from typing import IO, TYPE_CHECKING

import psutil

import explorer
from explorer.training.threads import ENVIRONMENT

if TYPE_CHECKING:
    from collections.abc import Mapping

ROOT = Path(explorer.__file__).parent.parent


def environment(threads: int | None = None) -> dict[str, str]:
    """Return the environment of a background process.

    OpenMP threads that wait must sleep: spinning ones take the cores from everyone, and two of
    them on a busy computer made training ten times slower.

    Args:
        threads: How many OpenMP threads it may use; None leaves it as it is.
    """
    paths = [str(ROOT), *filter(None, [os.environ.get("PYTHONPATH")])]
    chosen = {
        **os.environ,
        "PYTHONPATH": os.pathsep.join(paths),
        "PYTHONUNBUFFERED": "1",
        "OMP_WAIT_POLICY": "PASSIVE",
        **ENVIRONMENT,
    }
    if threads is not None:
        chosen.setdefault("OMP_NUM_THREADS", str(threads))
    return chosen


def start(
    module: str, *arguments: str, log: IO[bytes], env: Mapping[str, str], piped: bool = False
) -> subprocess.Popen[str]:
    """Start ``python -m module`` in a session and process group of its own.

    Args:
        module: The module to run.
        arguments: Its command line.
        log: An open file for what it prints; with ``piped`` only for its errors.
        env: Its environment.
        piped: Whether to talk to it through standard input and output.
    """
    return subprocess.Popen(  # noqa: S603 - our own modules with our own interpreter
        [sys.executable, "-m", module, *arguments],
        stdin=subprocess.PIPE if piped else subprocess.DEVNULL,
        stdout=subprocess.PIPE if piped else log,
        stderr=log,
        env=dict(env),
        text=True,
        encoding="utf-8",
        errors="replace",
        start_new_session=True,
    )


def kill_group(process: subprocess.Popen[str]) -> None:
    """Kill a process that ``start`` began, everything it started itself, and wait for it."""
    if hasattr(os, "killpg"):
        try:
            os.killpg(process.pid, signal.SIGKILL)
        except (ProcessLookupError, PermissionError):
            process.kill()
    else:
        for each in _family(process.pid):
            each.kill()
    process.wait()


def _family(pid: int) -> list[psutil.Process]:
    try:
        parent = psutil.Process(pid)
        return [*parent.children(recursive=True), parent]
    except psutil.NoSuchProcess:
        return []
