"""The range of a number in a specification, as its field declares it."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Literal, NamedTuple, get_args, get_origin

from annotated_types import Ge, Gt, Le, MultipleOf

if TYPE_CHECKING:
    from pydantic.fields import FieldInfo

_LEAST = 0.25
"""Offered where every positive number is allowed."""


class Range(NamedTuple):
    """Which numbers are allowed.

    Attributes:
        low: The smallest.
        high: The largest.
        step: The distance between two; 0 where every number between is allowed.
    """

    low: float
    high: float
    step: float


def choices_of(info: FieldInfo) -> tuple[Any, ...]:
    """Return the options of a field that has some; nothing for a number."""
    if get_origin(info.annotation) is Literal:
        return get_args(info.annotation)
    return (False, True) if info.annotation is bool else ()


def range_of(info: FieldInfo) -> Range:
    """Return the range of a field that is a number."""
    low, high, step = 0.0, 1.0, 1.0 if info.annotation is int else 0.0
    for rule in info.metadata:
        bound: Any = None
        match rule:
            case Ge(ge=bound):
                low = float(bound)
            case Gt(gt=bound):
                low = float(bound) or _LEAST
            case Le(le=bound):
                high = float(bound)
            case MultipleOf(multiple_of=bound):
                step = float(bound)
            case _:
                pass
    return Range(low, high, step)


def nearest(info: FieldInfo, given: float) -> float | None:
    """Return the allowed number nearest to a refused one; None for a field without numbers."""
    options = [o for o in choices_of(info) if isinstance(o, int) and not isinstance(o, bool)]
    if choices_of(info):
        return min(options, key=lambda option: abs(option - given), default=None)
    if info.annotation is not int and info.annotation is not float:
        return None
    low, high, step = range_of(info)
    value = max(low, min(high, given))
    if step:
        value = round(round(value / step) * step, 10)
    return int(value) if info.annotation is int else value
