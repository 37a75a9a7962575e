"""What to compare first: suggestions, each one click."""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

import streamlit as st

from explorer.errors import SpecError
from explorer.spec.presets import preset
from explorer.ui import cached, nav, panels
from explorer.ui.compare_choice import MOST, choice, id_of
from explorer.ui.i18n import _
from explorer.ui.urls import Param

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from explorer.spec import NetworkSpec
    from explorer.ui.compare_choice import Choice, Entry
    from explorer.ui.finished import Run
    from explorer.ui.state import Hand


def compare_from_build(hand: Hand) -> None:
    """Compare the network in hand with what it came from, on the page Compare."""
    ids = [id_of(hand.working)]
    if hand.base is not None and hand.base != hand.working and is_network(hand.base):
        ids.insert(0, id_of(hand.base))
    choice().replace(ids)
    nav.go("compare")


def compare_runs(ids: Sequence[str]) -> None:
    """Compare finished runs, at most four, on the page Compare, with their curves at first."""
    now = choice()
    now.replace(ids[:MOST])
    now.ticked = None
    nav.go("compare", **{Param.VIEW: "runs"})


def is_network(spec: NetworkSpec) -> bool:
    """Return whether a specification works; what a network came from need not."""
    try:
        cached.network(spec)
    except SpecError:
        return False
    return True


class Suggestion(NamedTuple):
    """Something worth comparing.

    Attributes:
        label: On the button.
        ids: Of the entries.
    """

    label: str
    ids: tuple[str, ...]


def next_step(now: Choice, entries: Sequence[Entry], hand: Hand, runs: Mapping[str, Run]) -> None:
    """Say what will be here once there are two entries, and offer something to compare."""
    if entries:
        _second(now, entries[0])
        return
    panels.heading(
        _("Nothing is chosen yet"),
        _(
            "Choose two to four networks or runs above: their figures, fields and pictures stand "
            "side by side here. Or begin with one of these."
        ),
    )
    _buttons(now, _suggestions(hand, runs), "first")


def _suggestions(hand: Hand, runs: Mapping[str, Run]) -> list[Suggestion]:
    found = [
        Suggestion(_("ResNet-50 and Res2Net-50"), ("resnet50", "res2net50_26w_4s")),
        Suggestion(_("Cardinality: ResNet-50 and ResNeXt-50"), ("resnet50", "resnext50_32x4d")),
        Suggestion(_("With and without shortcuts"), ("resnet34", "plain34")),
        Suggestion(
            _("ResNet-50, iResNet, SE, Res2Net"),
            ("resnet50", "iresnet50", "seresnet50", "res2net50_26w_4s"),
        ),
    ]
    if hand.base is not None and hand.base != hand.working and is_network(hand.base):
        ids = (id_of(hand.base), id_of(hand.working))
        found.insert(0, Suggestion(_("The network in hand and what it came from"), ids))
    twins = [id_ for id_, run in runs.items() if run.card][:2]
    if len(twins) == 2:
        found.append(Suggestion(_("Two bundled runs"), tuple(twins)))
    return found


def _second(now: Choice, own: Entry) -> None:
    """Say that one more is needed, and offer some that go with the first."""
    panels.heading(
        _("One more is needed"),
        _("Choose another network or run above, or one of these."),
    )
    found: list[Suggestion] = []
    for label, name in ((_("With ResNet-50"), "resnet50"), (_("With ResNet-20"), "resnet20")):
        if preset(name) != own.spec and preset(name).image_size == own.spec.image_size:
            found.append(Suggestion(label, (name, own.id)))
    try:
        equal = cached.equal_cost(own.spec)
    except SpecError:
        pass
    else:
        label = (
            _("With the ResNet of equal MACs")
            if equal.kind == "bottleneck"
            else _("With the Res2Net of equal MACs")
        )
        found.append(Suggestion(label, (own.id, id_of(equal.spec))))
    _buttons(now, found, "second")


def _buttons(now: Choice, suggestions: Sequence[Suggestion], key: str) -> None:
    with st.container(horizontal=True):
        for i, one in enumerate(suggestions):
            st.button(one.label, key=f"compare-{key}-{i}", on_click=now.replace, args=(one.ids,))
