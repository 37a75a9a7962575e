import pytest

from explorer import units


@pytest.mark.parametrize(
    ("value", "expected"),
    [
        (0, "0"),
        (7, "7"),
        (999, "999"),
        (1000, "1.000 k"),
        (999_949, "999.9 k"),
        (999_960, "1.000 M"),
        (9_999_600_000, "10.00 G"),
        (4_255_166_464, "4.255 G"),
        (2_500_000_000_000_000, "2500 T"),
        (0.5, "0.5"),
        (-1_020_000, "-1.020 M"),
    ],
)
def test_scaled_has_four_significant_digits(value, expected):
    assert " ".join(units.scaled(value)).strip() == expected


@pytest.mark.parametrize(
    ("value", "unit", "expected"),
    [
        (4_089_184_256, "MAC", "4.089 G MAC"),
        (123, "MAC", "123 MAC"),
        (2048, "B", "2.048 kB"),
        (512, "B", "512 B"),
        (25_557_032, "", "25.56 M"),
    ],
)
def test_quantity(value, unit, expected):
    assert units.quantity(value, unit) == expected


@pytest.mark.parametrize(
    ("value", "expected"), [(1_020_000, "+1.020 M"), (-12, "−12"), (0, "+0"), (-4096, "−4.096 k")]
)
def test_change_has_a_true_minus(value, expected):
    assert units.change(value) == expected


@pytest.mark.parametrize(
    ("value", "expected"),
    [
        (0.4, "0.4 s"),
        (9.96, "10.0 s"),
        (59.4, "59 s"),
        (59.6, "1 min"),
        (70, "1 min 10 s"),
        (3599.7, "1 h 0 min"),
        (7500, "2 h 5 min"),
    ],
)
def test_seconds(value, expected):
    assert units.seconds(value) == expected


@pytest.mark.parametrize(
    ("value", "expected"),
    [
        (999_999, "999,999"),
        (1_000_000, "1.0 × 10⁶"),
        (134_217_728, "1.3 × 10⁸"),
        (9_990_000, "1.0 × 10⁷"),
        (2**600, "4.1 × 10¹⁸⁰"),
        (-(2**27), "−1.3 × 10⁸"),
    ],
)
def test_large(value, expected):
    assert units.large(value) == expected


@pytest.mark.parametrize(
    ("dims", "expected"),
    [
        ((512, 28, 28), "512 × 28²"),
        ((64, 7, 5), "64 × 7 × 5"),
        ((64, 1, 1), "64 × 1"),
        ((1000,), "1000"),
    ],
)
def test_shape(dims, expected):
    assert units.shape(dims) == expected


def test_count_and_percent():
    assert units.count(25_699_120) == "25,699,120"
    assert units.percent(0.9124) == "91.2 %"
    assert units.percent(0.5, 0) == "50 %"


@pytest.mark.parametrize(
    ("value", "expected"),
    [
        (0.000482, "0.482 ms"),
        (0.0379, "37.9 ms"),
        (0.1234, "123 ms"),
        (1.25, "1.25 s"),
        (12.34, "12.3 s"),
    ],
)
def test_short_times_have_three_digits(value, expected):
    assert units.milliseconds(value) == expected
