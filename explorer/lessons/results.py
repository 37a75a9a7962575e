"""What came out of an experiment: curves and measured figures of each network and seed."""

from __future__ import annotations

from statistics import fmean
from typing import TYPE_CHECKING, Any

from pydantic import BaseModel, ConfigDict

from explorer.analysis.cost import cost_of_graph
from explorer.analysis.paths import paths_of_graph
from explorer.analysis.routes import shortcut_way
from explorer.graph import lower
from explorer.ir.ops import ReLU
from explorer.lessons.quantities import QUANTITIES

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from explorer.ir.graph import Graph
    from explorer.lessons.experiment import Experiment
    from explorer.spec import NetworkSpec


class _Part(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid")


class Series(_Part):
    """A measured value by block, layer or length.

    Attributes:
        x: What it was measured at.
        y: The values; None where there is none.
    """

    x: tuple[str | float, ...]
    y: tuple[float | None, ...]


class Run(_Part):
    """One network, trained once.

    Attributes:
        arm: Its name in the experiment.
        seed: Of the training.
        train_loss: After each epoch [nat].
        train_error: After each epoch, 0..1; on augmented images while the weights change.
        test_loss: After each epoch [nat].
        test_error: After each epoch, 0..1.
        seconds: Of the whole training [s]; None where it was not timed.
        values: What was measured beside, by the names of ``quantities``.
        series: What was measured beside, by measure.
    """

    arm: str
    seed: int = 0
    train_loss: tuple[float, ...] = ()
    train_error: tuple[float, ...] = ()
    test_loss: tuple[float, ...] = ()
    test_error: tuple[float, ...] = ()
    seconds: float | None = None
    values: dict[str, float] = {}
    series: dict[str, Series] = {}

    def curve(self, name: str) -> tuple[float, ...]:
        """Return a curve by its name, one value for each epoch."""
        return getattr(self, name)

    def value(self, name: str) -> float | None:
        """Return a figure of this run, or None where it has none."""
        if name in self.values:
            return self.values[name]
        if name == "best_error":
            return min(self.test_error, default=None)
        if name == "seconds":
            done = len(self.train_loss)
            return self.seconds / done if self.seconds and done else None
        found: tuple[float, ...] = getattr(self, name, ())
        return found[-1] if found else None


class Results(_Part):
    """All runs of an experiment from one place and time.

    Attributes:
        runs: In the order of the networks.
        num_train: Images trained on, 0 where nothing was trained.
        num_test: Images held out.
        data: What they are of, in words.
        epochs: Of each training.
        machine: In general words.
        date: Of the last run, ``2026-11-28``.
        versions: Of torch and Python.
        definition: Digest of what was asked for, see ``recorded.digest``.
        recipe: How it was trained.
    """

    runs: tuple[Run, ...]
    num_train: int = 0
    num_test: int = 0
    data: str = ""
    epochs: int = 0
    machine: str = ""
    date: str = ""
    versions: dict[str, str] = {}
    definition: str = ""
    recipe: dict[str, Any] = {}

    def of(self, arm: str) -> tuple[Run, ...]:
        """Return the runs of one network, by seed."""
        return tuple(sorted((r for r in self.runs if r.arm == arm), key=lambda r: r.seed))

    @property
    def num_seeds(self) -> int:
        """Return how often each network was trained, at most."""
        return max((len(self.of(arm)) for arm in {run.arm for run in self.runs}), default=0)


def run_of(
    arm: str, seed: int, points: Sequence[dict[str, Any]], seconds: float | None = None
) -> Run:
    """Return the curves of a training from what it reported.

    Args:
        arm: Name of the network in the experiment.
        seed: Of the training.
        points: What was reported, in order; only ends of epochs are read.
        seconds: Of the whole training.
    """
    ends = [p for p in points if p.get("test_loss") is not None and "train_accuracy" in p]
    return Run(
        arm=arm,
        seed=seed,
        train_loss=tuple(p["train_loss"] for p in ends),
        train_error=tuple(1 - p["train_accuracy"] for p in ends),
        test_loss=tuple(p["test_loss"] for p in ends),
        test_error=tuple(1 - p["test_accuracy"] for p in ends),
        seconds=seconds if seconds is not None else (ends[-1].get("seconds") if ends else None),
    )


def values(results: Results | None, arm: str, name: str) -> tuple[float, ...]:
    """Return a figure of each run of a network that has it."""
    if results is None:
        return ()
    found = (run.value(name) for run in results.of(arm))
    return tuple(value for value in found if value is not None)


def figure(experiment: Experiment, results: Results | None, arm: str, name: str) -> float | None:
    """Return a figure of a network: the mean over its runs, or what follows from the network."""
    if QUANTITIES[name].spec:
        return of_network(experiment.specs[arm], name)
    found = values(results, arm, name)
    return fmean(found) if found else None


def of_network(spec: NetworkSpec, name: str) -> float:
    """Return a figure that follows from the network alone.

    Raises:
        ShapeError: The network cannot be built.
    """
    graph = lower(spec)
    if name == "num_paths":
        return paths_of_graph(graph).num_paths
    if name == "mean_length":
        return float(paths_of_graph(graph).mean)
    if name == "relus":
        return relus_on_main_line(graph)
    return getattr(cost_of_graph(graph), name)


def relus_on_main_line(graph: Graph) -> int:
    """Return how many ReLUs the signal passes in the blocks when it takes every shortcut."""
    ways = (
        graph.nodes_of(block) if block.merge is None else shortcut_way(graph, block)
        for block in graph.blocks
    )
    return sum(isinstance(node.op, ReLU) for way in ways for node in way)


def mean_curve(runs: Iterable[Run], name: str) -> tuple[float, ...]:
    """Return the mean curve of some runs, as long as the shortest."""
    curves = [run.curve(name) for run in runs]
    return tuple(fmean(points) for points in zip(*curves, strict=False))
