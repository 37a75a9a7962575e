"""The lessons that come along: complete, every word explained, every printed number right."""

from __future__ import annotations

import json
import re
from pathlib import Path
from typing import TYPE_CHECKING
from urllib.parse import parse_qs

import pytest

from explorer.lessons import library, prose, recorded
from explorer.lessons.glossary import glossary
from explorer.lessons.links import filled
from explorer.lessons.quantities import QUANTITIES
from explorer.spec.reading import from_text

if TYPE_CHECKING:
    from collections.abc import Iterator

    from explorer.lessons.experiment import Experiment
    from explorer.lessons.lesson import Lesson, PaperTable, Step

ROOT = Path(__file__).resolve().parents[3]
REFERENCE = json.loads((ROOT / "tests" / "reference.json").read_text(encoding="utf-8"))
NAMES = (
    "degradation",
    "shortcuts",
    "order",
    "width",
    "cardinality",
    "scale",
    "iresnet",
    "paths",
    "neighbours",
)
FEWEST_FACTS = 150
"""Printed numbers that are held against the reference file; more only ever come."""
MAX_RECORDED = 10 * 2**20


@pytest.fixture(params=NAMES)
def lesson(request: pytest.FixtureRequest) -> Lesson:
    return library.find(request.param)


def test_all_nine_are_there_in_order() -> None:
    found = [entry for entry in library.lessons() if not entry.is_own]
    assert tuple(entry.name for entry in found) == NAMES
    assert [entry.lesson.number for entry in found if entry.lesson] == list(range(1, 10))


def test_a_lesson_is_complete(lesson: Lesson) -> None:
    assert 5 <= len(lesson.steps) <= 9
    assert sum(step.question is not None for step in lesson.steps) >= 5
    assert any(step.open for step in lesson.steps)
    assert any(step.train for step in lesson.steps)
    assert any(step.reveal and (step.reveal.tables or step.figures) for step in lesson.steps)
    assert any(experiment.printed for experiment in lesson.experiments) or printed(lesson)
    assert lesson.sources
    assert all(len(step.text.split()) <= 180 for step in lesson.steps)


def printed(lesson: Lesson) -> list[PaperTable]:
    tables = [table for step in lesson.steps for table in step.tables]
    reveals = [step.reveal for step in lesson.steps if step.reveal]
    return tables + [table for reveal in reveals for table in reveal.tables]


def texts(step: Step) -> Iterator[str]:
    yield step.text
    if step.question:
        yield step.question.text
    if step.open:
        yield step.open.look
    if step.reveal:
        yield step.reveal.text
        for claim in step.reveal.claims:
            yield claim.holds
            yield claim.fails
            yield claim.reversed


def test_every_marked_word_is_explained_and_marked_once(lesson: Lesson) -> None:
    known = glossary()
    marked = [term for step in lesson.steps for text in texts(step) for term in prose.terms(text)]
    assert marked
    assert set(marked) <= set(known)
    twice = {term for term in marked if marked.count(term) > 1}
    assert not twice, f"marked more than once: {twice}"


def test_every_figure_in_a_text_is_there(lesson: Lesson) -> None:
    experiments = {one.name: one for one in lesson.experiments}
    for step in lesson.steps:
        for text in texts(step):
            for experiment, arm, quantity in prose.FIGURE.findall(text):
                assert arm in experiments[experiment].specs
                assert quantity in QUANTITIES
            left = prose.FIGURE.sub("", text)
            assert set(re.findall(r"\{(\w*)\}", left)) <= {"more", "less", "gap"}


def test_every_link_names_a_page_and_a_network(lesson: Lesson) -> None:
    pages = {path.stem for path in (ROOT / "pages").glob("*.py")}
    for step in lesson.steps:
        if step.open:
            page, _, query = filled(step.open.link, lesson).partition("?")
            assert page in pages
            parameters = parse_qs(query)
            if "arch" in parameters:
                from_text(parameters["arch"][0])


def test_quick_forms_are_tiny() -> None:
    for name in NAMES:
        for experiment in library.find(name).experiments:
            if experiment.quick:
                assert experiment.quick.data in {"digits", "shapes"}
                assert experiment.quick.epochs * len(experiment.arms) <= 20


