"""Pictures of several networks that belong together: one scale, and what corresponds."""

from __future__ import annotations

from itertools import groupby
from typing import TYPE_CHECKING, Any

from explorer.figures.scale import value_scale

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence

    from explorer.address import Address
    from explorer.compare.alignment import Alignment, OpPair, Pair, Status
    from explorer.figures.architecture import Scene

CODES: dict[Status, int] = {"same": 0, "changed": 1, "added": 2, "removed": 3}
"""How a status is written for the browser."""


def on_one_scale(scenes: Sequence[Scene]) -> list[Scene]:
    """Return scenes of one measure in which a colour means the same value in all."""
    measures = [scene["measure"] for scene in scenes]
    if any(measure is None for measure in measures):
        return list(scenes)
    ends = [value for measure in measures for value in measure["domain"]]
    first = measures[0]
    scale = value_scale([min(ends), max(ends)], first["scale"], first["unit"])
    shared = {**first, "domain": scale.domain, "ticks": scale.ticks}
    return [{**scene, "measure": shared} for scene in scenes]


def split_by_status(scene: Scene, statuses: Mapping[Address, object]) -> Scene:
    """Return a scene whose runs of equal blocks end where another status begins.

    A folded run then stands for blocks that are all the same, all added, and so on.

    Args:
        scene: From ``explorer.figures.architecture.scene``.
        statuses: Of every block.
    """
    stages = [
        {**stage, "runs": [part for run in stage["runs"] for part in _parts(stage, run, statuses)]}
        for stage in scene["stages"]
    ]
    return {**scene, "stages": stages}


def _parts(
    stage: dict[str, Any], run: dict[str, Any], statuses: Mapping[Address, object]
) -> Iterator[dict[str, Any]]:
    first, values = run["first"], run["values"]

    def status(index: int) -> object:
        return statuses.get(f"{stage['address']}.{index}")

    for _status, members in groupby(range(first, first + run["count"]), status):
        indices = list(members)
        rows = values if len(values) == 1 else [values[i - first] for i in indices]
        yield {**run, "first": indices[0], "count": len(indices), "values": rows}


def statuses_of(alignments: Sequence[Alignment | None], pane: int) -> dict[Address, object]:
    """Return the status of every block of one network; of the baseline with each of the others.

    Args:
        alignments: Of the baseline with each network; None at its own place.
        pane: The position of the network.
    """
    own = alignments[pane]
    if own is not None:
        return {pair.after: pair.status for pair in own.blocks if pair.after}
    found: dict[Address, tuple[Status, ...]] = {}
    for alignment in alignments:
        for pair in alignment.blocks if alignment is not None else ():
            if pair.before:
                found[pair.before] = (*found.get(pair.before, ()), pair.status)
    return dict(found)


def written(alignment: Alignment) -> dict[str, Any]:
    """Return an alignment as JSON; ``assets/js/counterparts.js`` reads it.

    Returns:
        ``stages`` as ``[before, after, code]``; ``parts`` (ends and blocks) with the index of
        their ops in ``kinds`` besides, each a list of ``[before, after, code]``.
    """
    kinds: dict[tuple[OpPair, ...], int] = {}

    def part(pair: Pair) -> list[Any]:
        kind = kinds.setdefault(pair.ops, len(kinds)) if pair.ops else -1
        return [pair.before, pair.after, CODES[pair.status], kind]

    parts = [part(pair) for pair in (*alignment.ends, *alignment.blocks)]
    return {
        "stages": [[p.before, p.after, CODES[p.status]] for p in alignment.stages],
        "parts": parts,
        "kinds": [[[op.before, op.after, CODES[op.status]] for op in ops] for ops in kinds],
    }
