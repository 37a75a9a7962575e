"""Two sequences side by side: a global alignment that leaves as little unlike as possible.

Needleman, Wunsch 1970, with a cost for each pair and one cost for every element that stays alone.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, TypeVar

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

Pairs = list[tuple[int | None, int | None]]
"""Positions in both sequences, in order; None where an element has no partner."""

Element = TypeVar("Element")


def align(
    before: Sequence[Element],
    after: Sequence[Element],
    unlikeness: Callable[[Element, Element], int],
    alone: int,
) -> Pairs:
    """Return the pairs of an alignment of least cost.

    Of several such alignments it is the one that pairs earliest, so that of equal elements the
    last ones stay alone.

    Args:
        before: One sequence; its elements are hashable.
        after: The other.
        unlikeness: What a pair costs, at least 0; equal elements cost nothing and are not asked.
        alone: What an element without partner costs, more than 0.
    """
    first, last = _common(before, after)
    head: Pairs = [(i, i) for i in range(first)]
    n, m = len(before) - last, len(after) - last
    middle = _middle(before[first:n], after[first:m], unlikeness, alone)
    shifted: Pairs = [(_moved(i, first), _moved(j, first)) for i, j in middle]
    tail: Pairs = [(n + k, m + k) for k in range(last)]
    return head + shifted + tail


def _moved(position: int | None, by: int) -> int | None:
    return None if position is None else position + by


def _common(before: Sequence[Element], after: Sequence[Element]) -> tuple[int, int]:
    """Return how many elements are equal at both ends; pairing those is never worse."""
    shorter = min(len(before), len(after))
    first = next((i for i in range(shorter) if before[i] != after[i]), shorter)
    left = shorter - first
    last = next((k for k in range(left) if before[-1 - k] != after[-1 - k]), left)
    return first, last


def _middle(
    before: Sequence[Element],
    after: Sequence[Element],
    unlikeness: Callable[[Element, Element], int],
    alone: int,
) -> Pairs:
    n, m = len(before), len(after)
    costs = _costs(before, after, unlikeness)
    # rest[i][j]: what aligning everything from i and j on costs at least.
    rest = [[0] * (m + 1) for _ in range(n + 1)]
    rest[n] = [alone * (m - j) for j in range(m + 1)]
    for i in range(n - 1, -1, -1):
        row, below, cost = rest[i], rest[i + 1], costs[i]
        row[m] = alone * (n - i)
        for j in range(m - 1, -1, -1):
            least = alone + (min(row[j + 1], below[j]))
            paired = cost[j] + below[j + 1]
            row[j] = min(paired, least)
    found: Pairs = []
    i = j = 0
    while i < n and j < m:
        if rest[i][j] == costs[i][j] + rest[i + 1][j + 1]:
            found.append((i, j))
            i, j = i + 1, j + 1
        elif rest[i][j] == alone + rest[i + 1][j]:
            found.append((i, None))
            i += 1
        else:
            found.append((None, j))
            j += 1
    found += [(k, None) for k in range(i, n)]
    return found + [(None, k) for k in range(j, m)]


def _costs(
    before: Sequence[Element],
    after: Sequence[Element],
    unlikeness: Callable[[Element, Element], int],
) -> list[list[int]]:
    """Return what every pair costs; each two different elements are compared once."""
    rows: dict[Element, list[int]] = {}
    for one in before:
        if one not in rows:
            known = {
                other: 0 if one == other else unlikeness(one, other)
                for other in dict.fromkeys(after)
            }
            rows[one] = [known[other] for other in after]
    return [rows[one] for one in before]
