"""A button that copies the address of the page."""

from __future__ import annotations

from streamlit.components import v2 as components

from explorer.ui.components.assets import loader

_CSS = """
button { border: 1px solid var(--st-border-color); border-radius: var(--st-button-radius);
  background: var(--st-background-color); color: var(--st-text-color); font: inherit;
  font-size: 0.875rem; padding: 0 12px; height: 2.5rem; white-space: nowrap; cursor: pointer; }
button:hover, button:focus-visible { border-color: var(--st-primary-color);
  color: var(--st-primary-color); outline: none; }
"""
_component = components.component(
    "copy_link", html='<div class="rx-root"></div>\n', css=_CSS, js=loader("copy_link")
)


def copy_link(label: str, done: str, *, key: str) -> None:
    """Show the button; after a click it says ``done`` for a moment."""
    _component(key=key, data={"label": label, "done": done}, width="content")
