"""The caches of the pages, all bounded; those of a few pages are in ``cached_*.py`` beside it.

Graphs and scenes are immutable, so they are shared without being copied. What returns words is
kept once for each language: it is ``spoken`` and takes the language as its first argument.
"""

from __future__ import annotations

import threading
from collections import OrderedDict
from functools import wraps
from pathlib import Path
from typing import TYPE_CHECKING, Any, Concatenate, ParamSpec, TypeVar

import streamlit as st

from explorer import compute, words
from explorer.analysis.breakdown import Level, Row, breakdown
from explorer.analysis.budget import admit
from explorer.analysis.counterpart import Counterpart, counterpart
from explorer.analysis.lock import Lock, Solution, solve
from explorer.analysis.measures import measure
from explorer.analysis.memory import TrainingMemory, training_memory
from explorer.analysis.model_a import equal_macs
from explorer.analysis.options import Reasons, senseless
from explorer.analysis.path_weights import WeightedLengths, weighted
from explorer.analysis.paths import PathLengths, Unit, paths_of_graph
from explorer.analysis.receptive_paths import ReceptivePaths, receptive_paths_of_graph
from explorer.compare.alignment import align_graphs
from explorer.compare.attribution import attribute
from explorer.errors import DataError, SpecError
from explorer.export.cam import sha256_of
from explorer.figures import architecture
from explorer.figures.unravelled import unravelled as unravel
from explorer.lesion.study import stamp_of
from explorer.spec.edit import change_blocks
from explorer.spec.model import NetworkSpec, StageSpec
from explorer.store import curves, runs

if TYPE_CHECKING:
    from collections.abc import Callable

    from explorer.address import Address
    from explorer.analysis.cost import Cost
    from explorer.analysis.effective_field import Asked, EffectiveField
    from explorer.blocks import AnyBlock
    from explorer.cam.compare import Comparison
    from explorer.compare.alignment import Alignment
    from explorer.compare.attribution import Attribution
    from explorer.compare.edits import Grouping
    from explorer.data.segmentation import MaskedImage
    from explorer.ir.graph import Graph
    from explorer.lesion.outcome import Outcome
    from explorer.store.curves import Curves


P = ParamSpec("P")
R = TypeVar("R")


def spoken(function: Callable[Concatenate[str, P], R]) -> Callable[P, R]:
    """Ask a cached function for its answer in the reader's language."""

    @wraps(function)
    def in_language(*args: P.args, **kwargs: P.kwargs) -> R:
        return function(words.language(), *args, **kwargs)

    return in_language


FIRST_READ = 300.0
"""Seconds that a computation may take where it may have to read a large set of images first."""

FIELD_DEADLINE = 120.0
"""Of one measured receptive field [s]."""


@st.cache_resource(max_entries=128, show_spinner=False)
def network(spec: NetworkSpec) -> tuple[Graph, Cost]:
    """Return graph and cost of a network that works."""
    return admit(spec)


@st.cache_resource(max_entries=256, show_spinner=False)
def path_lengths(spec: NetworkSpec, unit: Unit) -> PathLengths:
    """Return the distribution of path lengths of a network that works."""
    return paths_of_graph(network(spec)[0], unit)


@st.cache_resource(max_entries=64, show_spinner=False)
def weighted_lengths(spec: NetworkSpec, gate: float | None) -> WeightedLengths:
    """Return the path lengths of a network weighted by survivals, gates and factors."""
    return weighted(network(spec)[0], gate)


@st.cache_resource(max_entries=256, show_spinner=False)
def measured(spec: NetworkSpec, name: str) -> dict[str, float]:
    """Return the values of a measure at every address of a network."""
    return measure(name).values(network(spec)[0])


@spoken
@st.cache_resource(max_entries=64, show_spinner=False)
def scene(language: str, spec: NetworkSpec, name: str) -> dict[str, Any]:
    """Return the picture of a network, coloured by a measure."""
    del language
    return architecture.scene(network(spec)[0], measured(spec, name), measure(name))


@st.cache_data(max_entries=64, show_spinner=False)
def weights_digest(stamp: str, folder: str) -> str:
    """Return the SHA-256 of a run's file of weights."""
    del stamp
    return sha256_of(Path(folder) / runs.WEIGHTS)


