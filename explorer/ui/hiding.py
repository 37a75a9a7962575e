"""Controls that a link leaves away: a teacher shows only what a step needs."""

from __future__ import annotations

from explorer.lessons.controls import hidden_in
from explorer.ui import urls
from explorer.ui.urls import Param


def hidden(name: str) -> bool:
    """Return whether the link leaves away a control; names are in ``explorer.lessons.controls``."""
    return name in hidden_in(urls.get(Param.HIDE))


def num_hidden() -> int:
    """Return how many controls the link leaves away."""
    return len(hidden_in(urls.get(Param.HIDE)))


def show_all() -> None:
    """Show everything again."""
    urls.put(Param.HIDE, "")
