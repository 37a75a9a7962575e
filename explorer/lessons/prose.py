"""The text of a lesson: a small Markdown with hints at terms and figures filled in.

Paragraphs, lists, headings, ``**bold**``, ``*italic*``, ```code``` and links to web pages are
read; HTML is not. ``[[shortcut]]`` or ``[[shortcut|shortcuts]]`` marks a term of the glossary,
``{depth.plain56.test_error}`` stands for a figure of the network ``plain56`` in the experiment
``depth``.
"""

from __future__ import annotations

import re
from html import escape
from typing import TYPE_CHECKING, Literal, NamedTuple

from markdown_it import MarkdownIt

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from markdown_it.token import Token

TERM = re.compile(r"\[\[([a-z0-9 -]{1,40})(?:\|([^\]|]{1,60}))?\]\]")
FIGURE = re.compile(r"\{([a-z0-9_-]{1,40})\.([a-z0-9_-]{1,40})\.([a-z_]{1,40})\}")
_MARKDOWN = MarkdownIt("zero").enable(
    ["emphasis", "list", "link", "backticks", "heading", "escape", "newline"]
)
_STYLES = {"strong": "bold", "em": "italic"}

Kind = Literal["text", "item", "number", "heading"]


class Span(NamedTuple):
    """Words of one look.

    Attributes:
        text: The words.
        bold: Whether they are bold.
        italic: Whether they are italic.
        code: Whether they are code.
        term: The term of the glossary that they name; empty for none.
        href: Where they lead; empty for nowhere.
    """

    text: str
    bold: bool = False
    italic: bool = False
    code: bool = False
    term: str = ""
    href: str = ""


class Block(NamedTuple):
    """A paragraph, an item of a list, or a heading.

    Attributes:
        kind: Which.
        spans: Its words.
    """

    kind: Kind
    spans: tuple[Span, ...]

    @property
    def plain(self) -> str:
        """Return the words alone."""
        return "".join(span.text for span in self.spans)


def blocks(text: str) -> tuple[Block, ...]:
    """Return the blocks of a Markdown text."""
    found: list[Block] = []
    lists: list[Kind] = []
    kind: Kind = "text"
    for token in _MARKDOWN.parse(text.strip()):
        match token.type:
            case "bullet_list_open":
                lists.append("item")
            case "ordered_list_open":
                lists.append("number")
            case "bullet_list_close" | "ordered_list_close":
                lists.pop()
            case "heading_open":
                kind = "heading"
            case "paragraph_open":
                kind = lists[-1] if lists else "text"
            case "inline":
                found.append(Block(kind, tuple(_spans(token))))
            case _:
                pass
    return tuple(found)


def _spans(inline: Token) -> Iterator[Span]:
    look = {"bold": 0, "italic": 0}
    href = ""
    for token in inline.children or []:
        name, _, end = token.type.rpartition("_")
        if name in _STYLES:
            look[_STYLES[name]] += 1 if end == "open" else -1
        elif token.type == "link_open":
            href = str(token.attrs.get("href", ""))
        elif token.type == "link_close":
            href = ""
        elif token.type in {"softbreak", "hardbreak"}:
            yield Span(" ")
        elif token.content:
            bold, italic = bool(look["bold"]), bool(look["italic"])
            base = Span(token.content, bold, italic, token.type == "code_inline", "", href)
            yield from [base] if base.code else _with_terms(base)


def _with_terms(span: Span) -> Iterator[Span]:
    end = 0
    for found in TERM.finditer(span.text):
        if found.start() > end:
            yield span._replace(text=span.text[end : found.start()])
        yield span._replace(text=found[2] or found[1], term=found[1])
        end = found.end()
    if end < len(span.text):
        yield span._replace(text=span.text[end:])


def terms(text: str) -> tuple[str, ...]:
    """Return the terms that a text marks, in order."""
    return tuple(found[1] for found in TERM.finditer(text))


def filled(text: str, value: Callable[[str, str, str], str]) -> str:
    """Return a text with its figures.

    Args:
        text: With ``{experiment.network.quantity}``.
        value: Returns the words of a figure.
    """
    return FIGURE.sub(lambda found: value(found[1], found[2], found[3]), text)


def html(text: str, hint: Callable[[str], str] = lambda _term: "") -> str:
    """Return a text as HTML.

    Args:
        text: Markdown.
        hint: Returns the sentence about a term; empty for none.
    """
    parts: list[str] = []
    open_list = ""
    for block in blocks(text):
        tag = {"item": "ul", "number": "ol"}.get(block.kind, "")
        if tag != open_list:
            parts += [f"</{open_list}>"] if open_list else []
            parts += [f"<{tag}>"] if tag else []
            open_list = tag
        outer = {"text": "p", "heading": "h3"}.get(block.kind, "li")
        inner = "".join(_html(span, hint) for span in block.spans)
        parts.append(f"<{outer}>{inner}</{outer}>")
    parts += [f"</{open_list}>"] if open_list else []
    return "".join(parts)


def _html(span: Span, hint: Callable[[str], str]) -> str:
    found = escape(span.text)
    if span.code:
        found = f"<code>{found}</code>"
    if span.term and (sentence := hint(span.term)):
        found = f'<span class="rx-hint" title="{escape(sentence)}">{found}</span>'
    if span.bold:
        found = f"<b>{found}</b>"
    if span.italic:
        found = f"<i>{found}</i>"
    if span.href.startswith(("https://", "http://")):
        found = f'<a href="{escape(span.href)}" target="_blank" rel="noopener">{found}</a>'
    return found


def plain(text: str) -> str:
    """Return a text as Markdown without the marks of terms."""
    return TERM.sub(lambda found: found[2] or found[1], text)
