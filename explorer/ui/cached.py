"""Every cache of the web process, all bounded, in one file.

Graphs and scenes are immutable, so they are shared without being copied.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, cast

import streamlit as st

from explorer import compute
from explorer.analysis.budget import admit
from explorer.analysis.lock import Lock, Solution, solve
from explorer.analysis.measures import measure
from explorer.analysis.path_weights import WeightedLengths, weighted
from explorer.analysis.paths import PathLengths, Unit, paths_of_graph
from explorer.errors import SpecError
from explorer.figures import architecture
from explorer.figures.unravelled import unravelled as unravel
from explorer.spec.edit import change_blocks
from explorer.store import runs

if TYPE_CHECKING:
    from pathlib import Path

    from explorer.analysis.cost import Cost
    from explorer.cam.compare import Comparison
    from explorer.ir.graph import Graph
    from explorer.spec import NetworkSpec


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


@st.cache_resource(max_entries=64, show_spinner=False)
def scene(spec: NetworkSpec, name: str) -> dict[str, Any]:
    """Return the picture of a network, coloured by a measure."""
    return architecture.scene(network(spec)[0], measured(spec, name), measure(name))


@st.cache_data(max_entries=64, ttl=3600, show_spinner=False)
def cam_pair(
    stamps: tuple[str, ...],
    image: bytes | tuple[str, int],
    arguments: dict[str, str | None],
) -> Comparison:
    """Return the Grad-CAMs of two runs on one image, computed in the compute pool.

    Args:
        stamps: What identifies the weights: the same folder may be trained again.
        image: An image file, or a data set with the place of a held-out image.
        arguments: Passed to ``explorer.cam.task:pair``.
    """
    del stamps
    asked = cast("dict[str, Any]", arguments)
    return compute.run("explorer.cam.task:pair", image=image, **asked)


@st.cache_resource(max_entries=512, ttl=5, show_spinner=False)
def run_record(folder: Path) -> runs.RunRecord | None:
    """Return the record of a finished run, or None while it has none."""
    return runs.read(folder) if runs.is_complete(folder) else None


@st.cache_resource(max_entries=256, show_spinner=False)
def at_scale(spec: NetworkSpec, lock: Lock, scale: int) -> Solution | None:
    """Return a Res2Net at another scale with the budget held; None where nothing works."""
    try:
        return solve(change_blocks(spec, None, scale=scale), lock)
    except SpecError:
        return None


def forget_runs() -> None:
    """Read the records of runs anew: one has just ended."""
    run_record.clear()  # pyright: ignore[reportFunctionMemberAccess] - streamlit's cache adds it


@st.cache_resource(max_entries=64, show_spinner=False)
def unravelled(spec: NetworkSpec, start: int, stop: int) -> dict[str, Any]:
    """Return the unravelled picture of the blocks from one position to another (exclusive)."""
    return unravel(network(spec)[0], range(start, stop))
