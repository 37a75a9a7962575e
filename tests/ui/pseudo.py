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
from pydantic import BaseModel

from explorer import words
from explorer.lessons import glossary, library

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


_TOLD = frozenset(
    {"title", "summary", "text", "label", "look", "note", "holds", "fails", "source", "sources"}
    | {"columns", "rows", "sentence", "formula"}
)


def _told(value: Any, name: str = "") -> Any:
    """Return a lesson or a term with all its words in brackets."""
    if isinstance(value, BaseModel):
        parts = {key: _told(getattr(value, key), key) for key in type(value).model_fields}
        # Columns of an experiment are names of quantities.
        kept = {"columns"} if "arms" in parts else set[str]()
        return value.model_copy(update={k: v for k, v in parts.items() if k not in kept})
    if isinstance(value, tuple):
        return tuple(_told(item, name) for item in value)
    return f"⟦{value}⟧" if isinstance(value, str) and value and name in _TOLD else value


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
    read, terms = library._read, glossary.glossary
    monkeypatch.setattr(
        library,
        "_read",
        lambda folder, code: _told(read(folder, code)) if code == CODE else read(folder, code),
    )
    monkeypatch.setattr(
        glossary,
        "glossary",
        lambda code: (
            {name: _told(term) for name, term in terms(code).items()}
            if code == CODE
            else terms(code)
        ),
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


def spoken_parts(text: str) -> list[str]:
    """Return the parts of a text that are read or read aloud, without tags."""
    text = re.sub(r"<style.*?</style>", "", text, flags=re.DOTALL)
    return [*_HTML_WORDS.findall(text), re.sub(r"<[^>]*>", " ", text)]


def outside(text: str) -> list[str]:
    """Return the words of a text that stand outside of brackets and are no names."""
    text = " ".join(spoken_parts(text))
    before = ""
    while before != text:
        before, text = text, re.sub(r"⟦[^⟦⟧]*⟧", " ", text)
    return re.findall(r"[A-Za-z]{3,}", _NAMES.sub(" ", text))
