"""What is asked of a measurement of time, what comes out, and the file that keeps it.

No torch here: the pages read what was measured before, and ask the compute pool for the rest.
"""

from __future__ import annotations

import hashlib
import json
import os
import platform
from functools import cache
from importlib.metadata import PackageNotFoundError, version
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

from pydantic import BaseModel, ConfigDict, Field

from explorer.errors import SpecError
from explorer.store.paths import home
from explorer.store.runs import write_atomic
from explorer.training.threads import num_threads
from explorer.words import _

if TYPE_CHECKING:
    from explorer.spec import NetworkSpec

FOLDER = "latencies"
MAX_BATCH = 1024
SPEED = 2e10
"""MACs that a usual processor does in a second, for estimates only."""
WARM_UP, BUDGET = 0.3, 2.5
"""Least time to warm up, and time after which no further pass begins [s]."""
FEWEST, MOST = 5, 100
"""Passes that are timed."""
_VERSION = 1
_CPUINFO = Path("/proc/cpuinfo")
_GPUS = Path("/proc/driver/nvidia/gpus")


class _Part(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid")


class Settings(_Part):
    """How a network is timed: forward passes in float32, in evaluation mode.

    Attributes:
        batch_size: Images of one pass.
        device: ``cpu`` or ``cuda``.
    """

    batch_size: Annotated[int, Field(ge=1, le=MAX_BATCH)] = 1
    device: str = "cpu"

    def seconds(self, macs: int) -> float:
        """Return about how long a measurement takes [s].

        Args:
            macs: Of the network for one image.
        """
        one = self.batch_size * macs / SPEED
        return WARM_UP + one + max(BUDGET, FEWEST * one)


class Latency(_Part):
    """How long forward passes took; all times in seconds for a whole batch.

    Attributes:
        settings: How it was timed.
        image_size: Side of the images [px].
        device_name: Of the processor or GPU.
        threads: That computed, on a processor.
        torch: Its version.
        median: Of the passes.
        low: First quartile.
        high: Third quartile.
        fastest: The shortest pass.
        repeats: Passes that were timed.
        warm_up: Passes before them.
    """

    settings: Settings
    image_size: int
    device_name: str
    threads: int
    torch: str
    median: float
    low: float
    high: float
    fastest: float
    repeats: int
    warm_up: int

    @property
    def throughput(self) -> float:
        """Return the images per second at the median."""
        return self.settings.batch_size / self.median

    @property
    def per_image(self) -> float:
        """Return the median for one image of the batch [s]."""
        return self.median / self.settings.batch_size

    def figures(self) -> dict[str, Any]:
        """Return the figures by name, as they are printed."""
        return {
            "median_seconds": self.median,
            "low_seconds": self.low,
            "high_seconds": self.high,
            "fastest_seconds": self.fastest,
            "images_per_second": self.throughput,
            "batch_size": self.settings.batch_size,
            "image_size": self.image_size,
            "device": self.settings.device,
            "device_name": self.device_name,
            "threads": self.threads,
            "repeats": self.repeats,
            "warm_up": self.warm_up,
            "torch": self.torch,
        }


def settings_of(batch_size: int, device: str = "cpu") -> Settings:
    """Return checked settings.

    Raises:
        SpecError: The batch size is out of range.
    """
    if not 1 <= batch_size <= MAX_BATCH:
        raise SpecError(
            _("A batch of {batch_size} images cannot be timed.").format(batch_size=batch_size),
            _("Choose a batch size from 1 to {most}.").format(most=MAX_BATCH),
        )
    return Settings(batch_size=batch_size, device=device)


@cache
def cpu_name() -> str:
    """Return the name of the processor, as far as the system tells it."""
    try:
        lines = _CPUINFO.read_text(encoding="utf-8", errors="replace").splitlines()
    except OSError:
        lines = []
    names = [line.partition(":")[2].strip() for line in lines if line.startswith("model name")]
    return next(filter(None, names), platform.processor() or platform.machine() or "processor")


def devices() -> tuple[str, ...]:
    """Return what can be chosen on this machine, without asking torch."""
    has_gpu = _GPUS.is_dir() and any(_GPUS.iterdir())
    return ("cpu", "cuda") if has_gpu else ("cpu",)


@cache
def _torch_version() -> str:
    try:
        return version("torch")
    except PackageNotFoundError:
        return ""


def file_of(spec: NetworkSpec, settings: Settings) -> Path:
    """Return where the measurement of a network on this machine is kept."""
    asked = {
        "version": _VERSION,
        "spec": spec.digest,
        "cpu": cpu_name(),
        "cores": os.cpu_count(),
        "threads": num_threads(),
        "torch": _torch_version(),
        **settings.model_dump(),
    }
    name = hashlib.sha256(json.dumps(asked, sort_keys=True).encode()).hexdigest()[:32]
    return home().root / FOLDER / f"{name}.json"


def kept(spec: NetworkSpec, settings: Settings) -> Latency | None:
    """Return what was measured before with this machine, torch and settings, or None."""
    try:
        return Latency.model_validate_json(file_of(spec, settings).read_bytes())
    except (OSError, ValueError):
        return None


def keep(spec: NetworkSpec, found: Latency) -> None:
    """Keep a measurement; a later one of the same replaces it."""
    path = file_of(spec, found.settings)
    path.parent.mkdir(parents=True, exist_ok=True)
    write_atomic(path, found.model_dump_json().encode())
