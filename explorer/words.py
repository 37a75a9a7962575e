"""The reader's language: every sentence for people goes through here.

Catalogues are GNU gettext's, one for each language, under ``assets/locale``. They are read as they
are written (``.po``): that takes a twentieth of a second once, and nothing has to be compiled.

The language is that of the code that is running now: ``speak`` sets it for a thread, ``speaking``
for a block. Where neither was called, such as in a callback that runs before the page does, who
draws the pages is asked (``ask``); where nobody knows, it is English.
"""

from __future__ import annotations

import gettext
import io
import json
from contextlib import contextmanager
from contextvars import ContextVar
from functools import cache
from pathlib import Path
from types import MappingProxyType
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Callable, Generator, Iterable, Mapping

ENGLISH = "en"
"""The language of the code."""
LANGUAGES: Mapping[str, str] = MappingProxyType({ENGLISH: "English", "zh": "简体中文"})
"""Every language by its code, each in its own words."""
LOCALE = Path(__file__).resolve().parents[1] / "assets" / "locale"

_spoken: ContextVar[str | None] = ContextVar("language", default=None)
_asked: list[Callable[[], str | None]] = []


def language() -> str:
    """Return the code of the reader's language, one of ``LANGUAGES``."""
    spoken = _spoken.get()
    if spoken is None and _asked:
        spoken = _asked[-1]()
    return spoken if spoken and spoken in LANGUAGES else ENGLISH


def speak(code: str) -> None:
    """Set the language of this thread, until it is set again; an unknown one is English."""
    _spoken.set(code if code in LANGUAGES else ENGLISH)


@contextmanager
def speaking(code: str) -> Generator[None]:
    """Set the language for a block; an unknown one is English."""
    before = _spoken.set(code if code in LANGUAGES else ENGLISH)
    try:
        yield
    finally:
        _spoken.reset(before)


def ask(who: Callable[[], str | None]) -> None:
    """Have ``who`` name the language wherever nobody has set one."""
    _asked[:] = [who]


def matching(locale: str | None) -> str | None:
    """Return the language for a browser's locale such as ``zh-Hans-CN``; None without one."""
    code = (locale or "").replace("_", "-").partition("-")[0].lower()
    return code if code in LANGUAGES else None


def _(text: str) -> str:
    """Return a string in the reader's language."""
    # The empty string is where gettext keeps the header of a catalogue.
    return _catalogue(language()).gettext(text) if text else text


def plural(one: str, many: str, number: int, **fields: object) -> str:
    """Return the form of a string that goes with a number, which fills ``{n}``."""
    words = _catalogue(language()).ngettext(one, many, number)
    return words.format(n=f"{number:,}", **fields)


def listed(parts: Iterable[str]) -> str:
    """Return facts side by side, such as ``32 groups, stride 2``; empty ones are left out."""
    return _(", ").join(part for part in parts if part)


def sentences(parts: Iterable[str]) -> str:
    """Return whole sentences one after the other; empty ones are left out."""
    text = ""
    for part in parts:
        # Between Chinese sentences there is no space.
        text += part if not text or not part or text.endswith("。") else f" {part}"
    return text


def told(parts: Iterable[str]) -> str:
    """Return statements as one sentence, such as ``A: 91 %; B: 89 %.``."""
    return _("{statements}.").format(statements=_("; ").join(parts))


def meant(sense: str, text: str) -> str:
    """Return a string in one of its senses, where other languages have a word for each."""
    return _catalogue(language()).pgettext(sense, text)


def mark(text: str) -> str:
    """Mark a string for the catalogue; ``_`` puts it into the reader's language where it is shown.

    For tables that are made when a module is imported, before there is a reader.
    """
    return text


class Phrase:
    """A string with the values of its fields; ``str()`` puts it into the reader's language.

    Args:
        text: In English, with ``{fields}``.
        fields: Their values; a phrase among them is put into the language too.
    """

    __slots__ = ("fields", "text")

    def __init__(self, text: str, **fields: object) -> None:
        """Keep both until somebody reads them."""
        self.text = text
        self.fields = fields

    def __str__(self) -> str:
        """Return it in the reader's language."""
        return _(self.text).format(**self.fields)

    def packed(self) -> str:
        """Return it as a line for ``retold``: whoever writes does not know who will read."""
        return json.dumps(_parts(self), ensure_ascii=False)

    def __repr__(self) -> str:
        """Return it as it is written in the code."""
        fields = "".join(f", {name}={value!r}" for name, value in self.fields.items())
        return f"Phrase({self.text!r}{fields})"


def retold(line: str) -> str:
    """Return in the reader's language what ``Phrase.packed`` wrote; other text as ``_`` does."""
    if not line.startswith('["'):
        return _(line)
    try:
        return str(_phrase(json.loads(line)))
    except (ValueError, LookupError, AttributeError, TypeError):
        return line


def _parts(phrase: Phrase) -> list[object]:
    fields = phrase.fields.items()
    return [phrase.text, {n: _parts(v) if isinstance(v, Phrase) else v for n, v in fields}]


def _phrase(parts: list[Any]) -> Phrase:
    text, fields = parts
    known = {name: _phrase(v) if isinstance(v, list) else v for name, v in fields.items()}
    return Phrase(text, **known)


@cache
def _catalogue(code: str) -> gettext.NullTranslations:
    path = LOCALE / code / "LC_MESSAGES" / "explorer.po"
    return gettext.NullTranslations() if code == ENGLISH else read(path)


def read(path: Path) -> gettext.GNUTranslations:
    """Return a catalogue written as ``.po``; fuzzy entries do not count."""
    from babel.messages.mofile import write_mo  # noqa: PLC0415 - English needs none of it
    from babel.messages.pofile import read_po  # noqa: PLC0415

    compiled = io.BytesIO()
    with path.open("rb") as file:
        found: Any = read_po(file)
    write_mo(compiled, found)
    compiled.seek(0)
    return gettext.GNUTranslations(compiled)
