"""How a process that trains is set up: threads and memory. Imports no torch by itself."""

from __future__ import annotations

import ctypes
import os
import sys

ENVIRONMENT = {"GOMP_SPINCOUNT": "10000"}
"""For the environment of a process before it loads torch: how long a thread that waits spins.

Left alone, threads spin for milliseconds: beside one other busy process on two cores the median
step of ResNet-20 took 1,426 ms. With this many turns it took 124 ms, and 139 ms on the otherwise
quiet machine; sleeping at once (0) took 625 and 138 ms.
"""

_M_TRIM_THRESHOLD = -1
_M_MMAP_THRESHOLD = -3


def set_environment() -> None:
    """Set ``ENVIRONMENT`` where the person has not; has an effect only before torch is loaded."""
    for name, value in ENVIRONMENT.items():
        os.environ.setdefault(name, value)


def num_cores() -> int:
    """Return the cores this process may use."""
    if hasattr(os, "sched_getaffinity"):
        return len(os.sched_getaffinity(0))
    return os.cpu_count() or 1


def num_threads() -> int:
    """Return the threads to compute with: ``EXPLORER_THREADS``, or all cores."""
    wanted = os.environ.get("EXPLORER_THREADS", "")
    return int(wanted) if wanted.isdigit() and int(wanted) > 0 else num_cores()


def prepare() -> None:
    """Set threads and memory of a process that does nothing but train.

    The number of threads decides the order of additions, so equal results need equal numbers.
    """
    import torch  # noqa: PLC0415 - the parent of a worker reads ENVIRONMENT without torch

    torch.set_num_threads(num_threads())
    # Autotuning pays because every batch has one shape.
    torch.backends.cudnn.benchmark = True
    keep_freed_memory()


def keep_freed_memory() -> bool:
    """Tell glibc to reuse large blocks instead of returning them; whether it was told.

    A training step frees and asks for the same activations; returning them costs thousands of
    page faults each time. Memory stays at its peak, so this is for worker processes only.
    """
    if not sys.platform.startswith("linux"):
        return False
    mallopt = getattr(ctypes.CDLL(None), "mallopt", None)
    if mallopt is None:
        return False
    threshold = mallopt(_M_MMAP_THRESHOLD, 1 << 30)
    trim = mallopt(_M_TRIM_THRESHOLD, (1 << 31) - 1)
    return bool(threshold and trim)
