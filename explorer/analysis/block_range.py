"""Consecutive blocks of a network, as a person names them: ``2.0-2.17``, ``3``."""

from __future__ import annotations

from typing import TYPE_CHECKING

from explorer.errors import UrlError
from explorer.words import _

if TYPE_CHECKING:
    from explorer.ir.graph import Block, Graph


def label_of(block: Block) -> str:
    """Return ``2.0`` for the block ``layer2.0``."""
    return block.address.removeprefix("layer")


def stage_range(graph: Graph, stage: int) -> range:
    """Return the positions of the blocks of one stage, counted from 0."""
    before = sum(len(s.blocks) for s in graph.stages[:stage])
    return range(before, before + len(graph.stages[stage].blocks))


def read(graph: Graph, text: str) -> range:
    """Return the positions that a text names: ``2.0-2.17``, one block ``2.0``, a stage ``2``.

    Raises:
        UrlError: A block is not in the network, or the last stands before the first.
    """
    places = {label_of(block): i for i, block in enumerate(graph.blocks)}
    for index in range(len(graph.stages)):
        if text == str(index + 1):
            return stage_range(graph, index)
    first, _dash, last = text.partition("-")
    last = last or first
    for name in (first, last):
        if name not in places:
            raise UrlError(
                _("There is no block {name} in this network.").format(name=repr(name[:20])),
                _("Its blocks are {first} to {last}.").format(
                    first=next(iter(places)), last=list(places)[-1]
                ),
            )
    if places[first] > places[last]:
        raise UrlError(
            _("Block {last} stands before block {first}.").format(last=last, first=first),
            _("Write {last}-{first} for these blocks.").format(last=last, first=first),
        )
    return range(places[first], places[last] + 1)


def write(graph: Graph, among: range) -> str:
    """Return the shortest text for consecutive blocks; empty for all of them."""
    if len(among) == len(graph.blocks):
        return ""
    for index in range(len(graph.stages)):
        if stage_range(graph, index) == among:
            return str(index + 1)
    first, last = (label_of(graph.blocks[i]) for i in (among[0], among[-1]))
    return first if first == last else f"{first}-{last}"
