"""Which lessons there are: those that come along, and a teacher's own in the data home.

A lesson is a folder ``<name>`` with a file ``lesson.en.toml``, and perhaps others such as
``lesson.zh.toml``; see ``docs/lessons.md``.
"""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, NamedTuple

from explorer.errors import LessonError
from explorer.lessons.reading import read_lesson
from explorer.store.paths import home
from explorer.words import _

if TYPE_CHECKING:
    from explorer.lessons.lesson import Lesson

ENGLISH = "en"
BUNDLED = Path(__file__).resolve().parents[2] / "assets" / "lessons"
OWN = "lessons"
"""Folder of the data home with lessons of one's own."""


class Entry(NamedTuple):
    """A lesson, or what is wrong with it.

    Attributes:
        name: Of its folder; in links and on the command line.
        folder: Where it lies.
        lesson: What it says; None where it cannot be read.
        problem: Why it cannot be read; None where it can.
    """

    name: str
    folder: Path
    lesson: Lesson | None
    problem: LessonError | None = None

    @property
    def is_own(self) -> bool:
        """Return whether it is one of this machine's own."""
        return self.folder.parent != BUNDLED


def own_folder() -> Path:
    """Return where a teacher puts lessons; made if it is not there."""
    path = home().root / OWN
    path.mkdir(parents=True, exist_ok=True)
    return path


def folders() -> dict[str, Path]:
    """Return the folders of all lessons by name; one's own goes before a bundled one."""
    places = (BUNDLED, own_folder())
    return {
        file.parent.name: file.parent
        for place in places
        for file in sorted(place.glob(f"*/lesson.{ENGLISH}.toml"))
    }


def lessons(language: str = ENGLISH) -> tuple[Entry, ...]:
    """Return all lessons in order, those that cannot be read at the end with the reason."""
    found = [_entry(name, folder, language) for name, folder in folders().items()]
    return tuple(sorted(found, key=lambda e: (e.lesson.number if e.lesson else 1000, e.name)))


def find(name: str, language: str = ENGLISH) -> Lesson:
    """Return a lesson by its name.

    Raises:
        LessonError: There is no such lesson, or its file cannot be read.
    """
    folder = folders().get(name)
    if folder is None:
        names = ", ".join(folders()) or _("none")
        raise LessonError(
            _("There is no lesson {name!r}.").format(name=name[:60]),
            _("There are {names}.").format(names=names),
        )
    return _read(folder, language)


def _read(folder: Path, language: str) -> Lesson:
    translation = folder / f"lesson.{language}.toml"
    has_one = language != ENGLISH and translation.is_file()
    return read_lesson(folder / f"lesson.{ENGLISH}.toml", translation if has_one else None)


def _entry(name: str, folder: Path, language: str) -> Entry:
    try:
        return Entry(name, folder, _read(folder, language))
    except LessonError as error:
        return Entry(name, folder, None, error)


def stamp() -> tuple[tuple[str, int], ...]:
    """Return what changes whenever a lesson file does."""
    files = (file for folder in folders().values() for file in folder.glob("lesson.*.toml"))
    return tuple((str(file), file.stat().st_mtime_ns) for file in files)