@st.cache_data(max_entries=256, ttl=3600, show_spinner=False)
def lesion(
    stamp: str, folder: str, data: str, deleted: tuple[Address, ...], limit: int | None
) -> Outcome:
    """Return what a run still knows without some units, computed in the compute pool."""
    del stamp
    return compute.run(
        "explorer.lesion.task:outcome_of_run",
        deadline=FIRST_READ,
        run=folder,
        data=data,
        deleted=deleted,
        limit=limit,
    )


@spoken
@st.cache_data(max_entries=64, ttl=3600, show_spinner=False)
def lesion_cam(
    language: str, stamp: str, folder: str, data: str, index: int, deleted: tuple[Address, ...]
) -> Comparison:
    """Return where a run looks, whole and without some units, computed in the compute pool."""
    del language, stamp
    return compute.run(
        "explorer.lesion.task:cam_of_lesion",
        run=folder,
        data=data,
        index=index,
        deleted=deleted,
        layer=None,
    )


@spoken
@st.cache_resource(max_entries=64, show_spinner=False)
def bare_scene(language: str, spec: NetworkSpec) -> dict[str, Any]:
    """Return the picture of a network whose blocks all have one colour."""
    del language
    return architecture.scene(network(spec)[0])


@st.cache_data(max_entries=256, show_spinner=False)
def run_stamp(stamp: str, folder: str) -> str:
    """Return what identifies the weights of a run, read once for each ``stamp``."""
    del stamp
    return stamp_of(Path(folder))


@st.cache_data(max_entries=64, ttl=3600, show_spinner=False)
def predicted_masks(stamp: str, folder: str, places: tuple[int, ...]) -> tuple[MaskedImage, ...]:
    """Return held-out images of a run with their masks, computed in the compute pool."""
    del stamp
    return compute.run("explorer.training.predict:predicted_masks", run=folder, places=places)


def run_record(folder: Path) -> runs.RunRecord | None:
    """Return the record of a finished run; None while it has none, or one that cannot be read."""
    try:
        changed = (folder / runs.RECORD).stat().st_mtime_ns
        return _run_record(folder, changed) if runs.is_complete(folder) else None
    except (DataError, OSError):
        return None


@st.cache_resource(max_entries=2048, show_spinner=False)
def _run_record(folder: Path, changed: int) -> runs.RunRecord:
    del changed
    return runs.read(folder)


@st.cache_resource(max_entries=256, show_spinner=False)
def at_scale(spec: NetworkSpec, lock: Lock, scale: int) -> Solution | None:
    """Return a Res2Net at another scale with the budget held; None where nothing works."""
    try:
        return solve(change_blocks(spec, None, scale=scale), lock)
    except SpecError:
        return None


@st.cache_resource(max_entries=2, ttl=600, show_spinner=False)
def onnx(spec: NetworkSpec, deadline: float) -> bytes:
    """Return a network as ONNX, made in the compute pool; some are hundreds of megabytes."""
    return compute.run("explorer.export.onnx:to_onnx", deadline=deadline, spec=spec)


@st.cache_resource(max_entries=64, show_spinner=False)
def alignment(before: NetworkSpec, after: NetworkSpec) -> Alignment:
    """Return how two networks that work correspond."""
    return align_graphs((before, network(before)[0]), (after, network(after)[0]))


@st.cache_resource(max_entries=64, show_spinner=False)
def attribution(before: NetworkSpec, after: NetworkSpec, grouping: Grouping) -> Attribution:
    """Return how much of the difference of two networks each edit accounts for."""
    return attribute(before, after, grouping)


@st.cache_resource(max_entries=128, show_spinner=False)
def run_curves(stamp: str, folder: Path) -> Curves | None:
    """Return the curves of a finished run, read once for each ``stamp``."""
    del stamp
    return curves.read(folder)


def forget_runs() -> None:
    """Read the records of runs anew: one has just ended."""
    _run_record.clear()  # pyright: ignore[reportFunctionMemberAccess] - streamlit's cache adds it


@st.cache_resource(max_entries=64, show_spinner=False)
def unravelled(spec: NetworkSpec, start: int, stop: int) -> dict[str, Any]:
    """Return the unravelled picture of the blocks from one position to another (exclusive)."""
    return unravel(network(spec)[0], range(start, stop))