def facts() -> list[tuple[str, str, str, str]]:
    """Return (lesson, printed number, entry and field, source) of every fact that is stated."""
    found = []
    for name in NAMES:
        lesson = library.find(name)
        for table in printed(lesson):
            for place, fact in table.facts.items():
                row, column = map(int, place.split(","))
                found.append((name, table.rows[row][column], fact, table.source))
        for experiment in lesson.experiments:
            for one in experiment.printed:
                found += [(name, one.values[a], fact, one.source) for a, fact in one.facts.items()]
    return found


@pytest.mark.parametrize(("name", "shown", "fact", "source"), facts())
def test_printed_numbers_are_those_of_the_reference(
    name: str, shown: str, fact: str, source: str
) -> None:
    entry, _, field = fact.partition("#")
    published = REFERENCE[entry]["published"]
    values = [one[field] for one in published if one.get(field) is not None]
    assert values, f"{fact} has no such field"
    if isinstance(values[0], str):
        assert any(value.startswith(shown) for value in values)
    else:
        assert float(shown) in [pytest.approx(float(value), abs=1e-9) for value in values]


def test_most_printed_numbers_are_checked() -> None:
    assert len(facts()) >= FEWEST_FACTS


TABLES = {
    # Tables that the reference file does not hold, transcribed once more from the papers' facts.
    "He et al. 2016, Table 1": ["6.61", "12.35", "8.70", "6.91", "12.22", "12.86", "9.81"],
    "He et al. 2016, Table 2": [
        "6.61",
        "8.17",
        "7.84",
        "6.71",
        "6.37",
        "5.93",
        "6.50",
        "6.14",
        "5.91",
        "5.46",
    ],
    "Zagoruyko, Komodakis 2016, Fig. 4": ["85", "512", "68", "164", "312"],
    "Gao et al. 2019, Table 6": ["13.5", "35.4", "46.2", "14.0", "38.3", "51.1"],
    "Huang et al. 2016": ["6.41", "5.25"],
}


@pytest.mark.parametrize("source", TABLES)
def test_other_tables_hold_only_numbers_of_their_paper(source: str) -> None:
    cells = []
    for name in NAMES:
        lesson = library.find(name)
        for table in printed(lesson):
            if table.source.startswith(source):
                cells += [cell for row in table.rows for cell in row]
        for experiment in lesson.experiments:
            for one in experiment.printed:
                if one.source.startswith(source):
                    cells += one.values.values()
    numbers = [cell for cell in cells if re.fullmatch(r"[\d.]+", cell)]
    assert numbers
    assert set(numbers) <= set(TABLES[source])


def recorded_ones() -> list[tuple[str, Experiment]]:
    return [
        (name, experiment)
        for name in NAMES
        for experiment in library.find(name).experiments
        if not experiment.is_counted
    ]


@pytest.mark.parametrize(
    ("name", "experiment"), recorded_ones(), ids=lambda v: getattr(v, "name", v)
)
def test_recorded_runs_are_those_of_the_definition(name: str, experiment: Experiment) -> None:
    found = recorded.recorded(name, experiment.name)
    assert found is not None, "python -m explorer reproduce LESSON --record"
    assert found.definition == recorded.digest(experiment, experiment.recorded)
    for arm in experiment.arms:
        runs = found.of(arm.name)
        trained = len(experiment.recorded.seeds) if experiment.recorded.epochs else 1
        assert len(runs) == trained
        assert all(len(run.test_error) == experiment.recorded.epochs for run in runs)
    assert re.fullmatch(r"20\d\d-\d\d-\d\d", found.date)
    assert re.fullmatch(r"(\d+ of )?\d+ cores?, [a-z0-9-]+, (no|with a) GPU", found.machine)


def test_recorded_runs_are_small() -> None:
    files = list((library.BUNDLED / recorded.FOLDER).glob("*.json"))
    assert sum(file.stat().st_size for file in files) < MAX_RECORDED
    names = {f"{name}.{experiment.name}.json" for name, experiment in recorded_ones()}
    assert {file.name for file in files} == names
