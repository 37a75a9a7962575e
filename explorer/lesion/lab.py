"""How well a network does after many lesions; what several have in common is computed once.

A lesion is a plan: the units in the order in which they are met, each gone through or past. Plans
that begin alike share their activations up to where they part, so that deleting each of n units
alone costs about n / 2 forward passes.
"""

from __future__ import annotations

from itertools import combinations, pairwise
from math import prod
from typing import TYPE_CHECKING, NamedTuple

import numpy as np
import torch

from explorer.address import INPUT
from explorer.analysis.routes import segments
from explorer.builder import evaluating, module_of
from explorer.errors import ExplorerError
from explorer.lesion.deletion import units, without
from explorer.lesion.outcome import Deleted, Outcome, RandomDeletions, Reorderings, Sweep
from explorer.words import _

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Sequence

    from torch import Tensor, nn

    from explorer.address import Address
    from explorer.builder import Network
    from explorer.ir.graph import Block, Node

    Prepare = Callable[[Tensor], Tensor]
    OnProgress = Callable[[float], None]

Step = tuple[int, bool]
"""A unit by its position, and whether it is gone through."""
Plan = tuple[Step, ...]
BATCH_SIZE = 250
"""Fixed, so that a figure can be had again to the last bit."""
MOST_KEPT_BYTES = 256_000_000
"""What a lab may keep of the activations of the whole network."""
_Reached = tuple[int, "Tensor"]
"""How many units were gone through, and what came out."""


class _Part(NamedTuple):
    """Nodes with their modules, from one value to another."""

    nodes: tuple[Node, ...]
    modules: tuple[nn.Module, ...]
    entry: Address

    def __call__(self, x: Tensor) -> Tensor:
        values = {self.entry: x}
        for node, module in zip(self.nodes, self.modules, strict=True):
            values[node.address] = x = module(*(values[a] for a in node.inputs))
        return x


def _unchanged(images: Tensor) -> Tensor:
    return images


def _silent(_fraction: float) -> None:
    pass