@st.cache_resource(max_entries=128, show_spinner=False)
def memory(spec: NetworkSpec, batch_size: int) -> TrainingMemory:
    """Return the predicted memory of training a network that works."""
    return training_memory(network(spec)[0], batch_size)


@st.cache_resource(max_entries=64, show_spinner=False)
def cost_rows(spec: NetworkSpec, level: Level, batch_size: int) -> tuple[Row, ...]:
    """Return the costs of the parts of a network that works."""
    return breakdown(network(spec)[0], level, memory(spec, batch_size))


@st.cache_resource(max_entries=128, show_spinner=False)
def receptive_paths(spec: NetworkSpec, last: int | None = None) -> ReceptivePaths:
    """Return the receptive fields of all paths of a network that works, up to a block or all."""
    return receptive_paths_of_graph(network(spec)[0], last)


@st.cache_resource(max_entries=64, show_spinner=False)
def equal_cost(spec: NetworkSpec) -> Counterpart:
    """Return the ResNet or Res2Net of equal MACs to compare a network with."""
    return counterpart(spec)


@st.cache_data(max_entries=64, ttl=3600, show_spinner=False)
def effective_field(
    asked: Asked, spec: NetworkSpec | None, num_seeds: int, run: tuple[str, Path] | None
) -> EffectiveField:
    """Return a measured field, computed in the compute pool.

    Args:
        asked: What is measured.
        spec: The network before training, or None.
        num_seeds: Initialisations.
        run: Stamp and folder of a trained run, where ``spec`` is None.
    """
    task = "explorer.gradient.effective_field"
    if run is not None:
        return compute.run(f"{task}:of_run", deadline=FIELD_DEADLINE, folder=run[1], asked=asked)
    return compute.run(
        f"{task}:at_initialisation",
        deadline=FIELD_DEADLINE,
        spec=spec,
        asked=asked,
        num_seeds=num_seeds,
    )


@st.cache_resource(max_entries=64, show_spinner=False)
def without_scales(spec: NetworkSpec) -> ReceptivePaths | None:
    """Return the same of a network at scale 1; None where it has no scales or cannot have one."""
    if all(getattr(stage.block, "scale", 1) == 1 for stage in spec.stages):
        return None
    try:
        return receptive_paths(change_blocks(spec, None, scale=1))
    except SpecError:
        return None


@spoken
@st.cache_resource(max_entries=1024, show_spinner=False)
def reasons(language: str, spec: NetworkSpec, address: Address) -> Reasons:
    """Return which options of a form make no sense at an address, and why."""
    del language
    return senseless(spec, address)


def reasons_alone(block: AnyBlock, stride: int) -> Reasons:
    """Return the same for a block in a small network of its own.

    What surrounds a block matters for no column of the stage table, and so equal blocks share the
    answer, and most of it is known from the edit before.
    """
    stage = StageSpec(depth=2, width=64, stride=2 if stride == 2 else 1, block=block)
    return reasons(NetworkSpec(image_size=64, stages=(stage,)), "layer1")


_KEPT = 96


class Kept:
    """Results of the compute pool that took long, by what was asked; the latest stay.

    Unlike Streamlit's caches it can be asked whether a result is there, so that a page shows it
    at once and a button otherwise.
    """

    def __init__(self) -> None:
        """Begin with nothing."""
        self._found: OrderedDict[str, Any] = OrderedDict()
        self._mutex = threading.Lock()

    def get(self, key: str) -> object | None:
        """Return a result, or None where it is not there."""
        with self._mutex:
            if key in self._found:
                self._found.move_to_end(key)
            return self._found.get(key)

    def put(self, key: str, result: object) -> None:
        """Keep a result; the one that was not asked for longest goes."""
        with self._mutex:
            self._found[key] = result
            while len(self._found) > _KEPT:
                self._found.popitem(last=False)


@st.cache_resource(max_entries=1, show_spinner=False)
def kept() -> Kept:
    """Return the results that all visitors share."""
    return Kept()


@st.cache_resource(max_entries=32, show_spinner=False)
def model_a(spec: NetworkSpec) -> Solution:
    """Return Model A of 'Wider or Deeper' with the input, classes and MACs of a network.

    Raises:
        SpecError: It works at no width with images so small.
    """
    return equal_macs(spec)
