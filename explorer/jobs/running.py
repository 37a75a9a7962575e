"""One started job process, seen from the worker: a place to write to and an inbox to read."""

from __future__ import annotations

import contextlib
import logging
import queue
import signal
import subprocess
import threading
import time
from typing import IO, TYPE_CHECKING, cast

from explorer.jobs import process, protocol
from explorer.words import _, sentences

if TYPE_CHECKING:
    from collections.abc import Mapping
    from pathlib import Path

LOG_NAME = "log.txt"
_INBOX = 10_000
_TAIL = 4096
_logger = logging.getLogger(__name__)


class RunningJob:
    """A job's process, its messages and its log.

    Args:
        start: What it is told first.
        directory: The run folder; what the job prints is appended to ``log.txt`` there.
        env: The environment of the process.
        spare: A process that waits for a job with that environment; a new one is started if
            left out.
    """

    def __init__(
        self,
        start: protocol.Start,
        directory: Path,
        env: Mapping[str, str],
        spare: subprocess.Popen[str] | None = None,
    ) -> None:
        """Start the process."""
        directory.mkdir(parents=True, exist_ok=True)
        self._log = directory / LOG_NAME
        with self._log.open("ab") as log:
            self._log_start = log.tell()
            self._process = spare or process.start(
                "explorer.jobs.child", log=log, env=env, piped=True
            )
        self._stdin = cast("IO[str]", self._process.stdin)
        self._stdout = cast("IO[str]", self._process.stdout)
        # Bounded, so that a job that reports too fast waits instead of filling the memory.
        self._inbox: queue.Queue[protocol.FromJob | None] = queue.Queue(_INBOX)
        self._is_closed = False
        threading.Thread(target=self._listen, daemon=True).start()
        self.say(start.model_copy(update={"log": str(self._log)}))

    def say(self, message: protocol.Message) -> None:
        """Send a message; a process that is gone does not mind."""
        with contextlib.suppress(OSError, ValueError):
            self._stdin.write(message.line())
            self._stdin.flush()

    def messages(self, seconds: float) -> list[protocol.FromJob]:
        """Return what arrives within a time; at once when the process has ended."""
        until = time.monotonic() + seconds
        found: list[protocol.FromJob] = []
        while (left := until - time.monotonic()) > 0 and self.is_alive:
            message = self._receive(min(left, 0.1))
            if message is not None:
                found.append(message)
            elif self._is_closed:
                self._wait_for_exit()
        return found

    @property
    def pid(self) -> int:
        """The id of the process, which leads its group."""
        return self._process.pid

    @property
    def log(self) -> Path:
        """Where what it prints is appended."""
        return self._log

    @property
    def is_alive(self) -> bool:
        """Whether the process still runs."""
        return self._process.poll() is None

    def end(self) -> list[protocol.FromJob]:
        """Kill what is left of the process group and return the last messages."""
        process.kill_group(self._process)
        found: list[protocol.FromJob] = []
        while (message := self._receive(1.0)) is not None:
            found.append(message)
        with contextlib.suppress(OSError):
            self._stdin.close()
        return found

    def cause_of_death(self, *, out_of_memory: bool = False) -> str:
        """Return why a process that left no last message is gone, for people.

        Args:
            out_of_memory: Whether the system is known to have killed a process for memory.
        """
        code = self._process.returncode
        if code == -signal.SIGKILL and out_of_memory:
            said = _(
                "The process of this run was ended by {signal} because the memory of this machine "
                "ran out."
            )
        elif code == -signal.SIGKILL:
            said = _(
                "The process of this run was ended by {signal} (often because memory ran out)."
            )
        elif code < 0:
            said = _("The process of this run was ended by {signal}.")
        elif code:
            said = _("The process of this run ended with code {code}.")
        else:
            said = _("The process of this run ended without a result.")
        said = said.format(signal=_signal_name(-code), code=code)
        last = self._last_line()
        return sentences((said, _("Its last words: {text}").format(text=last) if last else ""))

    def _last_line(self) -> str:
        with self._log.open("rb") as log:
            size = log.seek(0, 2)
            log.seek(max(self._log_start, size - _TAIL))
            lines = log.read().decode("utf-8", "replace").split("\n")
        return next((line.strip()[:300] for line in reversed(lines) if line.strip()), "")

    def _receive(self, seconds: float) -> protocol.FromJob | None:
        if self._is_closed:
            return None
        try:
            message = self._inbox.get(timeout=seconds)
        except queue.Empty:
            return None
        self._is_closed = message is None
        return message

    def _wait_for_exit(self) -> None:
        with contextlib.suppress(subprocess.TimeoutExpired):
            self._process.wait(timeout=0.1)

    def _listen(self) -> None:
        with self._stdout as lines:
            for line in lines:
                try:
                    self._inbox.put(protocol.from_job(line))
                except ValueError:
                    _logger.warning("A line that is not a message: %.200r", line)
        self._inbox.put(None)


def _signal_name(number: int) -> str:
    try:
        return signal.Signals(number).name
    except ValueError:
        return f"signal {number}"
