"""Polynomials with exact integer coefficients of any size, as lists from the constant term up."""

from __future__ import annotations

Polynomial = list[int]


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
    """Return a ** exponent by the recurrence of J. C. P. Miller, exact in integers.

    With c = a^n: c_k = (1 / (k a_0)) sum_i (i (n + 1) - k) a_i c_(k-i).
    """
    leading = next(i for i, c in enumerate(a) if c)
    if leading:
        return shift(power(a[leading:], exponent), leading * exponent)
    degree = (len(a) - 1) * exponent
    terms = [(i, i * (exponent + 1), c) for i, c in enumerate(a) if i and c]
    result = [a[0] ** exponent]
    for k in range(1, degree + 1):
        total = sum([(factor - k) * c * result[k - i] for i, factor, c in terms if i <= k])
        result.append(total // (k * a[0]))
    return result
