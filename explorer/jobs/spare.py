"""A process that waits for the next job of a slot and has loaded what is slow."""

from __future__ import annotations

import logging
import threading
from typing import TYPE_CHECKING

from explorer.jobs import process

if TYPE_CHECKING:
    import subprocess
    from collections.abc import Mapping
    from pathlib import Path

REST = 10.0
"""Seconds that a job has the processor to itself before the next spare is made."""
_logger = logging.getLogger(__name__)


class Spare:
    """Keeps one process ready; each is used for one job and then replaced.

    It is made with the environment of its slot, and has loaded nothing before that is set. It
    ends by itself when the worker is gone: its input closes.

    Args:
        env: The environment of the slot's processes.
        log: Where it writes until it has a job.
    """

    def __init__(self, env: Mapping[str, str], log: Path) -> None:
        """Have none yet."""
        self._env = env
        self._log = log
        self._process: subprocess.Popen[str] | None = None
        self._timer: threading.Timer | None = None
        self._is_dismissed = False
        self._mutex = threading.Lock()

    def prepare(self, delay: float = 0.0) -> None:
        """Make one if there is none, after a while [s]."""
        if delay:
            self._timer = threading.Timer(delay, self.prepare)
            self._timer.daemon = True
            self._timer.start()
            return
        with self._mutex:
            alive = self._process is not None and self._process.poll() is None
            if alive or self._is_dismissed:
                return
            try:
                with self._log.open("wb") as log:
                    self._process = process.start(
                        "explorer.jobs.child", "--warm", log=log, env=self._env, piped=True
                    )
            except OSError:
                _logger.exception("No spare process can be started.")

    def take(self) -> subprocess.Popen[str] | None:
        """Hand over the process, whether it is warm yet or not; None when there is none alive."""
        self._cancel()
        with self._mutex:
            taken, self._process = self._process, None
        if taken is None or taken.poll() is None:
            return taken
        process.kill_group(taken)
        return None

    def dismiss(self) -> None:
        """End it and make no more."""
        self._cancel()
        with self._mutex:
            self._is_dismissed = True
            left, self._process = self._process, None
        if left is not None:
            process.kill_group(left)
            for stream in (left.stdin, left.stdout):
                if stream is not None:
                    stream.close()

    @property
    def pid(self) -> int | None:
        """The id of the waiting process; None when there is none."""
        return None if self._process is None else self._process.pid

    def _cancel(self) -> None:
        if self._timer is not None:
            self._timer.cancel()
            self._timer = None
