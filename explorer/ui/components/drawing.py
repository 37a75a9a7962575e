"""A picture that was drawn here: ``st.html`` leaves every SVG element out."""

from __future__ import annotations

from typing import TYPE_CHECKING
from xml.etree import ElementTree as ET

from streamlit.components import v2 as components

from explorer.ui.components.assets import loader

if TYPE_CHECKING:
    from xml.etree.ElementTree import Element

_CSS = """
svg { display: block; max-width: 100%; height: auto; }
"""
_component = components.component(
    "drawing", html='<div class="rx-root"></div>\n', css=_CSS, js=loader("drawing")
)


def drawing(svg: Element, *, key: str) -> None:
    """Show a picture.

    Args:
        svg: With ``role="img"`` and ``aria-label``, its message for those who do not see it.
        key: Of the component.
    """
    _component(key=key, data={"svg": ET.tostring(svg, encoding="unicode")})
