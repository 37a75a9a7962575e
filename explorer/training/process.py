"""How a process that trains is set up, once torch may be loaded."""

from __future__ import annotations

import ctypes
import sys

import torch

from explorer.training.threads import num_threads

_M_TRIM_THRESHOLD = -1
_M_MMAP_THRESHOLD = -3


def prepare() -> None:
    """Set threads and memory of a process that does nothing but train.

    The number of threads decides the order of additions, so equal results need equal numbers.
    """
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
