"""How the threads of a process that computes wait, and how many there are. No framework."""

from __future__ import annotations

import os

ENVIRONMENT = {"GOMP_SPINCOUNT": "10000"}
"""For the environment of a process before it loads torch: how long a thread that waits spins.

Left alone, threads spin for milliseconds: beside one other busy process on two cores the median
step of ResNet-20 took 1,426 ms. With this many turns it took 124 ms, and 139 ms on the otherwise
quiet machine; sleeping at once (0) took 625 and 138 ms.
"""


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
