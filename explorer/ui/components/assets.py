"""Where the browser finds our modules, and how it notices that they changed."""

from __future__ import annotations

from hashlib import sha256
from pathlib import Path
from typing import Any

from explorer.figures import theme

ASSETS = Path(__file__).resolve().parents[3] / "assets"
STYLE = (ASSETS / "css" / "figures.css").read_text(encoding="utf-8")


def _digest() -> str:
    content = sha256()
    for path in sorted((ASSETS / "js").glob("*.js")):
        content.update(path.read_bytes())
    return content.hexdigest()[:12]


VERSION = _digest()
"""Changes with any of our modules."""


def loader(module: str) -> str:
    """Return the inline script of a component: it imports ``/assets/js/<module>.js``.

    Streamlit resends inline code with every change of data, so it must stay short.
    """
    return f"""
let module;
export default function (component) {{
  module ??= import(new URL("/assets/js/{module}.js?v={VERSION}", window.location.origin).href);
  let dispose = () => {{}};
  module.then(({{ render }}) => {{ dispose = render(component) ?? dispose; }});
  return () => dispose();
}}
"""


def look() -> dict[str, Any]:
    """Return colours, font and rules that every figure in the browser needs."""
    return {
        "themes": {name: theme.variables(name) for name in theme.PALETTES},
        "colours": theme.CIVIDIS,
        "inks": {"light": theme.INK_ON_LIGHT, "dark": theme.INK_ON_DARK},
        "font": theme.FONT,
        "style": theme.style_sheet(),
    }


LOOK = look()
