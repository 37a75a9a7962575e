"""Brings the reader to the top of the page when what is shown is another thing."""

from __future__ import annotations

from streamlit.components import v2 as components

from explorer.ui.components.assets import loader

_component = components.component(
    "scroll_top",
    html='<div class="rx-root"></div>\n',
    css=":host { display: none; }\n",
    js=loader("scroll_top"),
)


def scroll_top(place: str, *, key: str) -> None:
    """Scroll to the top whenever ``place`` is another one than before."""
    _component(key=key, data={"place": place}, height=1)
