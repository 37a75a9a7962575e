"""A language in which every string of the catalogue stands in brackets, and pages read for others.

What stands outside of brackets was never given to the catalogue; what still has brackets after the
language was changed was kept in the wrong one.
"""

from __future__ import annotations

import gettext
import json
import re
from contextlib import contextmanager
from types import MappingProxyType
from typing import TYPE_CHECKING, Any

from google.protobuf.json_format import MessageToDict

from explorer import words

if TYPE_CHECKING:
    from collections.abc import Iterator

    import pytest
    from streamlit.testing.v1 import AppTest

CODE = "xx"
_TECHNICAL = re.compile(
    r"(id|key|formId|userKey|elementId|icon|url|type|kind|mime|fileName|language|address|arrow"
    r"|componentName|htmlContent|cssContent|jsContent|style|font|colours|inks|themes|shape|box"
    r"|folds|open|behind|looks|align|justify|direction|gapSize|gap|dataType|valueType|config|scale"
    r"|rollup|unit|columns|all|field|token|metric|state|name|values|off|kinds|template|selected"
    r"|error|start|marks|fold|shortcut|entryPoint|domain|ticks|own|runs|figures|output|input|tag|label_visibility|rows|position"
    r"|wrap|cells|data|arrowData|imgs|bdata|dtype|colorscale|mode|dash|symbol|color|template|size"
    r"|displayModeBar|selectionMode|clickMode|maxUploadSizeMb|rules|widthConfig|heightConfig"
    r"|textposition|rangemode|align|xanchor|yanchor|autorange|side|automargin|theme|anchor|xref|yref|family|hovermode|layout\.font|link|default|stringValue|rawValue|method|args)$"
)
_HTML_WORDS = re.compile(r'\b(?:title|aria-label|alt|placeholder)="([^"]*)"')
_NAMES = re.compile(
    r"[A-Za-z]*[A-Z\d][\w.×-]*|\S*\d\S*|&\w+;|et al\.?|px|kernel|timm:\w+|https?:\S+"
    r"|layer\S*|stem|head|conv|relu|bn|fc|avgpool|maxpool|downsample|drawn|add|flatten|pad|pool|concat|split|sum|convs|streamlit|%\{[^}]*\}"
)


class _Bracketed(gettext.NullTranslations):
    def gettext(self, message: str) -> str:
        return f"⟦{message}⟧"

    def pgettext(self, context: str, message: str) -> str:
        return f"⟦{message}⟧"

    def ngettext(self, msgid1: str, msgid2: str, n: int) -> str:
        return f"⟦{msgid1 if n == 1 else msgid2}⟧"


def install(monkeypatch: pytest.MonkeyPatch) -> None:
    """Make the language known."""
    real = words._catalogue
    monkeypatch.setattr(words, "LANGUAGES", MappingProxyType({**words.LANGUAGES, CODE: "⟦Xx⟧"}))
    monkeypatch.setattr(
        words, "_catalogue", lambda code: _Bracketed() if code == CODE else real(code)
    )


@contextmanager
def spoken() -> Iterator[None]:
    with words.speaking(CODE):
        yield


def visible(app: AppTest) -> Iterator[str]:
    """Yield every text that a page sends to the browser for people, tags and all."""
    for block in (app.main, app.sidebar):
        yield from _of_block(block)


def _of_block(block: Any) -> Iterator[str]:
    for child in block.children.values():
        proto = getattr(child, "proto", None)
        if proto is not None:
            yield from _of_value("", proto if isinstance(proto, dict) else MessageToDict(proto))
        if hasattr(child, "children"):
            yield from _of_block(child)


def _of_value(key: str, value: Any) -> Iterator[str]:
    if _TECHNICAL.fullmatch(key):
        return
    if isinstance(value, dict):
        for name, inner in value.items():
            yield from _of_value(name, inner)
    elif isinstance(value, list):
        for inner in value:
            yield from _of_value(key, inner)
    elif isinstance(value, str):
        if value[:1] in "{[" and key in {"json", "spec", "figure", "mixed", "proto"}:
            yield from _of_value(key, json.loads(value))
        else:
            yield value


def outside(text: str) -> list[str]:
    """Return the words of a text that stand outside of brackets and are no names."""
    text = re.sub(r"<style.*?</style>", "", text, flags=re.DOTALL)
    text = " ".join((*_HTML_WORDS.findall(text), re.sub(r"<[^>]*>", " ", text)))
    before = ""
    while before != text:
        before, text = text, re.sub(r"⟦[^⟦⟧]*⟧", " ", text)
    return re.findall(r"[A-Za-z]{3,}", _NAMES.sub(" ", text))
