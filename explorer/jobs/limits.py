"""What one job may use, and noticing that it uses more. No job can take down its machine."""

from __future__ import annotations

import contextlib
import os
import time
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

import psutil

from explorer import units
from explorer.errors import LimitError
from explorer.words import _, mark

if TYPE_CHECKING:
    from collections.abc import Mapping

_GB, _MB = 10**9, 10**6
_MEMORY_SHARE = 0.8
_VMSTAT = Path("/proc/vmstat")


@dataclass(frozen=True)
class JobLimits:
    """What one job may use.

    Attributes:
        seconds: Of running, all attempts together.
        memory: Resident memory of its processes [byte].
        disk: Size of the run folder [byte].
        log: Size of what it prints [byte].
    """

    seconds: float = 48 * 3600.0
    memory: float = float("inf")
    disk: float = 50.0 * _GB
    log: float = 100.0 * _MB

    @classmethod
    def from_environment(cls, environment: Mapping[str, str] = os.environ) -> JobLimits:
        """Return the defaults, each overridden where its variable is set.

        ``EXPLORER_JOB_HOURS``, ``EXPLORER_JOB_MEMORY_GB`` (by default four fifths of the
        machine's), ``EXPLORER_JOB_DISK_GB`` and ``EXPLORER_JOB_LOG_MB``.

        Raises:
            LimitError: A value is not a number above zero.
        """
        usual = cls()
        memory = _MEMORY_SHARE * psutil.virtual_memory().total

        def read(name: str, unit: float, default: float) -> float:
            text = environment.get(name, "").strip()
            if not text:
                return default
            with contextlib.suppress(ValueError):
                if (value := float(text)) > 0:
                    return value * unit
            raise LimitError(
                _("{name} is {text!r}.").format(name=name, text=text[:20]),
                _("Set it to a number above zero."),
            )

        return cls(
            seconds=read("EXPLORER_JOB_HOURS", 3600.0, usual.seconds),
            memory=read("EXPLORER_JOB_MEMORY_GB", _GB, memory),
            disk=read("EXPLORER_JOB_DISK_GB", _GB, usual.disk),
            log=read("EXPLORER_JOB_LOG_MB", _MB, usual.log),
        )


class Watch:
    """One job's use, measured whenever it is asked for.

    Args:
        limits: What it may use.
        pid: Of its process.
        directory: Its run folder.
        log: What it prints.
        busy: How long it has run in earlier attempts [s].
    """

    def __init__(
        self, limits: JobLimits, pid: int, directory: Path, log: Path, busy: float = 0.0
    ) -> None:
        """Measure from now."""
        self._limits = limits
        self._pid = pid
        self._directory = directory
        self._log = log
        self._started = time.monotonic() - busy
        self._log_start = _size(log)
        self._kills = oom_kills()

    def exceeded(self) -> LimitError | None:
        """Return what the job uses too much of, if anything."""
        limits = self._limits
        if time.monotonic() - self._started > limits.seconds:
            allowed = units.seconds(limits.seconds)
            text = _("It ran longer than the {allowed} that a job may.").format(allowed=allowed)
            return LimitError(text, _(_TIME))
        if (used := memory_of(self._pid)) > limits.memory:
            text = _filled(
                _("It used {used} of memory; a job may use {most}."), used, limits.memory
            )
            return LimitError(text, _(_SMALLER))
        if (used := _size(self._log) - self._log_start) > limits.log:
            text = _filled(_("It printed {used}; a job may print {most}."), used, limits.log)
            return LimitError(text, _("Look at the end of its log for what it repeats."))
        if (used := _folder_size(self._directory)) > limits.disk:
            text = _filled(_("Its folder has {used}; a job may fill {most}."), used, limits.disk)
            return LimitError(text, _("Train a smaller network or keep fewer snapshots."))
        return None

    def ran_out_of_memory(self) -> bool:
        """Return whether the system has killed a process for memory since the start."""
        return oom_kills() > self._kills


_TIME = mark("Train for fewer epochs, or ask for a longer limit (EXPLORER_JOB_HOURS).")
_SMALLER = mark("Lower the batch size, the width or the image size.")


def memory_of(pid: int) -> int:
    """Return the resident memory of a process and of all that it has started [byte]."""
    try:
        parent = psutil.Process(pid)
        family = [parent, *parent.children(recursive=True)]
    except psutil.Error:
        return 0
    total = 0
    for each in family:
        with contextlib.suppress(psutil.Error):
            total += each.memory_info().rss
    return total


def oom_kills() -> int:
    """Return how many processes the system has killed because memory ran out; 0 if unknown."""
    with contextlib.suppress(OSError, ValueError):
        for line in _VMSTAT.read_text().splitlines():
            name, _, value = line.partition(" ")
            if name == "oom_kill":
                return int(value)
    return 0


def _filled(text: str, used: float, most: float) -> str:
    return text.format(used=_amount(used), most=_amount(most))


def _amount(size: float) -> str:
    return f"{size / _GB:.1f} GB" if size >= _GB else f"{size / _MB:.0f} MB"


def _size(path: Path) -> int:
    try:
        return path.stat().st_size
    except OSError:
        return 0


def _folder_size(folder: Path) -> int:
    """Return what a folder takes on the disk; a file with two names counts once."""
    seen: dict[tuple[int, int], int] = {}
    for place, _folders, names in os.walk(folder):
        for name in names:
            with contextlib.suppress(OSError):
                found = (Path(place) / name).lstat()
                seen[found.st_dev, found.st_ino] = found.st_size
    return sum(seen.values())
