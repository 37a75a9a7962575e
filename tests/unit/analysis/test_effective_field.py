"""The numbers of a measured field, on fields whose numbers are known."""

from math import pi, sqrt

import numpy as np
import pytest

from explorer.analysis.effective_field import EffectiveField


def field_of(values, first=0, last=None):
    values = np.asarray(values, dtype=np.float64)
    return EffectiveField(values, first, len(values) - 1 if last is None else last, 1, 1)


def gaussian(sigma, side=201):
    line = np.exp(-0.5 * ((np.arange(side) - side // 2) / sigma) ** 2)
    table = np.outer(line, line)
    return field_of(table / table.sum())


@pytest.mark.parametrize("sigma", [5.0, 10.0, 15.0])
def test_a_gaussian(sigma):
    field = gaussian(sigma)
    assert field.sigma == pytest.approx(sigma, rel=1e-6)
    # Above 4.55 % of its peak lies a disc of radius sigma * sqrt(-2 ln 0.0455).
    radius = sigma * sqrt(-2 * np.log(1 - 0.9545))
    assert field.size == pytest.approx(sqrt(pi) * radius, rel=0.01)
    # A square of 4 sigma holds 95.45 % along each axis.
    assert field.share_within(4 * sigma) == pytest.approx(0.9545**2, abs=2e-3)


def test_squares_around_the_middle():
    field = field_of(np.full((4, 4), 1 / 16))
    assert field.centre == 1.5
    assert field.share_within(0) == 0
    assert field.share_within(2) == pytest.approx(4 / 16)
    assert field.share_within(3) == pytest.approx(9 / 16)
    np.testing.assert_allclose(field.shares(), np.arange(5) ** 2 / 16)
    assert field.side_holding(0.5) == 3
    assert field.side_holding(1.0) == 4
    assert field.size == 4
    assert field.sigma == pytest.approx(sqrt(5 / 4))


def test_a_field_that_is_not_in_the_middle_of_the_input():
    values = np.zeros((6, 6))
    values[4, 4] = 1
    field = field_of(values, 3, 5)
    assert (field.theoretical, field.centre) == (3, 4)
    assert field.share_within(1) == 1
    assert len(field.shares()) == 10
    assert (field.size, field.sigma) == (1, 0)


def test_no_gradient_at_all():
    field = field_of(np.zeros((5, 5)))
    assert (field.size, field.sigma, field.share_within(5)) == (0, 0, 0)
    assert field.side_holding(0.5) == 0
