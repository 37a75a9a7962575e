"""The unravelled view: n residual units are 2^n paths (Veit, Wilber, Belongie 2016).

Up to ``MAX_ROWS`` units every path is a row; beyond, a ribbon for each range of lengths says how
many there are and what share of them goes through each unit. Nothing is enumerated there: of the
paths of length k a share of k / n uses any one of n units, of those through one unit a share of
(k - 1) / (n - 1) uses any other, and of those past it k / (n - 1).
"""

from __future__ import annotations

from itertools import combinations, groupby
from math import ceil
from typing import TYPE_CHECKING, Any

from explorer.analysis.paths import paths_of_graph
from explorer.figures.cells import shortcut_of
from explorer.units import large
from explorer.words import mark

if TYPE_CHECKING:
    from explorer.ir.graph import Block, Graph

MAX_ROWS = 10
MAX_BUNDLES = 13
MAX_COLUMNS = 56

LABELS: dict[str, str] = {
    "paths": mark("Paths of the network"),
    "stack": mark("stack"),
    "stacked": mark("Stacked"),
    "unravelled": mark("Unravelled"),
    "play": mark("Play"),
    "table": mark("Table"),
    "in": mark("in"),
    "out": mark("out"),
    "length": mark("length"),
    "length_is": mark("length {k}"),
    "part_of": mark("{part} of {all}"),
    "rows_say": mark(
        "Each thin row is one path: filled where it goes through a block, bare where it "
        "takes the shortcut. Click a row to follow it, a block to see its paths."
    ),
    "ribbons_say": mark(
        "Each ribbon holds the paths of some lengths; stronger cells are blocks that "
        "more of them go through. Click a ribbon or a block."
    ),
    "follow": mark("Follow one path"),
    "followed": mark("Length {k}: through {through}; past the other {past}."),
    "followed_all": mark("Length {k}: through every block."),
    "followed_none": mark("Length {k}: past every block."),
    "through": mark("Filled: the {part} of {all} paths that go through {block}."),
    "through_each": mark(
        "Filled: the {part} of {all} paths that go through any one block of {block}."
    ),
    "ribbon": mark(
        "Length {length}: {count} of {all} paths, {weight}. Any one block is on {share} of them."
    ),
    "clear": mark("Clear"),
    "bundle": mark("length {length}: {count} paths"),
    "num_paths": mark("Paths"),
    "share": mark("Share"),
}
"""The words inside the view."""


def unravelled(graph: Graph, among: range | None = None) -> dict[str, Any]:
    """Return what the unravelled view shows, JSON-able.

    Args:
        graph: The graph.
        among: Positions of consecutive blocks to show; None is all.

    Returns:
        ``units`` (address, label, kind and tag of the shortcut; several units share a column
        when there are too many), ``num_units``, blocks that are ``always`` gone through, ``total``
        paths, ``half`` of them (those through one unit), and ``bundles`` from the
        shortest paths to the longest: ``label`` (length or range), ``count`` and ``full`` (short
        and exact), ``weight`` (share of all paths, 0..1), ``through`` (short count of those that
        use any one unit), ``share`` (the same, 0..1), ``given`` (share of those through one unit,
        and of those past it, that use any other) and ``rows`` (bit i is unit i), or None where
        paths are not enumerated.
    """
    blocks = graph.blocks if among is None else graph.blocks[among.start : among.stop]
    units = [block for block in blocks if block.merge is not None]
    lengths = paths_of_graph(graph, "block", among)
    always = len(blocks) - len(units)
    counts = list(lengths.counts[always:])
    return {
        "units": _columns(graph, units),
        "num_units": len(units),
        "always": always,
        "total": large(lengths.num_paths),
        "half": large(lengths.num_paths // 2),
        "bundles": [_bundle(counts, span, len(units), always) for span in _spans(len(units))],
    }


def _columns(graph: Graph, units: list[Block]) -> list[dict[str, Any]]:
    width = ceil(len(units) / MAX_COLUMNS) if units else 1
    columns: list[dict[str, Any]] = []
    for _stage, members in groupby(units, key=lambda block: block.address.rpartition(".")[0]):
        blocks = list(members)
        begins = range(0, len(blocks), width)
        columns += [_column(graph, blocks[begin : begin + width]) for begin in begins]
    return columns


def _column(graph: Graph, blocks: list[Block]) -> dict[str, Any]:
    first, last = _label(blocks[0]), _label(blocks[-1])
    shortcut = shortcut_of(blocks[0], list(graph.nodes_of(blocks[0])))
    return {
        "address": blocks[0].address,
        "label": first if len(blocks) == 1 else f"{first}–{last.rpartition('.')[2]}",
        "count": len(blocks),
        "kind": shortcut.kind,
        "tag": shortcut.label,
    }


def _label(block: Block) -> str:
    """Return ``2.0`` for ``layer2.0``."""
    return block.address.removeprefix("layer")


def _spans(num_units: int) -> list[range]:
    """Return ranges of lengths, one for each bundle."""
    width = 1 if num_units <= MAX_ROWS else ceil((num_units + 1) / MAX_BUNDLES)
    starts = range(0, num_units + 1, width)
    return [range(start, min(start + width, num_units + 1)) for start in starts]


def _bundle(counts: list[int], span: range, num_units: int, always: int) -> dict[str, Any]:
    inside = sum(counts[k] for k in span)
    # Units are alike: each is on the same number of paths of every length.
    through = sum(k * counts[k] for k in span) // max(1, num_units)
    pairs = max(1, num_units * (num_units - 1))
    both = sum(k * (k - 1) * counts[k] for k in span) // pairs
    only_other = sum(k * (num_units - k) * counts[k] for k in span) // pairs
    past = inside - through
    first, last = span[0] + always, span[-1] + always
    return {
        "label": str(first) if first == last else f"{first}–{last}",
        "count": large(inside),
        "full": str(inside),
        "weight": inside / sum(counts),
        "through": large(through),
        "share": through / inside,
        "given": [both / through if through else 0.0, only_other / past if past else 0.0],
        "rows": _rows(num_units, span[0]) if num_units <= MAX_ROWS else None,
    }


def _rows(num_units: int, length: int) -> list[int]:
    return [sum(1 << i for i in chosen) for chosen in combinations(range(num_units), length)]
