"""A lesson from its TOML file; what is wrong with one is a sentence with file, step and field.

``lesson.en.toml`` says everything. ``lesson.zh.toml`` says only what reads differently in that
language: its steps, experiments, networks and options carry the same ``name`` as in English, and
whatever it leaves out is taken from there, so that links, answers and figures cannot differ.
"""

from __future__ import annotations

import tomllib
from typing import TYPE_CHECKING, Any, cast

from pydantic import ValidationError

from explorer.errors import LessonError
from explorer.lessons.lesson import Lesson
from explorer.spec.codec import spec_error
from explorer.words import _, mark

if TYPE_CHECKING:
    from pathlib import Path

MAX_BYTES = 400_000
_TRANSLATED = frozenset(
    [
        "title",
        "summary",
        "text",
        "label",
        "look",
        "note",
        "holds",
        "fails",
        "reversed",
        "unit",
        "sources",
        "columns",
        "rows",
        "source",
    ]
)
"""Fields that a translation may state."""
_KEYED = frozenset({"steps", "experiments", "arms", "options"})
"""Lists whose items are told apart by name."""
_PLACED = frozenset({"figures", "claims", "tables", "printed"})
"""Lists whose items are told apart by their place."""
_HINT = mark("See docs/lessons.md for what a lesson consists of.")

Table = dict[str, Any]


def read_lesson(path: Path, translation: Path | None = None) -> Lesson:
    """Return the lesson of a file, with the words of a translation where there is one.

    Raises:
        LessonError: A file cannot be read, or says something that cannot be meant.
    """
    data = _table(path)
    if translation is not None:
        data = _overlaid(data, _table(translation), translation, "")
    try:
        return Lesson.model_validate(data)
    except ValidationError as error:
        raise LessonError(_sentence(path, data, error), _(_HINT)) from None


def _table(path: Path) -> Table:
    try:
        raw = path.read_bytes()
        if len(raw) > MAX_BYTES:
            raise LessonError(
                _("{file} is larger than a lesson can be.").format(file=_called(path)), _(_HINT)
            )
        return tomllib.loads(raw.decode("utf-8"))
    except OSError as error:
        raise LessonError(
            _("{file} cannot be read: {reason}.").format(file=_called(path), reason=error.strerror),
            _(_HINT),
        ) from None
    except UnicodeDecodeError:
        raise LessonError(
            _("{file} is not UTF-8 text.").format(file=_called(path)), _("Save it as UTF-8.")
        ) from None
    except tomllib.TOMLDecodeError as error:
        what = str(error)[:1].lower() + str(error)[1:]
        raise LessonError(
            _("{file} is not TOML: {what}.").format(file=_called(path), what=what), _(_HINT)
        ) from None


def _called(path: Path) -> str:
    """Return a file by its folder and name, without where on this machine it lies."""
    return f"{path.parent.name}/{path.name}"


def _overlaid(base: Table, words: Table, file: Path, where: str) -> Table:
    """Return a table with the words of a translation."""
    found = dict(base)
    for key, value in words.items():
        place = f"{where}{key}"
        if key in _KEYED or key in _PLACED:
            found[key] = _list(base.get(key), value, file, place)
        elif isinstance(value, dict):
            inner = base.get(key)
            if not isinstance(inner, dict):
                raise _unknown(file, place)
            found[key] = _overlaid(cast("Table", inner), cast("Table", value), file, f"{place}, ")
        elif key in _TRANSLATED:
            found[key] = value
        elif value != base.get(key):
            raise LessonError(
                _("{file}: {place} is no text; a translation cannot change it.").format(
                    file=_called(file), place=place
                ),
                _("Leave it out: it is taken from the English file."),
            )
    return found


def _list(base: object, words: object, file: Path, place: str) -> list[Table]:
    items = [dict(item) for item in cast("list[Table]", base if isinstance(base, list) else [])]
    given = cast("list[Table]", words if isinstance(words, list) else [])
    by_name = place.rpartition(" ")[2] in _KEYED
    for number, item in enumerate(given):
        index = number
        if by_name:
            names = [known.get("name") for known in items]
            index = names.index(item.get("name")) if item.get("name") in names else len(items)
        name = item.get("name", number + 1)
        if index >= len(items):
            raise _unknown(file, f"{place} {name!r}")
        items[index] = _overlaid(items[index], item, file, f"{place} {name!r}, ")
    return items


def _unknown(file: Path, place: str) -> LessonError:
    return LessonError(
        _("{file}: {place} is not in the English file.").format(file=_called(file), place=place),
        _("Leave it out, or add it there."),
    )


def _sentence(path: Path, data: Table, error: ValidationError) -> str:
    """Return the first problem as a sentence that names file, step and field."""
    first = error.errors(include_url=False)[0]
    place = _place(data, first["loc"])
    if first["type"] == "value_error":
        what = f"{first.get('ctx', {}).get('error')}."
    else:
        known = spec_error(error)
        what = known.message.removeprefix(f"{known.location or _('The network')}: ")
    return f"{_called(path)}: {place}{what}"


def _place(data: Table, location: tuple[int | str, ...]) -> str:
    """Return ``step 'guess', question, answer: `` for a location in the file."""
    words: list[str] = []
    here: Any = data
    for part in location:
        if isinstance(part, int):
            item = here[part] if isinstance(here, list) and part < len(here) else None
            name = item.get("name") if isinstance(item, dict) else None
            singular = words.pop().removesuffix("s") if words else "item"
            words.append(f"{singular} {name!r}" if name else f"{singular} {part + 1}")
            here = item
        else:
            words.append(part)
            here = here.get(part) if isinstance(here, dict) else None
    return f"{', '.join(words)}: " if words else ""
