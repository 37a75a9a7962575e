"""Lessons and glossary say the same in every language, and nothing of them is left in English."""

from __future__ import annotations

import re
import tomllib
from itertools import product
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest

from explorer.lessons import glossary as glossaries
from explorer.lessons import library, prose
from explorer.words import ENGLISH, LANGUAGES

if TYPE_CHECKING:
    from collections.abc import Iterator

    from explorer.lessons.lesson import Lesson

OTHERS = [code for code in LANGUAGES if code != ENGLISH]
BUNDLED = sorted(file.parent for file in library.BUNDLED.glob(f"*/lesson.{ENGLISH}.toml"))
NAMED = frozenset({"steps", "experiments", "arms", "options"})
TOLD = frozenset(
    {"title", "summary", "text", "label", "look", "note", "holds", "fails", "reversed"}
    | {"columns", "rows", "source", "sources"}
)
NUMBER = re.compile(r"\d[\d.,]*\d|\d")
FIELD = re.compile(r"\{[^}]*\}")


def read(folder: Path, code: str) -> dict[str, Any]:
    return tomllib.loads((folder / f"lesson.{code}.toml").read_text(encoding="utf-8"))


def cells(value: Any) -> list[str]:
    return [cell for row in value for cell in cells(row)] if isinstance(value, list) else [value]


def told(part: dict[str, Any], where: str = "") -> Iterator[tuple[str, str]]:
    """Yield every text for people in a lesson file with its place, told apart as the app does."""
    for key, value in part.items():
        if key == "columns" and "arms" in part:
            continue  # Names of quantities, not heads of a table.
        if key in TOLD:
            yield from ((f"{where}/{key}.{i}", text) for i, text in enumerate(cells(value)))
        elif isinstance(value, dict):
            yield from told(value, f"{where}/{key}")
        elif isinstance(value, list) and all(isinstance(item, dict) for item in value):
            for number, item in enumerate(value):
                name = item.get("name") if key in NAMED else number
                yield from told(item, f"{where}/{key}.{name}")


def is_said(text: str) -> bool:
    """Return whether there are English words in a text, and not only names and numbers."""
    return re.search(r"[a-z]{3,} [a-z]{2,}|^[a-z]{3,}$", FIELD.sub(" ", text)) is not None


CASES = list(product(BUNDLED, OTHERS))


def label(value: object) -> str:
    return value.name if isinstance(value, Path) else str(value)


@pytest.mark.parametrize(("folder", "code"), CASES, ids=label)
def test_a_translation_lacks_nothing_that_the_english_lesson_says(folder: Path, code: str) -> None:
    own = dict(told(read(folder, code)))
    left = [
        (place, text)
        for place, text in told(read(folder, ENGLISH))
        if is_said(text) and (place not in own or (own[place] == text and "source" not in place))
    ]
    assert left == []


@pytest.mark.parametrize(("folder", "code"), CASES, ids=label)
def test_a_translation_says_nothing_that_the_english_lesson_does_not(
    folder: Path, code: str
) -> None:
    assert set(dict(told(read(folder, code)))) <= set(dict(told(read(folder, ENGLISH))))


@pytest.mark.parametrize(("folder", "code"), CASES, ids=label)
def test_a_translation_has_the_numbers_the_terms_and_the_figures(folder: Path, code: str) -> None:
    own = dict(told(read(folder, code)))
    wrong = [
        (place, text, own[place])
        for place, text in told(read(folder, ENGLISH))
        if place in own
        and (
            set(NUMBER.findall(text)) - set(NUMBER.findall(own[place]))
            or sorted(prose.terms(text)) != sorted(prose.terms(own[place]))
            or sorted(FIELD.findall(text)) != sorted(FIELD.findall(own[place]))
        )
    ]
    assert wrong == []


def unnamed(lesson: Lesson) -> Any:
    """Return what a lesson does: all of it but its words."""

    def without(value: Any) -> Any:
        if isinstance(value, dict):
            kept = TOLD - {"columns"} if "arms" in value else TOLD
            return {key: without(inner) for key, inner in value.items() if key not in kept}
        return [without(inner) for inner in value] if isinstance(value, list) else value

    return without(lesson.model_dump(mode="json"))


@pytest.mark.parametrize(("folder", "code"), CASES, ids=label)
def test_a_lesson_does_the_same_in_every_language(folder: Path, code: str) -> None:
    english, own = library.find(folder.name), library.find(folder.name, code)
    assert unnamed(english) == unnamed(own)
    assert own.title != english.title


@pytest.mark.parametrize(("folder", "code"), CASES, ids=label)
def test_no_mark_of_emphasis_is_left_in_a_text(folder: Path, code: str) -> None:
    """Beside letters without spaces Markdown does not read every ``**`` as bold."""
    texts = [text for place, text in told(read(folder, code)) if "/text." in place]
    plain = [block.plain for text in texts for block in prose.blocks(text)]
    assert [text for text in plain if "*" in text or "[[" in text] == []


@pytest.mark.parametrize("code", OTHERS)
def test_the_glossary_is_complete(code: str) -> None:
    english, own = glossaries.glossary(), glossaries.glossary(code)
    path = glossaries.ASSETS / f"glossary.{code}.toml"
    assert set(tomllib.loads(path.read_text(encoding="utf-8"))) == set(english)
    assert [name for name in english if own[name].sentence == english[name].sentence] == []
    assert [
        name for name in english if bool(own[name].formula) != bool(english[name].formula)
    ] == []
    assert [name for name in english if bool(own[name].source) != bool(english[name].source)] == []


STEP = """
title = "One"
[[steps]]
name = "{name}"
title = "A step of the lesson"
text = "There are 3 of [[path|them]]."
[steps.question]
text = "How many are there?"
answer = 3
"""


@pytest.mark.parametrize(
    ("own", "lacks"),
    [
        ('title = "一"\n[[steps]]\nname = "a"\ntitle = "步骤"\n', "/steps.a/question/text.0"),
        ('title = "一"\n', "/steps.a/title.0"),
    ],
)
def test_a_missing_step_or_question_is_found(own: str, lacks: str) -> None:
    there = dict(told(tomllib.loads(own)))
    english = dict(told(tomllib.loads(STEP.format(name="a"))))
    assert lacks in english
    assert is_said(english[lacks])
    assert lacks not in there
