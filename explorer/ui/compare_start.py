"""What to compare first: suggestions, each one click."""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

import streamlit as st

from explorer.errors import SpecError
from explorer.spec.presets import preset
from explorer.ui import cached, panels
from explorer.ui.compare_choice import id_of
from explorer.ui.i18n import _

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from explorer.ui.compare_choice import Choice, Entry
    from explorer.ui.finished import Run
    from explorer.ui.state import Hand


class Suggestion(NamedTuple):
    """Something worth comparing.

    Attributes:
        label: On the button.
        ids: Of the entries.
    """

    label: str
    ids: tuple[str, ...]


def first_steps(now: Choice, hand: Hand, runs: Mapping[str, Run]) -> None:
    """Say what will be here, and offer something to begin with."""
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
    if hand.base is not None and hand.base != hand.working:
        ids = (id_of(hand.base), id_of(hand.working))
        found.insert(0, Suggestion(_("The network in hand and what it came from"), ids))
    twins = [id_ for id_, run in runs.items() if run.card][:2]
    if len(twins) == 2:
        found.append(Suggestion(_("Two bundled runs"), tuple(twins)))
    return found


def second_steps(now: Choice, entries: Sequence[Entry]) -> None:
    """Say that one more is needed, and offer some that go with the first."""
    if not entries:
        return
    own = entries[0]
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
