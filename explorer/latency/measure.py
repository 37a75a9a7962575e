"""Time forward passes: warm up, then time each pass by itself until the median is steady."""

from __future__ import annotations

from contextlib import contextmanager
from statistics import quantiles
from time import perf_counter
from typing import TYPE_CHECKING, Protocol

import torch

from explorer.analysis.budget import admit
from explorer.builder import build
from explorer.errors import JobError
from explorer.latency.outcome import (
    BUDGET,
    FEWEST,
    MOST,
    WARM_UP,
    Latency,
    Settings,
    cpu_name,
)
from explorer.training.device import choose_device
from explorer.training.threads import num_threads
from explorer.words import _

if TYPE_CHECKING:
    from collections.abc import Callable, Generator

    from explorer.spec import NetworkSpec

FEWEST_WARM = 2


class Clock(Protocol):
    """Times one pass on a device."""

    def time(self, forward: Callable[[], object]) -> float:
        """Run a pass to its end and return how long it took [s]."""
        ...


class CpuClock:
    """Times work that is done when its call returns."""

    def time(self, forward: Callable[[], object]) -> float:
        """Run a pass and return how long it took [s]."""
        start = perf_counter()
        forward()
        return perf_counter() - start


class CudaClock:
    """Times work on a GPU between two events of its own stream."""

    def time(self, forward: Callable[[], object]) -> float:
        """Run a pass, wait for the GPU, and return how long the pass took there [s]."""
        start = torch.cuda.Event(enable_timing=True)
        end = torch.cuda.Event(enable_timing=True)
        start.record()
        forward()
        end.record()
        end.synchronize()
        return start.elapsed_time(end) / 1000


def measure(
    spec: NetworkSpec,
    settings: Settings,
    on_progress: Callable[[float], None] = lambda _share: None,
) -> Latency:
    """Return how long forward passes of a network take on this machine.

    Weights are as initialised: time does not depend on them. Images are random.

    Args:
        spec: The network; it is timed at its own image size.
        settings: Batch size and device.
        on_progress: Called after every pass with the share that is done, 0..1.

    Raises:
        SpecError: The network does not work, or is too large.
        JobError: There is no such device, or too little memory.
    """
    admit(spec)
    device = choose_device(settings.device)
    shape = (settings.batch_size, spec.in_channels, spec.image_size, spec.image_size)
    with _enough_memory(), torch.inference_mode():
        torch.set_num_threads(num_threads())
        network = build(spec).eval().to(device)
        images = torch.randn(shape, generator=torch.Generator().manual_seed(0)).to(device)
        clock = CudaClock() if device.type == "cuda" else CpuClock()
        warm, times = timed(lambda: network(images), clock, on_progress)
    low, median, high = quantiles(times, n=4, method="inclusive")
    return Latency(
        settings=settings.model_copy(update={"device": device.type}),
        image_size=spec.image_size,
        device_name=cpu_name() if device.type == "cpu" else torch.cuda.get_device_name(device),
        threads=torch.get_num_threads(),
        torch=torch.__version__,
        median=median,
        low=low,
        high=high,
        fastest=min(times),
        repeats=len(times),
        warm_up=warm,
    )


@contextmanager
def _enough_memory() -> Generator[None]:
    """Turn too little memory into a sentence.

    Raises:
        JobError: Instead of what torch raises.
    """
    try:
        yield
    except (torch.OutOfMemoryError, MemoryError, RuntimeError) as error:
        # The CPU's allocator has no exception type of its own.
        if type(error) is RuntimeError and "memory" not in str(error):
            raise
        raise JobError(
            _("There is too little memory to time this network with this batch."),
            _("Choose a smaller batch."),
        ) from None


def timed(
    forward: Callable[[], object],
    clock: Clock,
    on_progress: Callable[[float], None] = lambda _share: None,
) -> tuple[int, list[float]]:
    """Return how many passes warmed up, and the times of those after them [s]."""
    spent, warm = 0.0, 0
    while spent < WARM_UP or warm < FEWEST_WARM:
        spent += clock.time(forward)
        warm += 1
    times: list[float] = []
    spent = 0.0
    while len(times) < FEWEST or (spent < BUDGET and len(times) < MOST):
        times.append(clock.time(forward))
        spent += times[-1]
        by_number, by_time = len(times) / MOST, spent / BUDGET
        on_progress(min(len(times) / FEWEST, 1.0, max(by_number, by_time)))
    return warm, times
