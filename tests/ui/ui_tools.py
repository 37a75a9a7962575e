"""How page tests read a page."""

from __future__ import annotations

from collections.abc import Callable

from streamlit.testing.v1 import AppTest

Open = Callable[..., AppTest]


def shown(app: AppTest) -> str:
    """Return everything that a page says, as one text."""
    parts = [str(element.proto.body) for element in app.get("html")]
    for kind in ("markdown", "caption", "error", "heading"):
        parts += [str(element.value) for element in app.get(kind)]
    return "\n".join(parts)


def button(app: AppTest, label: str):
    """Return the button with a label that starts so."""
    return next(b for b in app.button if b.label.startswith(label))


def choice(app: AppTest, label: str):
    """Return the select box with a label."""
    return next(box for box in app.selectbox if box.label == label)
