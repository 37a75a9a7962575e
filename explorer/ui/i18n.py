"""Every visible string of the pages goes through here."""

from __future__ import annotations

import gettext
from functools import cache
from pathlib import Path

DOMAIN = "explorer"
LOCALE = Path(__file__).resolve().parents[2] / "assets" / "locale"


@cache
def _catalogue(language: str) -> gettext.NullTranslations:
    return gettext.translation(DOMAIN, LOCALE, languages=[language], fallback=True)


def _(text: str) -> str:
    """Return a string in the reader's language."""
    return _catalogue("en").gettext(text)


def plural(one: str, many: str, number: int) -> str:
    """Return the form of a string that goes with a number, which fills ``{n}``."""
    return _catalogue("en").ngettext(one, many, number).format(n=f"{number:,}")


def language() -> str:
    """Return the code of the reader's language."""
    return "en"
