"""Fast polynomials against the schoolbook."""

from functools import reduce

from hypothesis import example, given
from hypothesis import strategies as st

from explorer.analysis.polynomial import (
    MAX_DEGREE,
    add,
    multiply,
    power,
    product_of_powers,
    shift,
)

coefficients = st.integers(0, 5) | st.integers(0, 2**200)
polynomials = st.lists(coefficients, min_size=1, max_size=8).filter(any)


def schoolbook(a, b):
    product = [0] * (len(a) + len(b) - 1)
    for i, x in enumerate(a):
        for j, y in enumerate(b):
            product[i + j] += x * y
    return product


# Products fit into one byte, their sum does not.
@example([11] * 3, [11] * 3)
@given(polynomials, polynomials)
def test_multiply(a, b):
    assert multiply(a, b) == schoolbook(a, b)


@given(polynomials, st.integers(0, 7))
def test_power(a, exponent):
    assert power(a, exponent) == reduce(schoolbook, [a] * exponent, [1])


@given(st.dictionaries(polynomials.map(tuple), st.integers(0, 4), min_size=1, max_size=8))
def test_product_of_powers(factors):
    slow = [1]
    for factor, exponent in factors.items():
        slow = reduce(schoolbook, [list(factor)] * exponent, slow)
    assert product_of_powers(factors) == slow


def test_a_factor_of_a_high_degree_is_multiplied_too():
    long = (1,) * (2 * MAX_DEGREE)
    assert product_of_powers({long: 2, (1, 1): 3, (0, 2): 1}) == reduce(
        schoolbook, [list(long), list(long), [1, 1], [1, 1], [1, 1], [0, 2]]
    )


@given(polynomials, polynomials, st.integers(0, 5))
def test_add_and_shift(a, b, by):
    length = max(len(a), len(b))
    total = [x + y for x, y in zip(pad(a, length), pad(b, length), strict=True)]
    assert add(a, b) == total
    assert shift(a, by) == schoolbook(a, [0] * by + [1])


def pad(a, length):
    return a + [0] * (length - len(a))
