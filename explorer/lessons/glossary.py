"""The words of the field: a sentence, a formula and a source for each, in the reader's language."""

from __future__ import annotations

import tomllib
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

from pydantic import Field, TypeAdapter, ValidationError

from explorer.errors import LessonError
from explorer.lessons.fields import Part
from explorer.lessons.library import ENGLISH
from explorer.words import _

if TYPE_CHECKING:
    from collections.abc import Mapping

ASSETS = Path(__file__).resolve().parents[2] / "assets"


class Term(Part):
    """One word.

    Attributes:
        title: As it is written in a text.
        sentence: What it means, in one sentence.
        formula: The same as an equation; may be empty.
        source: Where it is from; may be empty.
    """

    title: Annotated[str, Field(min_length=1, max_length=60)]
    sentence: Annotated[str, Field(min_length=1, max_length=300)]
    formula: str = ""
    source: str = ""


_TERMS = TypeAdapter(dict[str, Term])


def glossary(language: str = ENGLISH, folder: Path = ASSETS) -> Mapping[str, Term]:
    """Return every term by its name, in a language where it has been put into it.

    Raises:
        LessonError: A file cannot be read.
    """
    found = _read(folder / f"glossary.{ENGLISH}.toml")
    other = folder / f"glossary.{language}.toml"
    if language != ENGLISH and other.is_file():
        found |= {name: term for name, term in _read(other).items() if name in found}
    return found


def _read(path: Path) -> dict[str, Term]:
    try:
        return _TERMS.validate_python(tomllib.loads(path.read_text(encoding="utf-8")))
    except (OSError, ValueError) as error:
        what = _("cannot be read")
        if isinstance(error, ValidationError):
            first = error.errors(include_url=False)[0]
            what = f"{', '.join(map(str, first['loc']))}: {first['msg']}"
        raise LessonError(
            f"{path.name}: {what}.", _("Each term has a title and a sentence.")
        ) from None
