"""Where training runs and in which precision."""

from __future__ import annotations

from functools import cache
from pathlib import Path

import torch

from explorer.errors import JobError
from explorer.words import _

_CPUINFO = Path("/proc/cpuinfo")


def choose_device(name: str) -> torch.device:
    """Return the device that ``auto``, ``cpu``, ``cuda`` or ``cuda:1`` means.

    Raises:
        JobError: There is no such device here.
    """
    if name == "auto":
        return torch.device("cuda" if torch.cuda.is_available() else "cpu")
    if name == "cpu":
        return torch.device("cpu")
    kind, _colon, index = name.partition(":")
    if kind != "cuda" or (index and not (index.isascii() and index.isdigit())):
        raise JobError(
            _("There is no device called {name!r}.").format(name=name),
            _("Choose auto, cpu or cuda."),
        )
    number = torch.cuda.device_count() if torch.cuda.is_available() else 0
    if int(index or 0) >= number:
        raise JobError(
            _("{name} was asked for, but this machine has {number} CUDA devices.").format(
                name=name, number=number or _("no")
            ),
            _("Choose cpu or auto."),
        )
    return torch.device(name)


def autocast_dtype(precision: str, device: torch.device) -> torch.dtype | None:
    """Return the dtype to autocast to, or None for plain float32.

    Args:
        precision: A recipe's ``auto``, ``float32`` or ``bfloat16``.
        device: Where training runs.
    """
    wanted = precision == "bfloat16" or (
        precision == "auto" and (device.type == "cuda" or multiplies_bfloat16())
    )
    return torch.bfloat16 if wanted else None


@cache
def multiplies_bfloat16(cpuinfo: Path = _CPUINFO) -> bool:
    """Return whether the processor multiplies bfloat16; without, it is emulated and slow."""
    try:
        flags = cpuinfo.read_text(encoding="utf-8", errors="replace").split()
    except OSError:
        return False
    return not {"avx512_bf16", "amx_bf16"}.isdisjoint(flags)
