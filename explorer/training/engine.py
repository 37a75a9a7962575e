"""How a step is run: op by op, as a recorded CUDA graph, or compiled; and when that pays.

The predictions rest on published times, not on measurements of ours: no GPU was at hand when this
was written. They only decide; a step gives the same weights either way, up to rounding.
"""

from __future__ import annotations

import shutil
from typing import TYPE_CHECKING, Literal

import torch

from explorer.training.optimiser import set_learning_rate

if TYPE_CHECKING:
    from collections.abc import Callable

    from explorer.training.augment import Draws
    from explorer.training.recipe import Engine
    from explorer.training.step import Step

WARMUP_STEPS = 3
"""Steps before recording: cuDNN chooses its algorithms, the optimiser makes its state."""

LAUNCH_SECONDS = 8e-6
"""Time that Python and the driver need for one kernel, 5 to 10 us."""
KERNELS_PER_NODE = 3
"""One forward, and about two backward."""
RECORDING_SECONDS = 1.0
COMPILE_SECONDS_PER_NODE = 0.25
"""ResNet-152 took 129 s (pytorch/pytorch issue 111182)."""
COMPILE_GAIN = 0.15
"""Share of a step's time: 0.28 for that ResNet-152, 0.14 for a small one (Jordan 2024)."""
MARGIN = 2.0
"""Predicted savings must be this many times the cost."""


def choose_engine(
    wanted: Engine, device: torch.device, *, steps: int, step_seconds: float, num_nodes: int
) -> Literal["eager", "graph", "compile"]:
    """Return how to run a step: as a recipe asks, or as it is predicted to pay.

    On a processor nothing is ever gained: compiled steps were measured at 0.61 to 1.06 times
    eager ones, after 23 to 57 s of compiling. A graph saves the launching of kernels, which is
    what small networks mostly wait for; compiling saves passes over memory.

    Args:
        wanted: A recipe's ``engine``.
        device: Where training runs.
        steps: That are still to come.
        step_seconds: Measured for an eager step [s]; 0 where nothing was measured.
        num_nodes: Ops of the network.
    """
    if device.type != "cuda":
        return "compile" if wanted == "compile" and can_compile() else "eager"
    if wanted != "auto":
        return wanted
    total = steps * step_seconds
    launching = min(1.0, num_nodes * KERNELS_PER_NODE * LAUNCH_SECONDS / max(step_seconds, 1e-9))
    # What is launched while the device still works costs nothing: only the excess is saved.
    graph_saves = total * max(0.0, launching - 0.5) - MARGIN * RECORDING_SECONDS
    compile_cost = num_nodes * COMPILE_SECONDS_PER_NODE
    compile_saves = total * COMPILE_GAIN - MARGIN * compile_cost
    if max(graph_saves, compile_saves) <= 0:
        return "eager"
    return "graph" if graph_saves >= compile_saves else "compile"


def break_even_steps(setup_seconds: float, eager: float, other: float) -> float:
    """Return after how many steps a faster step has paid for its setup; infinity for never.

    Args:
        setup_seconds: Of compiling or recording [s].
        eager: One step [s].
        other: One step afterwards [s].
    """
    return setup_seconds / (eager - other) if other < eager else float("inf")


def can_compile() -> bool:
    """Return whether there is a compiler for processors here."""
    return any(shutil.which(name) for name in ("c++", "g++", "clang++"))


def stepper(step: Step) -> Callable[[Draws, float], None]:
    """Return what takes a step in the way that its plan says."""
    return GraphedStep(step) if step.plan.engine == "graph" else step


class GraphedStep:
    """Takes a few steps op by op, records one, and replays it from then on.

    What changes from step to step is copied into the memory that the recorded step reads: the
    draws, and the learning rate, which is a tensor.

    Args:
        step: On a CUDA device, with an optimiser made for recording.
    """

    def __init__(self, step: Step) -> None:
        """Record nothing yet."""
        self._step = step
        self._taken = 0
        self._draws: Draws | None = None
        self._graph: torch.cuda.CUDAGraph | None = None

    def __call__(self, draws: Draws, lr: float) -> None:
        """Train on the images that were drawn."""
        set_learning_rate(self._step.optimiser, lr)
        if self._taken < WARMUP_STEPS:
            self._aside(draws)
            self._taken += 1
            return
        if self._graph is None or self._draws is None:
            self._graph, self._draws = self._record(draws)
        for there, here in zip(self._draws, draws, strict=True):
            if there is not None and here is not None:
                there.copy_(here)
        self._graph.replay()

    def _aside(self, draws: Draws) -> None:
        """Take a step on a stream of its own, as recording asks of the steps before it."""
        stream = torch.cuda.Stream()
        stream.wait_stream(torch.cuda.current_stream())
        with torch.cuda.stream(stream):
            self._step.run(draws)
        torch.cuda.current_stream().wait_stream(stream)

    def _record(self, draws: Draws) -> tuple[torch.cuda.CUDAGraph, Draws]:
        """Record a step, which runs nothing, with draws that it can be given anew."""
        static = draws.each(torch.clone)
        self._step.optimiser.zero_grad(set_to_none=True)
        graph = torch.cuda.CUDAGraph()
        with torch.cuda.graph(graph):
            self._step.run(static)
        return graph, static
