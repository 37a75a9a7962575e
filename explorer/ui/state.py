"""What one visitor has in hand; the only writer of the session state."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING

import streamlit as st

from explorer.analysis.budget import admit
from explorer.analysis.lock import Lock, Solution, solve
from explorer.errors import ShapeError, SpecError
from explorer.spec.presets import name_of, preset, presets

if TYPE_CHECKING:
    from explorer.address import Address
    from explorer.spec import NetworkSpec

START = "resnet20"
_KEY = "explorer"
_HISTORY = 100


@dataclass(slots=True)
class Hand:
    """The network in hand, and what surrounds it.

    Attributes:
        spec: What the visitor sees in the form; may not work.
        working: The last network that works; what is drawn and counted.
        error: Why ``spec`` does not work, or None.
        origin: Name of the preset it came from.
        selected: Address of the selected node, block or stage; may be empty.
        measure: What the picture is coloured by.
        epoch: Grows whenever ``spec`` is replaced from outside the form, so that the form gets
            fresh widgets and never fights with them.
        undone: Earlier networks, latest last.
        redone: Networks that were taken back, latest last.
        token: The link that was last read or written.
        lock: What is held while the form changes the network, or None.
        held: The last solution for it, or None.
        batch_size: Images of one training step, for the memory that it needs.
    """

    spec: NetworkSpec
    working: NetworkSpec
    error: SpecError | None = None
    origin: str = START
    selected: Address = ""
    measure: str = "macs"
    epoch: int = 0
    undone: list[NetworkSpec] = field(default_factory=list["NetworkSpec"])
    redone: list[NetworkSpec] = field(default_factory=list["NetworkSpec"])
    token: str = ""
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

    def edit(self, spec: NetworkSpec) -> None:
        """Take a network from the form."""
        if spec == self.spec:
            return
        self.undone = [*self.undone, self.spec][-_HISTORY:]
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

    def replace(self, spec: NetworkSpec, origin: str = "") -> None:
        """Take a network from a preset, a repair or a link; the form starts afresh."""
        self.lock = None
        self.edit(spec)
        self.origin = origin or name_of(spec) or self.origin
        self.epoch += 1

    def begin(self, spec: NetworkSpec) -> None:
        """Take the first network of a session: there is nothing to go back to."""
        self._set(spec)
        self.origin = name_of(spec) or self.origin
        self.epoch += 1

    def undo(self) -> None:
        """Go back one edit."""
        if self.undone:
            self.redone = [*self.redone, self.spec]
            self._set(self.undone.pop())
            self.epoch += 1

    def redo(self) -> None:
        """Take an undone edit again."""
        if self.redone:
            self.undone = [*self.undone, self.spec]
            self._set(self.redone.pop())
            self.epoch += 1

    @property
    def is_preset(self) -> bool:
        """Return whether the network equals a preset."""
        return name_of(self.spec) is not None

    @property
    def broken(self) -> Address:
        """Return the address at which the network does not fit; empty while it works."""
        return self.error.address if isinstance(self.error, ShapeError) else ""

    @property
    def title(self) -> str:
        """Return the name of the network in words, that of its origin once it is edited."""
        return presets()[name_of(self.working) or self.origin].title

    def key(self, *parts: object) -> str:
        """Return the key of a widget of the form."""
        return "-".join(str(part) for part in ("spec", self.epoch, *parts))


def hand() -> Hand:
    """Return what the visitor of this session has in hand."""
    if _KEY not in st.session_state:
        spec = preset(START)
        st.session_state[_KEY] = Hand(spec, spec)
    return st.session_state[_KEY]


def recall(name: str, default: object = None) -> object:
    """Return a value kept for this session."""
    return st.session_state.get(f"{_KEY}:{name}", default)


def keep(name: str, value: object) -> None:
    """Keep a value for this session."""
    st.session_state[f"{_KEY}:{name}"] = value


def widget(key: str) -> object:
    """Return the value of a keyed widget, as its callback finds it."""
    return st.session_state.get(key)


def start_widget(key: str, value: object) -> None:
    """Give a keyed widget its first value, before it is shown."""
    if key not in st.session_state:
        st.session_state[key] = value


def set_widget(key: str, value: object) -> None:
    """Set the value of a keyed widget, from a callback only."""
    st.session_state[key] = value


def rerun() -> None:
    """Draw the page again: the form has to show what was solved for."""
    st.rerun()
