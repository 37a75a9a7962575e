"""What one visitor has in hand; the only writer of the session state."""

from __future__ import annotations

import secrets
from collections import deque
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, NamedTuple, TypeVar, cast

import streamlit as st

from explorer.analysis.budget import admit
from explorer.analysis.lock import Lock, Solution, solve
from explorer.api import visitors
from explorer.errors import ShapeError, SpecError
from explorer.jobs import people
from explorer.spec.presets import name_of, preset, presets
from explorer.words import Phrase

if TYPE_CHECKING:
    from collections.abc import Container

    from explorer.address import Address
    from explorer.jobs.people import Person
    from explorer.spec import NetworkSpec

START = "resnet20"
_KEY = "explorer"
_FORM = "spec"
"""Begins the keys of the form of the network, which has fresh widgets in each epoch."""
_HISTORY = 100
_LED, _UNSENT = "led", "unsent"
_T = TypeVar("_T")


class Past(NamedTuple):
    """What an undone or taken back edit returns to.

    Attributes:
        spec: The network.
        base: What it came from.
    """

    spec: NetworkSpec
    base: NetworkSpec | None


@dataclass(slots=True)
class Hand:
    """The network in hand, and what surrounds it.

    Attributes:
        spec: What the visitor sees in the form; may not work.
        working: The last network that works; what is drawn and counted.
        error: Why ``spec`` does not work, or None.
        base: The preset or linked network it came from; None where it began with nothing.
        selected: Address of the selected node, block or stage; may be empty.
        measure: What the picture is coloured by.
        epoch: Grows whenever ``spec`` is replaced from outside the form, so that the form gets
            fresh widgets and never fights with them.
        turn: Grows with every command, also with one that changes nothing.
        refused: Why the last command did nothing, or None.
        undone: Earlier networks, latest last.
        redone: Networks that were taken back, latest last.
        token: The link that was last read or written.
        written: Links that were read or written lately, latest last.
        lock: What is held while the form changes the network, or None.
        held: The last solution for it, or None.
        batch_size: Images of one training step, for the memory that it needs.
    """

    spec: NetworkSpec
    working: NetworkSpec
    error: SpecError | None = None
    base: NetworkSpec | None = None
    selected: Address = ""
    measure: str = "macs"
    epoch: int = 0
    turn: int = 0
    refused: SpecError | None = None
    undone: list[Past] = field(default_factory=list["Past"])
    redone: list[Past] = field(default_factory=list["Past"])
    token: str = ""
    written: deque[str] = field(default_factory=lambda: deque[str](maxlen=_HISTORY))
    lock: Lock | None = None
    held: Solution | None = None
    batch_size: int = 128

    def _set(self, spec: NetworkSpec) -> None:
        self.spec = spec
        try:
            admit(spec)
        except SpecError as error:
            self.error = error
            return
        self.error = None
        self.working = spec

    def tell_again(self) -> None:
        """Say anew what is wrong, and draw the form anew: the reader's language is another."""
        self._set(self.spec)
        self.epoch += 1

    def edit(self, spec: NetworkSpec) -> None:
        """Take a network from the form."""
        if spec == self.spec:
            return
        self.undone = [*self.undone, Past(self.spec, self.base)][-_HISTORY:]
        self.redone = []
        self._set(self._within_budget(spec))

    def _within_budget(self, spec: NetworkSpec) -> NetworkSpec:
        """Let the free variable give way; a network that does not work is left to be repaired."""
        self.held = None
        if self.lock is None:
            return spec
        try:
            self.held = solve(spec, self.lock)
        except SpecError:
            return spec
        if self.held.spec != spec:
            self.epoch += 1
        return self.held.spec

    def hold(self, lock: Lock | None) -> None:
        """Hold a budget from now on, or let it go."""
        if lock != self.lock:
            self.lock, self.held = lock, None

    def command(self, spec: NetworkSpec) -> None:
        """Take a network from the table or the picture: an edit, after which the form is new."""
        self.edit(spec)
        self.epoch += 1

    def replace(self, spec: NetworkSpec, origin: str = "") -> None:
        """Take a repaired network; what it came from stays unless ``origin`` names a preset."""
        self.lock = None
        self.command(spec)
        found = preset(origin) if origin else spec if name_of(spec) else None
        self.base = found or self.base

    def start(self, spec: NetworkSpec, base: NetworkSpec | None) -> None:
        """Start anew from a preset, a link or nothing; the network before it can be undone to."""
        self.lock = None
        self.command(spec)
        self.base = base

    def begin(self, spec: NetworkSpec) -> None:
        """Take the first network of a session: there is nothing to go back to."""
        self._set(spec)
        self.base = spec
        self.epoch += 1

    def undo(self) -> None:
        """Go back one edit."""
        self._step(self.undone, self.redone)

    def redo(self) -> None:
        """Take an undone edit again."""
        self._step(self.redone, self.undone)

    def _step(self, source: list[Past], target: list[Past]) -> None:
        if source:
            target.append(Past(self.spec, self.base))
            spec, self.base = source.pop()
            self.held = None
            self._set(spec)
            self.epoch += 1

    def link_is(self, token: str) -> None:
        """Note which network the address bar names."""
        if token != self.token:
            self.token = token
            self.written.append(token)

    @property
    def origin(self) -> str:
        """Return the name of the preset it came from; empty where that is none."""
        return (name_of(self.base) or "") if self.base else ""

    @property
    def is_preset(self) -> bool:
        """Return whether the network equals a preset."""
        return name_of(self.spec) is not None

    @property
    def broken(self) -> Address:
        """Return the address at which the network does not fit; empty while it works."""
        return self.error.address if isinstance(self.error, ShapeError) else ""

    @property
    def named(self) -> str | Phrase:
        """Return the name of the network, that of its origin once it is edited."""
        name = name_of(self.working) or self.origin
        return presets()[name].named if name else Phrase("Untitled network")

    @property
    def title(self) -> str:
        """Return the same in the reader's language."""
        return str(self.named)

    def key(self, *parts: object) -> str:
        """Return the key of a widget of the form."""
        return "-".join(str(part) for part in (_FORM, self.epoch, *parts))


