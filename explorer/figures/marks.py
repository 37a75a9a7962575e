"""The marks that a picture of a network is made of.

Coordinates are flow coordinates [px]: ``s`` along the main line, ``t`` across it, 0 on the line
and negative where shortcuts run. A picture that flows to the right draws (s, t) as (x, y), one
that flows downwards as (-t, s). All are multiples of one half, so that every writer prints the
same digits. ``op`` is a position in the list of ops of the part, or ``WHOLE`` for the part itself.

Named tuples become JSON arrays: the browser reads the same fields in the same order.
"""

from __future__ import annotations

from typing import Literal, NamedTuple

WHOLE = -1
_WIDE = "\u2e80"
PRODUCT = 2
Anchor = Literal["start", "middle", "end"]


class Box(NamedTuple):
    """An op, a block or several blocks, filled by the measure."""

    op: int
    s: float
    t: float
    along: float
    across: float
    label: str
    detail: str = ""
    groups: int = 1
    kind: str = "box"


class Copy(NamedTuple):
    """The outline of a further block behind a folded one."""

    s: float
    t: float
    along: float
    across: float
    kind: str = "copy"


class Frame(NamedTuple):
    """The ground of an unfolded part."""

    s: float
    t: float
    along: float
    across: float
    kind: str = "frame"


class Tick(NamedTuple):
    """An op without weights of its own to show: normalisation, activation, reshaping."""

    op: int
    s: float
    t: float
    across: float
    style: Literal["norm", "act"]
    kind: str = "tick"


class Bar(NamedTuple):
    """One end of a split or a concatenation."""

    op: int
    s: float
    t: float
    across: float
    kind: str = "bar"


class Plus(NamedTuple):
    """An addition; violet at the end of a shortcut, grey inside a branch.

    ``inside`` is 1 for an addition inside a branch and ``PRODUCT`` for a signal times its gate.
    """

    op: int
    s: float
    t: float
    radius: float
    inside: int = 0
    kind: str = "plus"


class Dot(NamedTuple):
    """Where a shortcut leaves."""

    s: float
    t: float
    kind: str = "dot"


class Wire(NamedTuple):
    """A line with round corners through points s0, t0, s1, t1, ...; maybe with an arrowhead."""

    points: tuple[float, ...]
    style: Literal["wire", "arc"] = "wire"
    arrow: int = 0
    kind: str = "wire"


class Tag(NamedTuple):
    """An op that stands on a shortcut, centred."""

    op: int
    s: float
    t: float
    width: float
    label: str
    kind: str = "tag"


class Text(NamedTuple):
    """Words; ``{key}`` in them stands for the label of that key."""

    s: float
    t: float
    words: str
    anchor: Anchor = "middle"
    style: str = "t2"
    kind: str = "text"


class Link(NamedTuple):
    """A word that folds or unfolds its part; a quiet one shows near the pointer only."""

    s: float
    t: float
    action: Literal["fold", "unfold"]
    anchor: Anchor = "middle"
    style: Literal["link", "link quiet"] = "link"
    kind: str = "link"


Mark = Box | Copy | Frame | Tick | Bar | Plus | Dot | Wire | Tag | Text | Link


class Cell(NamedTuple):
    """One part of the line, drawn; cells stand side by side.

    Attributes:
        length: Extent along the line.
        up: Extent on the side of the shortcuts.
        down: Extent on the other side.
        marks: From back to front.
    """

    length: float
    up: float
    down: float
    marks: list[Mark]


def half(value: float) -> float:
    """Return the nearest multiple of one half."""
    return int(value * 2 + 0.5) / 2


def text_width(words: str, size: float = 11.5) -> float:
    """Return an upper estimate of the width of words [px]; a Chinese character counts twice."""
    return half(sum(2 if char >= _WIDE else 1 for char in words) * size * 0.5)