class Lab:
    """A network and labelled images to try lesions on.

    Args:
        network: On the device of the images; never changed, only its mode for the time of a call.
        images: (N, ...), N >= 1: what ``prepare`` takes.
        labels: (N,) class indices.
        prepare: Makes of a batch of images what the network takes, (N, C, H, W).
        on_progress: Called with the share that is done, 0..1, after every lesion of every batch;
            may raise to stop.

    Raises:
        ExplorerError: The network scores positions instead of images.
    """

    def __init__(
        self,
        network: Network,
        images: Tensor,
        labels: Tensor,
        prepare: Prepare = _unchanged,
        on_progress: OnProgress = _silent,
    ) -> None:
        """Take the network apart."""
        graph = network.graph
        if len(graph.output.out_shape) != 1:
            raise ExplorerError(
                _("This network gives no class for an image."),
                _("Choose one that classifies images."),
            )
        self._network, self._images, self._labels = network, images, labels
        self._prepare, self._on_progress = prepare, on_progress
        self._beginnings: list[list[_Reached]] | None = None
        self._num_classes = graph.output.out_shape[0]
        self.blocks: tuple[Block, ...] = graph.blocks
        parts = segments(graph)
        stem, *others = parts
        self._stem = self._part(stem.nodes, INPUT)
        self._gaps: dict[int, _Part] = {}
        position = -1
        for segment in others:
            position += segment.is_unit
            if not segment.is_unit:
                self._gaps[position] = self._part(segment.nodes, segment.entry)
        self._head = self._part([graph.nodes[a] for a in graph.head], parts[-1].exit)
        self._steps = {
            (i, through): self._part(
                graph.nodes_of(block) if through else without(graph, block), block.entry
            )
            for i, block in enumerate(self.blocks)
            for through in (False, True)
        }

    def evaluate(self, deleted: Sequence[Address] = ()) -> Outcome:
        """Return what is left without some units.

        Raises:
            ExplorerError: There is no such unit.
        """
        gone = {block.address for block in units(self._network.graph, deleted)}
        if self._beginnings is None:
            self._beginnings = self._begin()
        return self._run([self._without(gone)], self._beginnings)[0]

    def sweep(self) -> Sweep:
        """Return what is left without each unit alone."""
        addresses = [block.address for block in self.blocks]
        plans = [self._without(set()), *(self._without({address}) for address in addresses)]
        baseline, *outcomes = self._run(plans)
        deleted = zip(addresses, outcomes, strict=True)
        return Sweep(baseline, tuple(Deleted((unit,), outcome) for unit, outcome in deleted))

    def random_deletions(self, num: int, repeats: int = 10, seed: int = 0) -> RandomDeletions:
        """Return what is left without some units drawn at random, several times.

        Args:
            num: Units deleted at once.
            repeats: How often, >= 1.
            seed: Of the draws.

        Raises:
            ExplorerError: The network has fewer units, or nothing is to be done.
        """
        self._check(num, len(self.blocks), repeats)
        rng = np.random.default_rng(seed)
        drawn = [
            sorted(rng.choice(len(self.blocks), num, replace=False).tolist())
            for _repeat in range(repeats)
        ]
        chosen = [tuple(self.blocks[i].address for i in one) for one in drawn]
        outcomes = self._run([self._without(set(one)) for one in chosen])
        return RandomDeletions(tuple(o.error for o in outcomes), num, tuple(chosen))

    def reorder(self, num_swaps: int, repeats: int = 10, seed: int = 0) -> Reorderings:
        """Return what is left after swapping random pairs of units of equal shape, several times.

        Args:
            num_swaps: Swaps, one after the other; each draws one of all pairs whose inputs and
                outputs have the same shapes.
            repeats: How often, >= 1.
            seed: Of the draws.

        Raises:
            ExplorerError: No two units have the same shape, or nothing is to be done.
        """
        self._check(num_swaps, 10_000, repeats)
        pairs = self._equal_pairs()
        if not pairs:
            raise ExplorerError(
                _("No two units of this network have the same shape."),
                _("Choose a network with more units in a stage."),
            )
        rng = np.random.default_rng(seed)
        orders: list[list[int]] = []
        for _repeat in range(repeats):
            order = list(range(len(self.blocks)))
            for i, j in rng.choice(pairs, num_swaps):
                order[i], order[j] = order[j], order[i]
            orders.append(order)
        outcomes = self._run([tuple((i, True) for i in order) for order in orders])
        return Reorderings(
            tuple(outcome.error for outcome in outcomes),
            num_swaps,
            tuple(kendall_tau(order) for order in orders),
            tuple(tuple(self.blocks[i].address for i in order) for order in orders),
        )

    def _check(self, num: int, most: int, repeats: int) -> None:
        if not 0 <= num <= most or repeats < 1:
            raise ExplorerError(
                _("{num} of {most}, {repeats} times, cannot be done.").format(
                    num=num, most=most, repeats=repeats
                ),
                _("Choose a number from 0 to {most} and one repeat or more.").format(most=most),
            )

    def _equal_pairs(self) -> list[tuple[int, int]]:
        shape_of = self._network.graph.shape_of
        shapes = [(shape_of(block.entry), shape_of(block.exit)) for block in self.blocks]
        return [(i, j) for i, j in combinations(range(len(shapes)), 2) if shapes[i] == shapes[j]]

    def _without(self, gone: set[Address]) -> Plan:
        return tuple((i, block.address not in gone) for i, block in enumerate(self.blocks))

    def _part(self, nodes: Iterable[Node], entry: Address) -> _Part:
        own, listed = self._network.graph.nodes, tuple(nodes)
        modules = tuple(
            self._network.get_submodule(node.address)
            if node.address in own and own[node.address].op == node.op
            else module_of(node.op).eval()
            for node in listed
        )
        return _Part(listed, modules, entry)

    @torch.inference_mode()
    def _begin(self) -> list[list[_Reached]]:
        """Return what the whole network has at the entries of its stages, for each batch.

        One lesion after another then begins at the stage of its first unit; empty where that
        would take too much memory.
        """
        graph, starts = self._network.graph, range(0, len(self._images), BATCH_SIZE)
        firsts = {stage.blocks[0].address for stage in graph.stages}
        depths = [i for i, block in enumerate(self.blocks) if block.address in firsts]
        values = sum(prod(graph.shape_of(self.blocks[i].entry)) for i in depths)
        if 4 * values * len(self._images) > MOST_KEPT_BYTES:
            return [[] for _ in starts]
        found: list[list[_Reached]] = []
        with evaluating(self._network):
            for start in starts:
                x = self._stem(self._prepare(self._images[start : start + BATCH_SIZE]))
                kept = [(0, x)]
                self._follow(self._without(set()), depths, kept)
                found.append(kept)
        return found

    @torch.inference_mode()
    def _run(
        self, plans: Sequence[Plan], beginnings: Sequence[Sequence[_Reached]] = ()
    ) -> list[Outcome]:
        """Return the outcome of each plan; equal plans are run once.

        ``beginnings`` has for each batch what the whole network reaches; for a single plan only.
        """
        whole = self._without(set())
        order = sorted(set(plans))
        branchings = _branchings(order)
        size = self._num_classes
        counts = {plan: torch.zeros(size * size, dtype=torch.int64) for plan in order}
        starts = range(0, len(self._images), BATCH_SIZE)
        with evaluating(self._network):
            for done, start in enumerate(starts):
                labels = self._labels[start : start + BATCH_SIZE]
                known = beginnings[done] if beginnings else ()
                kept = [one for one in known if order[0][: one[0]] == whole[: one[0]]]
                if not kept:
                    x = self._stem(self._prepare(self._images[start : start + BATCH_SIZE]))
                    kept = [(0, x)]
                for i, plan in enumerate(order):
                    x = self._follow(plan, branchings[i], kept)
                    cells = labels * size + self._head(x).argmax(1)
                    counts[plan] += torch.bincount(cells, minlength=size * size).cpu()
                    self._on_progress((done + (i + 1) / len(order)) / len(starts))
        return [Outcome(counts[plan].reshape(size, size).numpy()) for plan in plans]

    def _follow(self, plan: Plan, branching: list[int], kept: list[tuple[int, Tensor]]) -> Tensor:
        """Run a plan from where it parts from the one before; keep what later ones need.

        ``kept`` has activations by the number of steps before them, and is what the plan before
        left.
        """
        begin, x = kept[-1]
        for depth in range(begin, len(plan)):
            x = self._steps[plan[depth]](x)
            # A network with deleted units has their remains between the others.
            if depth in self._gaps:
                x = self._gaps[depth](x)
            if depth + 1 in branching:
                kept.append((depth + 1, x))
        kept[:] = [one for one in kept if one[0] in branching]
        return x


def kendall_tau(order: Sequence[int]) -> float:
    """Return Kendall's tau between an order of at least two different numbers and the sorted one.

    (pairs in the right order - pairs in the wrong one) / pairs.
    """
    right = sum(a < b for a, b in combinations(order, 2))
    pairs = len(order) * (len(order) - 1) // 2
    return (2 * right - pairs) / pairs


def _branchings(plans: Sequence[Plan]) -> list[list[int]]:
    """Return for each of the sorted plans after how many steps later ones part from it."""
    shared = [
        next((i for i, (p, q) in enumerate(zip(a, b, strict=True)) if p != q), len(a))
        for a, b in pairwise(plans)
    ]
    result: list[list[int]] = [[]]
    for common in reversed(shared):
        result.append([*(depth for depth in result[-1] if depth < common), common])
    return result[::-1]