def hand() -> Hand:
    """Return what the visitor of this session has in hand."""
    if _KEY not in st.session_state:
        spec = preset(START)
        st.session_state[_KEY] = Hand(spec, spec, base=spec)
    return st.session_state[_KEY]


def recall(name: str, default: object = None) -> object:
    """Return a value kept for this session."""
    return st.session_state.get(f"{_KEY}:{name}", default)


def keep(name: str, value: object) -> None:
    """Keep a value for this session."""
    st.session_state[f"{_KEY}:{name}"] = value


def lead() -> None:
    """Note that the app itself leads to a link: it is a wish, whatever was written before."""
    keep(_LED, True)  # noqa: FBT003 - what is kept is whether


def is_led() -> bool:
    """Return whether the app itself has led to the link of this run."""
    return recall(_LED) is True


def arrive() -> None:
    """Note that the rerun has come to its end: its link was read, its values were sent."""
    keep(_LED, False)  # noqa: FBT003
    keep(_UNSENT, {})


def visitor() -> str:
    """Return the visitor's name: limits and fairness of jobs count by it.

    It is the browser's and survives a reload (``explorer.api.visitors``); a session without a
    cookie has one of its own.
    """
    name = recall("user")
    if not isinstance(name, str):
        known = visitors.name_of(st.context.cookies, st.context.headers)
        name = known or secrets.token_hex(8)
        keep("user", name)
    return name


def person() -> Person:
    """Return who the visitor is for the queue: a user, or the teacher."""
    word = recall("teacher", "")
    return people.person(visitor(), word if isinstance(word, str) else "")


def become_teacher(word: str) -> None:
    """Let the visitor act as the teacher for the rest of the session.

    Raises:
        JobError: This is not the teacher's word.
    """
    people.person(visitor(), word)
    keep("teacher", word)


def widget(key: str) -> object:
    """Return the value of a keyed widget, as its callback finds it."""
    return st.session_state.get(key)


def start_widget(key: str, value: _T, among: Container[object] | None = None) -> _T:
    """Give a keyed widget its first value, before it is shown, and return the one it has now.

    That must be the widget's default too: what sets a value is sent once, and is lost where the
    next rerun comes before the browser has drawn it; the browser then takes, and sends back, the
    default.

    Args:
        key: Of the widget.
        value: The first one.
        among: What it offers; a value that is not there any more gives way to the first one.
    """
    if key not in st.session_state or (among is not None and st.session_state[key] not in among):
        st.session_state[key] = value
    return cast("_T", st.session_state[key])


def set_widget(key: str, value: object) -> None:
    """Set the value of a keyed widget, before it is shown or from a callback."""
    before = _unsent().get(key, (st.session_state.get(key),))[0]
    st.session_state[key] = value
    keep(_UNSENT, {**_unsent(), key: (before, value)})


def send_again() -> None:
    """Set once more what was set in a rerun that another one interrupted.

    The browser then still has, and has sent back, what was there before; anything else is a newer
    choice of the visitor.
    """
    for key, (before, value) in _unsent().items():
        if st.session_state.get(key) in (before, value):
            st.session_state[key] = value


def _unsent() -> dict[str, tuple[object, object]]:
    return cast("dict[str, tuple[object, object]]", recall(_UNSENT, {}))


def renew_choices() -> None:
    """Send every choice to the browser once more: it keeps the words of options, not options."""
    for key in list(st.session_state):
        value = st.session_state[key]
        parts = value if isinstance(value, list | tuple) else [value]
        is_ours = str(key).startswith((_KEY, _FORM))
        if not is_ours and parts and all(isinstance(part, str) for part in parts):
            st.session_state[key] = value


def rerun() -> None:
    """Draw the page again: the form has to show what was solved for."""
    st.rerun()
