"""What one step of a path's length is: the choice, its words, its place in the link."""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

import streamlit as st

from explorer.analysis.paths import UNITS
from explorer.ui import cached, urls
from explorer.ui.i18n import _
from explorer.ui.state import start_widget
from explorer.ui.urls import Param

if TYPE_CHECKING:
    from explorer.analysis.paths import Unit
    from explorer.spec import NetworkSpec
    from explorer.ui.state import Hand


class UnitWords(NamedTuple):
    """How a unit of length is called.

    Attributes:
        name: After "one unit is".
        many: After a number.
        axis: Of a chart.
        hint: What is counted, in one sentence.
    """

    name: str
    many: str
    axis: str
    hint: str


def words_of(unit: Unit) -> UnitWords:
    """Return the words for a unit."""
    match unit:
        case "block":
            return UnitWords(
                _("a block"),
                _("blocks"),
                _("path length (blocks gone through)"),
                _("Each residual block is gone through or past, whatever is inside it: 1 + z."),
            )
        case "transformation":
            return UnitWords(
                _("a transformation"),
                _("transformations"),
                _("path length (transformations gone through)"),
                _(
                    "Each way through a block's branch is a path of its own, one step long: "
                    "1 + C z for cardinality C."
                ),
            )
        case "conv":
            return UnitWords(
                _("a conv"),
                _("convs"),
                _("path length (convolutions gone through)"),
                _(
                    "Every convolution on the way, projections included; each group and each "
                    "scale is a way of its own."
                ),
            )
        case "layer":
            return UnitWords(
                _("a layer"),
                _("layers"),
                _("path length (weight layers gone through)"),
                _(
                    "Weight layers as the papers count depth: convolutions and the last linear "
                    "layer, without projections."
                ),
            )


def units_of(spec: NetworkSpec) -> tuple[Unit, ...]:
    """Return the units that differ for a network: where no branch has several ways, three."""
    by_block, by_way = (cached.path_lengths(spec, u) for u in ("block", "transformation"))
    if by_block.counts == by_way.counts:
        return tuple(unit for unit in UNITS if unit != "transformation")
    return UNITS


def choose_unit(now: Hand) -> Unit:
    """Show the choice of the unit and return it; the link keeps it."""
    units = units_of(now.working)
    key = f"path-unit-{len(units)}"
    named: list[Unit] = [unit for unit in units if unit == urls.get(Param.UNIT)]
    wanted: Unit = named[0] if named else "block"
    start = start_widget(key, wanted, units)
    chosen = st.segmented_control(
        _("One unit is"),
        units,
        default=start,
        required=True,
        key=key,
        format_func=lambda unit: words_of(unit).name if unit in UNITS else str(unit),
        label_visibility="collapsed",
    )
    # Nothing is chosen in the first moment on another page that shows the same choice.
    unit: Unit = chosen if chosen in units else wanted
    urls.put(Param.UNIT, "" if unit == "block" else unit)
    return unit
