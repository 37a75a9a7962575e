"""The places of a worker: how many jobs run at once, and on what."""

from __future__ import annotations

import os
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from explorer.errors import JobError
from explorer.store.records import DEVICES
from explorer.words import _

if TYPE_CHECKING:
    from collections.abc import Sequence


@dataclass(frozen=True)
class Slot:
    """One place.

    Attributes:
        name: For people and threads; no two of a worker are equal.
        takes: Devices that a job may have asked for.
        gpu_share: The part of a GPU that a job in it occupies, 0..1.
        environment: What its processes see of the GPUs.
    """

    name: str
    takes: tuple[str, ...] = DEVICES
    gpu_share: float = 0.0
    environment: dict[str, str] = field(default_factory=dict[str, str])


def any_slots(count: int = 1) -> list[Slot]:
    """Return places for jobs of every kind, each with all that the machine has."""
    return [Slot(f"slot{number}") for number in range(count)]


def planned(gpus: Sequence[str] = (), per_gpu: int = 1, cpu_slots: int | None = None) -> list[Slot]:
    """Return places on chosen GPUs and beside them.

    Args:
        gpus: As ``CUDA_VISIBLE_DEVICES`` names them.
        per_gpu: Jobs that share one.
        cpu_slots: Places that see no GPU; by default none beside GPUs and one without.

    Raises:
        JobError: There would be no place at all, or a GPU is named twice.
    """
    if len(set(gpus)) != len(gpus):
        raise JobError(_("A GPU is named twice."), _("Use --per-gpu to run several jobs on one."))
    if cpu_slots is None:
        cpu_slots = 0 if gpus else 1
    slots = [
        Slot(
            f"gpu{gpu}.{number}",
            takes=("auto", "cuda"),
            gpu_share=1 / per_gpu,
            # By the bus, so that the numbers are those that nvidia-smi shows.
            environment={"CUDA_VISIBLE_DEVICES": gpu, "CUDA_DEVICE_ORDER": "PCI_BUS_ID"},
        )
        for number in range(per_gpu)
        for gpu in gpus
    ]
    takes = ("cpu",) if gpus else ("auto", "cpu")
    hidden = {"CUDA_VISIBLE_DEVICES": ""}
    slots += [Slot(f"cpu{number}", takes, environment=hidden) for number in range(cpu_slots)]
    if not slots:
        raise JobError(_("This worker would run nothing."), _("Give it --gpus or --cpu-slots."))
    return slots


def threads_each(slots: Sequence[Slot]) -> int:
    """Return how many threads the process of each slot may compute with."""
    return max(1, (os.cpu_count() or 1) // max(1, len(slots)))
