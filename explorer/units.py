"""How counts, multiply-adds, bytes and seconds are written for people.

Convention of the whole project: one MAC is one multiply-add of a convolution or linear layer;
one MAC is two FLOPs, so FLOPs = 2 x MACs. Papers of this field often print MACs and call
them FLOPs; where we quote them we say so.
"""

from __future__ import annotations

from explorer.words import Phrase

_SCALES = ((1e12, "T"), (1e9, "G"), (1e6, "M"), (1e3, "k"))
_SUPERSCRIPT = str.maketrans("0123456789-", "⁰¹²³⁴⁵⁶⁷⁸⁹⁻")
THIN_MINUS = "−"


def scaled(value: float, digits: int = 4) -> tuple[str, str]:
    """Return a number with ``digits`` significant digits and its SI letter.

    Example: ``scaled(4_255_166_464)`` is ``("4.255", "G")``.
    """
    # Rounded first: 999,960 is "1.000 M", not "1000.0 k".
    rounded = float(f"{value:.{digits - 1}e}")
    for factor, letter in _SCALES:
        if abs(rounded) >= factor:
            shown = rounded / factor
            whole = len(str(int(abs(shown))))
            return f"{shown:.{max(0, digits - whole)}f}", letter
    return (f"{value:,.0f}" if float(value).is_integer() else f"{value:.{digits}g}"), ""


def count(value: int) -> str:
    """Return an exact integer with thousands separators: ``25,699,120``."""
    return f"{value:,}"


def quantity(value: float, unit: str = "") -> str:
    """Return a short figure with its unit: ``4.255 G MAC``."""
    number, letter = scaled(value)
    suffix = f"{letter}B" if unit == "B" else f"{letter} {unit}".strip()
    return f"{number} {suffix}".strip()


def change(value: float) -> str:
    """Return a signed short figure with a true minus sign: ``+1.02 M``, ``−12``."""
    number, letter = scaled(abs(value))
    sign = THIN_MINUS if value < 0 else "+"
    return f"{sign}{number}{' ' + letter if letter else ''}"


def change_like(value: float, printed: str) -> str:
    """Return a signed figure at the scale of a printed one: ``+0.06 G`` for ``4.2 G``."""
    letter = printed.strip()[-1:]
    factor = next((f for f, name in _SCALES if name == letter), None)
    if factor is None:
        return change(value)
    decimals = len(printed.partition(".")[2].rstrip(f" {letter}")) + 1
    sign = THIN_MINUS if value < 0 else "+"
    return f"{sign}{abs(value) / factor:.{decimals}f} {letter}"


def percent(share: float, digits: int = 1) -> str:
    """Return a share in 0..1 as a percentage: ``91.2 %``."""
    return f"{100 * share:.{digits}f} %"


def seconds(value: float) -> str:
    """Return a duration in the reader's language: ``0.4 s``, ``1 min 10 s``, ``2 h 5 min``."""
    return str(duration(value))


def duration(value: float) -> Phrase:
    """Return a duration given in seconds, for readers who are not known yet."""
    if value < 10:
        return Phrase("{s} s", s=f"{value:.1f}")
    whole = round(value)
    if whole < 60:
        return Phrase("{s} s", s=whole)
    if whole < 3600:
        if whole % 60:
            return Phrase("{min} min {s} s", min=whole // 60, s=whole % 60)
        return Phrase("{min} min", min=whole // 60)
    return Phrase("{h} h {min} min", h=whole // 3600, min=whole % 3600 // 60)


def milliseconds(value: float) -> str:
    """Return a short time, given in seconds: ``0.482 ms``, ``37.9 ms``, ``1.25 s``."""
    factor, unit = (1, "s") if value >= 1 else (1000, "ms")
    shown = value * factor
    whole = len(str(int(shown))) if shown >= 1 else 0
    return f"{shown:.{max(0, 3 - whole)}f} {unit}"


def large(value: int) -> str:
    """Return an integer exactly up to a million, beyond as ``1.3 × 10⁸``."""
    if abs(value) < 1_000_000:
        return count(value)
    digits = str(abs(value))
    exponent = len(digits) - 1
    mantissa = round(int(digits[:4]) / 1000, 1)
    if mantissa >= 10:
        mantissa, exponent = 1.0, exponent + 1
    sign = THIN_MINUS if value < 0 else ""
    return f"{sign}{mantissa} × 10{str(exponent).translate(_SUPERSCRIPT)}"


def shape(dims: tuple[int, ...]) -> str:
    """Return a tensor shape: ``512 × 28²``, ``64 × 7 × 5``, ``1000``."""
    match dims:
        case (channels, height, width) if height == width:
            return f"{channels} × {height}²" if height > 1 else f"{channels} × 1"
        case _:
            return " × ".join(str(d) for d in dims)
