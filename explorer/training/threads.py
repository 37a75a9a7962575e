"""How a process that computes waits and takes memory, and its number of threads. No framework."""

from __future__ import annotations

import os

WAITING = {"GOMP_SPINCOUNT": "10000"}
"""How long a thread that waits spins.

Left alone, threads spin for milliseconds: beside one other busy process on two cores the median
step of ResNet-20 took 1,426 ms. With this many turns it took 124 ms, and 139 ms on the otherwise
quiet machine; sleeping at once (0) took 625 and 138 ms.
"""
ENVIRONMENT = {**WAITING, "THP_MEM_ALLOC_ENABLE": "1"}
"""For the environment of a process before it loads torch.

Activations lie on huge pages where the system gives them on request: steps of a wide residual
network took 0.95 times as long in bfloat16, others 0.96 to 1.01 times.
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
