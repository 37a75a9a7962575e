"""The budget lock: what is held, what gives way, and what each choice would cost."""

from __future__ import annotations

from html import escape
from typing import TYPE_CHECKING, cast

import streamlit as st

from explorer.analysis.lock import Lock, Quantity, free_variables
from explorer.ui import cached, panels
from explorer.ui.i18n import _
from explorer.units import count, percent, quantity

if TYPE_CHECKING:
    from explorer.ui.state import Hand

QUANTITIES = ("params", "macs")
TOLERANCES = (0.01, 0.03, 0.05)
SCALES = (2, 4, 6, 8)


def budget_lock(now: Hand) -> None:
    """Show the lock; while it is on, edits of the form are solved for the free variable."""
    with st.container(border=True, gap="small", key="budget"):
        is_on = st.toggle(
            _("Hold the budget"),
            value=now.lock is not None,
            key=now.key("lock"),
            help=_("Papers compare networks at equal parameters or equal MACs."),
        )
        if not is_on:
            now.hold(None)
            return
        now.hold(_lock(now))
        _outcome(now)
        _scales(now)


def _lock(now: Hand) -> Lock:
    free = free_variables(now.working)
    kept = now.lock if now.lock and now.lock.free in free else None
    held = _segments(now, "lock-quantity", _("Keep"), QUANTITIES, kept and kept.quantity)
    tolerance = _segments(now, "lock-tolerance", _("within"), TOLERANCES, kept and kept.tolerance)
    gives = st.selectbox(
        _("What gives way"),
        free,
        free.index(kept.free) if kept else 0,
        key=now.key("lock-free"),
        format_func=lambda name: _free_words().get(str(name), str(name)),
    )
    name = cast("Quantity", held)
    if kept and kept.quantity == name:
        target = kept.target
    else:
        target = getattr(cached.network(now.working)[1], name)
    return Lock(name, target, float(tolerance), gives if gives in free else free[0])


def _segments(now: Hand, name: str, label: str, options: tuple[object, ...], kept: object) -> str:
    words = {"params": _("parameters"), "macs": _("MACs")}
    chosen = st.segmented_control(
        label,
        options,
        default=kept if kept in options else options[0],
        required=True,
        key=now.key(name),
        width="stretch",
        format_func=lambda o: words.get(str(o)) or percent(float(str(o)), 0),
    )
    return cast("str", chosen if chosen in options else options[0])


def _free_words() -> dict[str, str]:
    return {
        "base_width": _("Base width"),
        "all_widths": _("All widths, stem included"),
        "width_multiplier": _("Width factor k"),
    }


def _outcome(now: Hand) -> None:
    lock = now.lock
    assert lock is not None
    target = count(lock.target) if lock.quantity == "params" else quantity(lock.target, "MAC")
    if now.held is None:
        panels.note(_("Held at {target}. Change something else.").format(target=target))
    elif now.held.fits:
        panels.note(
            _("Held at {target}: {deviation}.").format(
                target=target, deviation=percent(now.held.deviation, 2)
            )
        )
    else:
        st.warning(
            _("{target} is out of reach here; the nearest is {deviation} off.").format(
                target=target, deviation=percent(now.held.deviation, 1)
            )
        )


def _scales(now: Hand) -> None:
    """Show the base width that each scale would get, as the Res2Net paper compares them."""
    block = now.working.stages[0].block
    if now.lock is None or now.lock.free != "base_width" or not hasattr(block, "scale"):
        return
    found = {scale: cached.at_scale(now.working, now.lock, scale) for scale in SCALES}
    rows = "".join(
        f"<tr><td>{scale}</td><td>{escape(f'{solution.value:g}w')}</td>"
        f"<td>{percent(solution.deviation)}</td></tr>"
        for scale, solution in found.items()
        if solution
    )
    titles = (_("Scale"), _("Base width"), _("off"))
    head = "".join(f'<th scope="col">{escape(title)}</th>' for title in titles)
    st.html(f'<table class="rx-table"><thead><tr>{head}</tr></thead><tbody>{rows}</tbody></table>')
