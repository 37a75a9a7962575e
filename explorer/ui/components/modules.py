"""Addresses of our ES modules, so that a browser never runs an outdated one."""

from __future__ import annotations

import hashlib
from functools import cache
from pathlib import Path

JS = Path(__file__).resolve().parents[3] / "assets" / "js"


@cache
def version() -> str:
    """Return eight digits that change with any of our modules."""
    digest = hashlib.sha256()
    for path in sorted(JS.glob("*.js")):
        digest.update(path.read_bytes())
    return digest.hexdigest()[:8]


def renderer(module: str) -> str:
    """Return the inline wiring of a component: import our module, call its ``render``.

    The module is imported by address because inline code is sent again with every change.
    """
    return f"""
const ready = import(`${{window.location.origin}}/assets/js/{module}.js?v={version()}`);
export default function (component) {{
  let end;
  ready.then((module) => {{ end = module.render(component); }});
  return () => end && end();
}}
"""
