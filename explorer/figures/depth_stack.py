"""The stack of units and the ensemble that grows with it (Wu et al. 2016), as HTML.

Boxes of HTML and not SVG: they stretch with the page and keep their hints.
"""

from __future__ import annotations

from html import escape
from typing import TYPE_CHECKING, NamedTuple

if TYPE_CHECKING:
    from collections.abc import Sequence

    from explorer.analysis.effective_depth import SubNetwork

MAX_CELL = 56
_MAX_ROW, _ROWS = 18.0, 320.0
_LABELLED = 20
"""Up to so many units carry a label."""
_NUMBERED = 13.0
"""Room that the number of a row needs [px]."""


class DepthWords(NamedTuple):
    """What the picture says.

    Attributes:
        picture: What is shown, for those who do not see it.
        whole: Of a sub-network that is trained end to end, with ``{j}``.
        part: Of one that is not, with ``{j}``, ``{first}`` and ``{before}``.
    """

    picture: str
    whole: str
    part: str


def depth_stack(members: Sequence[SubNetwork], labels: Sequence[str], words: DepthWords) -> str:
    """Return the stack, and under it one row for each sub-network M_1, M_2, ... of the ensemble.

    In a row the dark part is trained in series and the pale part before it is fixed
    preprocessing. A unit of the stack is empty where its own sub-network is not trained end to end.

    Args:
        members: From ``explorer.analysis.effective_depth.ensemble``.
        labels: Of the units, such as ``1.0``.
        words: What is said.
    """
    num = len(members)
    row = min(_MAX_ROW, _ROWS / max(num, 1))
    step = max(1, -(-_NUMBERED // row))
    units = "".join(
        f'<div class="{"rx-trained" if member.end_to_end else "rx-beyond"}" '
        f'title="{escape(labels[member.unit - 1])}">'
        f"<span>{escape(labels[member.unit - 1]) if num <= _LABELLED else '&nbsp;'}</span></div>"
        for member in members
    )
    rows = "".join(_row(member, num, row, step, words) for member in members)
    return (
        f'<div class="rx-depth" role="img" aria-label="{escape(words.picture)}" '
        f'style="max-width:{MAX_CELL * num + 40}px">'
        f'<div class="rx-stack">{units}</div>{rows}</div>'
    )


def _row(member: SubNetwork, num: int, height: float, step: float, words: DepthWords) -> str:
    said = (words.whole if member.end_to_end else words.part).format(
        j=member.unit, first=member.first, before=member.first - 1
    )
    name = f"M<sub>{member.unit}</sub>" if (member.unit - 1) % step == 0 else ""
    before, within = 100 * (member.first - 1) / num, 100 * member.depth / num
    return (
        f'<div class="rx-row" title="{escape(said)}" style="height:{height:.1f}px">'
        f'<span>{name}</span><i class="rx-fixed" style="width:{before:.3f}%"></i>'
        f'<i class="rx-trained" style="width:{within:.3f}%"></i></div>'
    )
