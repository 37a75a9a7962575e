"""What is compared: up to four networks or runs, which of them is the baseline, what is picked."""

from __future__ import annotations

from collections import deque
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, NamedTuple

import streamlit as st

from explorer.errors import ExplorerError, UrlError
from explorer.spec.codec import decode, encode
from explorer.spec.presets import name_of, preset, presets
from explorer.spec.reading import nearest_preset
from explorer.ui import cached, state, urls
from explorer.ui.i18n import _
from explorer.ui.urls import Param

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from explorer.address import Address
    from explorer.spec import NetworkSpec
    from explorer.ui.finished import Run
    from explorer.ui.state import Hand

MOST = 4
LETTERS = "abcd"
_KEY = "compare"
_LINKED = (Param.WITH, Param.BASE, Param.PICKED, Param.RUNS)
_NONE = "none"
"""In the link where no run is ticked."""


class Entry(NamedTuple):
    """One network or run on the page.

    Attributes:
        id: In the link: the name of a preset, the token of another network, or a run.
        title: In words.
        spec: The network.
        run: The run, or None for a network alone.
    """

    id: str
    title: str
    spec: NetworkSpec
    run: Run | None = None


@dataclass(slots=True)
class Choice:
    """What the visitor compares; lives as long as the session.

    Attributes:
        ids: Of the entries, in order.
        baseline: The position of the one that the others are compared with.
        picked: Letter of a network and an address in it, such as ``b:layer2.0``; may be empty.
        ticked: Runs whose curves are drawn; None: those that go with the entries.
        epoch: Grows whenever it is replaced from outside its widgets.
        link: What the address bar says of it.
        links: What it said lately.
    """

    ids: tuple[str, ...] = ()
    baseline: int = 0
    picked: str = ""
    ticked: tuple[str, ...] | None = None
    epoch: int = 0
    link: str = ""
    links: deque[str] = field(default_factory=lambda: deque[str](maxlen=50))

    def key(self, name: str) -> str:
        """Return the key of a widget."""
        return f"compare-{name}-{self.epoch}"

    def replace(self, ids: Sequence[str], baseline: int = 0, picked: str = "") -> None:
        """Compare something else from now on."""
        self.ids = tuple(dict.fromkeys(ids))[:MOST]
        self.baseline = baseline if 0 <= baseline < len(self.ids) else 0
        self.picked = picked[:42]
        self.epoch += 1

    def change(self, ids: Sequence[str]) -> None:
        """Take other entries from the widget; the baseline stays if it is still there."""
        lead = self.ids[self.baseline] if self.ids else ""
        self.ids = tuple(dict.fromkeys(ids))[:MOST]
        self.baseline = self.ids.index(lead) if lead in self.ids else 0
        self.picked = ""


def choice() -> Choice:
    """Return what the visitor of this session compares."""
    found = state.recall(_KEY)
    if not isinstance(found, Choice):
        found = Choice()
        state.keep(_KEY, found)
    return found


def read_link(now: Choice) -> None:
    """Take what the link says, once for each link; an echo of an older one is no wish."""
    found = "|".join(urls.get(param) for param in _LINKED)
    is_known = found == now.link or (found in now.links and not urls.went_back())
    if found == "|" * (len(_LINKED) - 1) or (is_known and not state.is_led()):
        return
    ids = [part for part in urls.get(Param.WITH).split(",") if part]
    letter = urls.get(Param.BASE)
    now.replace(ids, LETTERS.find(letter) if letter else 0, urls.get(Param.PICKED))
    ticked = urls.get(Param.RUNS)
    now.ticked = tuple(part for part in ticked.split(",") if part != _NONE) if ticked else None
    _note(now, found)


def write_link(now: Choice) -> None:
    """Make the link say what is compared."""
    values = {
        Param.WITH: ",".join(now.ids),
        Param.BASE: LETTERS[now.baseline] if now.baseline else "",
        Param.PICKED: now.picked,
        Param.RUNS: "" if now.ticked is None else ",".join(now.ticked) or _NONE,
    }
    _note(now, "|".join(values.values()))
    for param, value in values.items():
        urls.put(param, value)


def _note(now: Choice, link: str) -> None:
    if link != now.link:
        now.link = link
        now.links.append(link)


def id_of(spec: NetworkSpec) -> str:
    """Return what a network is called in a link."""
    return name_of(spec) or encode(spec)


