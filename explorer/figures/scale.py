"""From values to colours: the domain of a measure and the ticks of its legend."""

from __future__ import annotations

from math import ceil, floor, log10
from typing import TYPE_CHECKING, NamedTuple

from explorer.units import quantity

if TYPE_CHECKING:
    from collections.abc import Sequence


DECADES = 3
"""A log scale reaches this far below its highest power of ten; smaller values get its end."""


class Scale(NamedTuple):
    """How values become shares of a colour sequence.

    Attributes:
        domain: Value of the first and of the last colour.
        ticks: (share 0..1, label) of the marks under the colour bar.
    """

    domain: tuple[float, float]
    ticks: list[tuple[float, str]]


def value_scale(values: Sequence[float], kind: str, unit: str) -> Scale:
    """Return a scale whose ends are round, so that a small edit does not change all colours.

    Args:
        values: What is drawn; only positive values count on a log scale.
        kind: ``log`` or ``linear``.
        unit: Of the values.
    """
    return _log(values, unit) if kind == "log" else _linear(values, unit)


def _log(values: Sequence[float], unit: str) -> Scale:
    positive = [value for value in values if value > 0]
    if not positive:
        return Scale((1, 10), [])
    top = floor(log10(max(positive)))
    low = max(floor(log10(min(positive))), top - DECADES)
    high = max(_round_up(max(positive)), 10 ** (low + 1))
    span = log10(high) - low
    powers = range(low, floor(log10(high)) + 1)
    step = ceil(len(powers) / 5)
    ticks = [((p - low) / span, _short(10.0**p, unit)) for p in powers if (p - low) % step == 0]
    return Scale((10**low, high), ticks)


def _linear(values: Sequence[float], unit: str) -> Scale:
    high = _round_up(max(values, default=0) or 1)
    return Scale((0, high), [(i / 4, _short(high * i / 4, unit)) for i in range(0, 5, 2)])


def _round_up(value: float) -> float:
    """Return the next of 1, 2, 5 times a power of ten."""
    power = 10.0 ** floor(log10(value))
    factor = next(f for f in (1, 2, 5, 10) if value <= f * power * (1 + 1e-9))
    found = factor * power
    return int(found) if found >= 1 else found


def _short(value: float, unit: str) -> str:
    """Return ``1 M``, ``10 kB``: a round value without needless digits."""
    if unit == "px":
        return f"{value:,.0f} px"
    number, _space, rest = quantity(value, unit if unit == "B" else "").partition(" ")
    plain = number.rstrip("0").rstrip(".") if "." in number else number
    return f"{plain} {rest}".strip()


def share(value: float, domain: tuple[float, float], kind: str) -> float:
    """Return where a value lies in a domain; outside 0..1 if it lies outside."""
    low, high = domain
    if kind == "log":
        return 0.0 if value <= 0 else (log10(value) - log10(low)) / (log10(high) - log10(low))
    return (value - low) / (high - low)
