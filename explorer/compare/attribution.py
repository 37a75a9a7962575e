"""How much of the difference of two networks each edit accounts for.

The edits are players, the network with some of them made is worth its cost, and an edit gets its
Shapley value: its effect averaged over all orders in which the edits can be made (Shapley 1953).
The values are exact fractions and add up to the whole difference. Where some edits give no
network without others, they are joined first: a value needs every subset.
"""

from __future__ import annotations

from dataclasses import dataclass
from fractions import Fraction
from itertools import combinations
from math import factorial
from typing import TYPE_CHECKING, Literal, get_args

from explorer.analysis.cost import cost_of_graph
from explorer.compare.edits import Composer, Edit, Grouping, joined
from explorer.errors import SpecError
from explorer.graph import lower
from explorer.spec.limits import Limits

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping, Sequence

    from explorer.compare.edits import Atom
    from explorer.spec import NetworkSpec

Quantity = Literal["params", "macs", "activation_bytes", "receptive_field"]
QUANTITIES: tuple[Quantity, ...] = get_args(Quantity)
MAX_EDITS = 8
"""With more there would be too many subsets; those of small effect are taken together."""

Worth = dict[Quantity, int]


@dataclass(frozen=True, slots=True)
class Share:
    """What one edit does to one quantity.

    Attributes:
        value: Its Shapley value.
        alone: What it does to the first network by itself.
        last: What it does when all others are made already.
    """

    value: Fraction
    alone: int
    last: int


@dataclass(frozen=True, slots=True)
class Attribution:
    """The difference of two networks, shared out.

    Attributes:
        edits: At most eight, in the order of the network.
        shares: For each quantity one share for each edit; the values add up to the total.
        totals: Of the second network minus the first.
        num_networks: Different networks that were counted.
    """

    edits: tuple[Edit, ...]
    shares: Mapping[Quantity, tuple[Share, ...]]
    totals: Mapping[Quantity, int]
    num_networks: int


def attribute(
    before: NetworkSpec,
    after: NetworkSpec,
    grouping: Grouping = "field",
    max_edits: int = MAX_EDITS,
) -> Attribution:
    """Return how much each edit accounts for.

    Args:
        before: The first network, which works.
        after: The second, which works.
        grouping: What an edit is; see ``Composer.edits``.
        max_edits: More are taken together, those of least effect first.

    Raises:
        SpecError: One of the two networks does not work.
    """
    composer = Composer(before, after)
    worths = _Worths(composer)
    for spec in (before, after):
        worths.of_network(spec)
    edits = _few(list(composer.edits(grouping)), worths, max_edits)
    edits = _together(edits, worths)
    return _shared_out(edits, worths)


class _Worths:
    """The costs of the networks between two others, each counted once."""

    def __init__(self, composer: Composer) -> None:
        self._composer = composer
        self._limits = Limits.from_environment()
        self._known: dict[frozenset[Atom], Worth | None] = {}
        self._counted: dict[NetworkSpec, Worth] = {}

    @property
    def num_networks(self) -> int:
        return len(self._counted)

    def of(self, edits: Sequence[Edit]) -> Worth | None:
        """Return the costs with some edits made; None where that is no network."""
        atoms = frozenset(atom for edit in edits for atom in edit.atoms)
        if atoms not in self._known:
            try:
                self._known[atoms] = self.of_network(self._composer.compose(atoms))
            except SpecError:
                self._known[atoms] = None
        return self._known[atoms]

    def of_network(self, spec: NetworkSpec) -> Worth:
        if spec not in self._counted:
            # On the way a network may be larger than what may be built; it must only be countable.
            cost = cost_of_graph(lower(spec, limits=self._limits))
            self._counted[spec] = {name: getattr(cost, name) for name in QUANTITIES}
        return self._counted[spec]


def _few(edits: list[Edit], worths: _Worths, most: int) -> list[Edit]:
    """Take edits of small effect together until there are few enough."""
    if len(edits) <= most:
        return edits
    effects = [_effect(edits, i, worths) for i in range(len(edits))]
    totals = [sum(one[q] for one in effects) or 1 for q in range(len(QUANTITIES))]
    weights = [max(e / t for e, t in zip(one, totals, strict=True)) for one in effects]
    order = sorted(range(len(edits)), key=lambda i: -weights[i])
    kept, rest = sorted(order[: most - 1]), sorted(order[most - 1 :])
    return [*(edits[i] for i in kept), joined([edits[i] for i in rest], is_rest=True)]


def _effect(edits: list[Edit], index: int, worths: _Worths) -> list[float]:
    """Return how strongly an edit changes each quantity, alone and as the last one."""
    others = [edit for i, edit in enumerate(edits) if i != index]
    steps = ([], [edits[index]]), (others, edits)
    found = [0.0] * len(QUANTITIES)
    for start, end in steps:
        low, high = worths.of(start), worths.of(end)
        if low is not None and high is not None:
            for q, name in enumerate(QUANTITIES):
                found[q] += abs(high[name] - low[name])
    return found


def _together(edits: list[Edit], worths: _Worths) -> list[Edit]:
    """Join edits until every subset of them is a network, always the pair that helps most."""
    while (missing := _num_missing(edits, worths)) and len(edits) > 1:
        tries = [
            (_num_missing(found, worths), i, j, found)
            for i, j in combinations(range(len(edits)), 2)
            for found in [_with_joined(edits, i, j)]
        ]
        least, _i, _j, edits = min(tries, key=lambda one: one[:3])
        assert least <= missing
    return edits


def _with_joined(edits: list[Edit], i: int, j: int) -> list[Edit]:
    pair = joined([edits[i], edits[j]])
    return [*edits[:i], pair, *edits[i + 1 : j], *edits[j + 1 :]]


def _num_missing(edits: list[Edit], worths: _Worths) -> int:
    subsets = range(1 << len(edits))
    return sum(worths.of(_subset(edits, mask)) is None for mask in subsets)


def _subset(edits: Sequence[Edit], mask: int) -> list[Edit]:
    return [edit for i, edit in enumerate(edits) if mask >> i & 1]


def _shared_out(edits: list[Edit], worths: _Worths) -> Attribution:
    found: list[Worth] = []
    for mask in range(1 << len(edits)):
        worth = worths.of(_subset(edits, mask))
        assert worth is not None
        found.append(worth)
    shares: dict[Quantity, tuple[Share, ...]] = {}
    for name in QUANTITIES:
        table = [worth[name] for worth in found]
        values = shapley(len(edits), table.__getitem__)
        full = len(table) - 1
        shares[name] = tuple(
            Share(value, table[1 << i] - table[0], table[full] - table[full & ~(1 << i)])
            for i, value in enumerate(values)
        )
    totals: dict[Quantity, int] = {name: found[-1][name] - found[0][name] for name in QUANTITIES}
    return Attribution(tuple(edits), shares, totals, worths.num_networks)


def shapley(num: int, worth: Callable[[int], int]) -> list[Fraction]:
    """Return the Shapley values of a game.

    An edit's value is the sum of ``|S|! (n - |S| - 1)! / n!`` times its effect on S over all
    subsets S without it.

    Args:
        num: Players.
        worth: What a subset, given as the bits of a number, is worth.
    """
    weights = [factorial(size) * factorial(num - size - 1) for size in range(num)]
    worths = [worth(mask) for mask in range(1 << num)]
    return [
        Fraction(
            sum(
                weights[mask.bit_count()] * (worths[mask | 1 << i] - worths[mask])
                for mask in range(1 << num)
                if not mask >> i & 1
            ),
            factorial(num),
        )
        for i in range(num)
    ]
