"""The alignment of two sequences, against every other way to align them."""

from __future__ import annotations

from functools import cache

import pytest
from hypothesis import given
from hypothesis import strategies as st

from explorer.spec.alignment import align

ALONE = 4
words = st.text("abcd", max_size=6)


def unlike(one: str, other: str) -> int:
    """A pair of a and b costs little, of others more, of d more than two alone."""
    return 9 if "d" in one + other else 1 + 2 * (one + other not in {"ab", "ba"})


def price(pairs, one, other):
    return sum(
        ALONE if i is None or j is None else 0 if one[i] == other[j] else unlike(one[i], other[j])
        for i, j in pairs
    )


def least(one: str, other: str) -> int:
    """Return the price of the best of all alignments, tried one after the other."""

    @cache
    def best(i: int, j: int) -> int:
        if i == len(one) or j == len(other):
            return ALONE * (len(one) - i + len(other) - j)
        pair = 0 if one[i] == other[j] else unlike(one[i], other[j])
        return min(pair + best(i + 1, j + 1), ALONE + best(i + 1, j), ALONE + best(i, j + 1))

    return best(0, 0)


@given(words, words)
def test_no_other_alignment_is_better(one: str, other: str) -> None:
    pairs = align(one, other, unlike, ALONE)
    assert price(pairs, one, other) == least(one, other)
    assert [i for i, _ in pairs if i is not None] == list(range(len(one)))
    assert [j for _, j in pairs if j is not None] == list(range(len(other)))
    assert (None, None) not in pairs


@pytest.mark.parametrize(
    ("one", "other", "pairs"),
    [
        ("", "", []),
        ("", "a", [(None, 0)]),
        ("aaa", "aaaaa", [(0, 0), (1, 1), (2, 2), (None, 3), (None, 4)]),
        ("aac", "aaaac", [(0, 0), (1, 1), (None, 2), (None, 3), (2, 4)]),
        ("abc", "ac", [(0, 0), (1, None), (2, 1)]),
        ("acb", "abb", [(0, 0), (1, 1), (2, 2)]),
        ("ad", "ab", [(0, 0), (1, None), (None, 1)]),
    ],
)
def test_of_equal_elements_the_last_stay_alone(one, other, pairs) -> None:
    assert align(one, other, unlike, ALONE) == pairs


def test_equal_elements_are_not_asked_about() -> None:
    asked: list[tuple[str, str]] = []

    def note(one: str, other: str) -> int:
        asked.append((one, other))
        return 1

    align("xaab" * 20, "yaba" * 20, note, ALONE)
    assert len(asked) == len(set(asked))
    assert all(one != other for one, other in asked)


def test_the_deepest_stages_are_aligned() -> None:
    one = ["ab"[i * i % 7 % 2] for i in range(1000)]
    other = ["bc"[i * i % 11 % 2] for i in range(900)]
    pairs = align(one, other, unlike, ALONE)
    assert sum(i is not None for i, _ in pairs) == 1000
    assert sum(j is not None for _, j in pairs) == 900
