"""Polynomials with exact integer coefficients of any size, as lists from the constant term up."""

from __future__ import annotations

from functools import reduce
from math import prod
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

Polynomial = list[int]

MAX_DEGREE = 40
"""Of the factors that one recurrence multiplies: the work for each coefficient."""


def add(a: Polynomial, b: Polynomial) -> Polynomial:
    """Return a + b."""
    if len(a) < len(b):
        a, b = b, a
    return [x + y for x, y in zip(a, b, strict=False)] + a[len(b) :]


def shift(a: Polynomial, by: int) -> Polynomial:
    """Return z^by * a."""
    return [0] * by + a


def multiply(a: Polynomial, b: Polynomial) -> Polynomial:
    """Return a * b for non-negative coefficients, by one multiplication of big integers.

    Kronecker substitution: evaluate both at a power of two so large that the coefficients of the
    product cannot overlap, multiply, and read the digits.
    """
    terms = min(len(a), len(b))
    width = (max(a) * max(b) * terms).bit_length() // 8 + 1
    product = _pack(a, width) * _pack(b, width)
    return _unpack(product, width, len(a) + len(b) - 1)


def _pack(a: Polynomial, width: int) -> int:
    return int.from_bytes(b"".join(c.to_bytes(width, "little") for c in a), "little")


def _unpack(value: int, width: int, terms: int) -> Polynomial:
    data = value.to_bytes(width * terms, "little")
    return [int.from_bytes(data[i : i + width], "little") for i in range(0, len(data), width)]


def power(a: Polynomial, exponent: int) -> Polynomial:
    """Return a ** exponent."""
    return product_of_powers({tuple(a): exponent})


def product_of_powers(factors: Mapping[tuple[int, ...], int]) -> Polynomial:
    """Return the product of polynomials, each to its exponent; exact in integers.

    The recurrence of J. C. P. Miller for a power, carried over to a product: f = prod p_i^n_i has
    Q f' = R f with Q = prod p_i and R = sum_i n_i p_i' prod_(j != i) p_j, so that
    c_k = (1 / (k q_0)) sum_i (r_(i-1) + q_i (i - k)) c_(k-i). Every coefficient costs as many
    steps as Q has; factors beyond MAX_DEGREE of Q are multiplied in groups.
    """
    lowest = 0
    groups: list[list[tuple[Polynomial, int]]] = []
    room = 0
    for factor, exponent in factors.items():
        first = next(i for i, c in enumerate(factor) if c)
        lowest += first * exponent
        room -= len(factor) - first - 1
        if room < 0 or not groups:
            groups.append([])
            room = MAX_DEGREE - (len(factor) - first - 1)
        groups[-1].append((list(factor[first:]), exponent))
    return shift(reduce(multiply, map(_by_recurrence, groups), [1]), lowest)


def _by_recurrence(factors: Sequence[tuple[Polynomial, int]]) -> Polynomial:
    """Return the product of powers of polynomials with constant terms, by one recurrence."""
    q, r = [1], [0]
    for a, exponent in factors:
        slope = [exponent * i * c for i, c in enumerate(a)][1:]
        # (Q p, R p + n p' Q): the rule of the product.
        r = add(_times(r, a), _times(slope, q))
        q = _times(q, a)
    degree = sum((len(a) - 1) * exponent for a, exponent in factors)
    terms = [(i, r[i - 1] + q[i] * i, q[i]) for i in range(1, len(q)) if r[i - 1] or q[i]]
    result = [prod(a[0] ** exponent for a, exponent in factors)]
    for k in range(1, degree + 1):
        total = sum([(start - k * c) * result[k - i] for i, start, c in terms if i <= k])
        result.append(total // (k * q[0]))
    return result


def _times(a: Polynomial, b: Polynomial) -> Polynomial:
    """Return a * b of two short polynomials."""
    result = [0] * (len(a) + len(b) - 1)
    for i, x in enumerate(a):
        for j, y in enumerate(b):
            result[i + j] += x * y
    return result