def resolve(id_: str, runs: Mapping[str, Run]) -> Entry:
    """Return the entry that a part of a link means.

    Raises:
        ExplorerError: There is none, or the network is too large.
    """
    if id_ in runs:
        run = runs[id_]
        cached.network(run.record.spec)
        return Entry(id_, run.record.title, run.record.spec, run)
    if id_ in presets():
        cached.network(preset(id_))
        return Entry(id_, presets()[id_].title, preset(id_))
    if "." in id_[:4]:
        spec = decode(id_)
        cached.network(spec)
        return Entry(id_, title_of(spec), spec)
    if id_.startswith("zoo-") or len(id_) == 32:
        raise UrlError(
            _("The run {id} is not on this machine.").format(id=id_[:40]),
            _("It may have been deleted; choose another."),
        )
    return Entry(id_, id_, preset(id_))


def title_of(spec: NetworkSpec) -> str:
    """Return a name for a network that is no preset: the nearest one, edited."""
    name = name_of(spec)
    if name:
        return presets()[name].title
    return _("{title}, edited").format(title=presets()[nearest_preset(spec)].title)


def resolve_all(now: Choice, runs: Mapping[str, Run]) -> tuple[list[Entry], list[ExplorerError]]:
    """Return the entries, and what is wrong with those that are left out."""
    found: list[Entry] = []
    problems: list[ExplorerError] = []
    lead = now.ids[now.baseline] if now.ids else ""
    for id_ in now.ids:
        try:
            found.append(resolve(id_, runs))
        except ExplorerError as error:
            problems.append(error)
    if problems:
        ids = [entry.id for entry in found]
        now.replace(ids, ids.index(lead) if lead in ids else 0, now.picked)
    return found, problems


def choose(now: Choice, hand: Hand, runs: Mapping[str, Run]) -> None:
    """Show the choice of what is compared."""
    options = _options(now, hand, runs)
    key = now.key("with")

    def take() -> None:
        # A browser in a hurry may still tell of the box before.
        told = state.widget(key)
        if key == now.key("with") and isinstance(told, list):
            now.change([str(one) for one in told if str(one) in options])

    st.multiselect(
        _("Networks and runs, 2 to 4"),
        list(options),
        default=[id_ for id_ in now.ids if id_ in options],
        key=key,
        on_change=take,
        max_selections=MOST,
        format_func=lambda id_: options.get(str(id_), str(id_)),
        placeholder=_("Type a name: ResNet-50, a run, …"),
        help=_(
            "Presets, the network in hand, and trained runs. The first is the baseline until "
            "another is pinned."
        ),
    )


def _options(now: Choice, hand: Hand, runs: Mapping[str, Run]) -> dict[str, str]:
    """Return what can be chosen, in the order of the list."""
    found: dict[str, str] = {}
    own = id_of(hand.working)
    if own not in presets():
        found[own] = _("{title}, in hand").format(title=title_of(hand.working))
    for id_ in now.ids:
        if id_ not in presets() and id_ not in runs and id_ not in found:
            found[id_] = resolve(id_, runs).title
    for id_, run in runs.items():
        found[id_] = _("run: {label}").format(label=run.label)
    for name, one in presets().items():
        found[name] = one.title
    return found


def choose_baseline(now: Choice, entries: Sequence[Entry]) -> None:
    """Show which of the entries is pinned as the baseline."""
    key = now.key(f"base-{len(entries)}")
    letters = LETTERS[: len(entries)]
    state.start_widget(key, letters[now.baseline])

    def take() -> None:
        told = state.widget(key)
        if isinstance(told, str) and told and told in letters:
            now.baseline = letters.index(told)

    if state.widget(key) != letters[now.baseline]:
        state.set_widget(key, letters[now.baseline])
    st.segmented_control(
        _("Baseline"),
        list(letters),
        default=letters[now.baseline],
        required=True,
        key=key,
        on_change=take,
        format_func=lambda letter: str(letter).upper(),
        help=_("Differences are those of the others from it."),
    )


def picked_in(now: Choice, count: int) -> tuple[int, Address] | None:
    """Return the network in which something is picked, and its address."""
    letter, _colon, address = now.picked.partition(":")
    place = LETTERS.find(letter) if letter else -1
    return (place, address) if 0 <= place < count and address else None
