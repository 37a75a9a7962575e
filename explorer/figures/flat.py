"""A picture without a style sheet: every mark carries its own colours and sizes.

Browsers read classes and variables; drawing programs, LaTeX and printers do not. The marks keep
their order, and what is there for the pointer only is left out.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING
from xml.etree import ElementTree as ET

from explorer.figures.theme import Theme, style_sheet, variables

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

Style = dict[str, str]

_RULE = re.compile(r"([^{}]+)\{([^}]*)\}")
_SIMPLE = re.compile(r"text|(?:\.[\w-]+)+")
_VARIABLE = re.compile(r"var\((--[\w-]+)\)")
_PAINT = ("fill", "stroke", "stroke-width", "stroke-opacity")
_TEXT = ("fill", "font-size", "font-weight", "text-anchor")
_KEPT: dict[str, tuple[str, ...]] = {
    "g": ("transform",),
    "rect": ("x", "y", "width", "height", "rx", *_PAINT),
    "circle": ("cx", "cy", "r", *_PAINT),
    "path": ("d", *_PAINT),
    "text": ("x", "y", *_TEXT),
    "defs": (),
    "linearGradient": ("id",),
    "stop": ("offset", "stop-color"),
}


def flattened(elements: str, theme: Theme = "light") -> list[ET.Element]:
    """Return the marks of a picture with presentation attributes only.

    Args:
        elements: What ``svg.body`` or ``legend.legend`` wrote.
        theme: Whose colours.
    """
    tree = ET.fromstring(f"<g>{elements}</g>")  # noqa: S314 - our own output
    given = dict(_declarations(variables(theme)))
    rules = list(_rules(style_sheet(is_file=True)))
    return [flat for child in tree for flat in _flat(child, rules, given)]


def _rules(sheet: str) -> Iterator[tuple[str, set[str], Style]]:
    """Yield tag, classes and declarations of the rules that hold without a pointer."""
    for selectors, body in _RULE.findall(sheet):
        for selector in selectors.split(","):
            if _SIMPLE.fullmatch(selector):
                tag, *classes = selector.split(".")
                yield tag, set(classes), dict(_declarations(body))


def _declarations(text: str) -> Iterator[tuple[str, str]]:
    for declaration in text.split(";"):
        name, found, value = declaration.partition(":")
        if found:
            yield name.strip(), value.strip()


def _flat(
    element: ET.Element, rules: list[tuple[str, set[str], Style]], given: Mapping[str, str]
) -> Iterator[ET.Element]:
    style = _style(element, rules, given)
    if style.get("display") == "none" or style.get("opacity") == "0":
        return
    if style.get("fill") == "none" and style.get("stroke", "none") == "none":
        return
    kept = {name: style[name] for name in _KEPT[element.tag] if name in style}
    children = [flat for child in element for flat in _flat(child, rules, given)]
    if element.tag == "g" and "transform" not in kept:
        yield from children
        return
    flat = ET.Element(element.tag, kept)
    flat.text = element.text if element.tag == "text" else None
    flat.extend(children)
    yield flat


def _style(
    element: ET.Element, rules: list[tuple[str, set[str], Style]], given: Mapping[str, str]
) -> Style:
    """Return attributes, then rules in their order, then the element's own style."""
    classes = set(element.get("class", "").split())
    style = dict(element.attrib)
    for tag, wanted, declared in rules:
        if wanted <= classes and tag in {"", element.tag}:
            style |= declared
    style |= dict(_declarations(element.get("style", "")))
    return {
        name: _VARIABLE.sub(lambda found: given[found[1]], value).removesuffix("px")
        for name, value in style.items()
    }
