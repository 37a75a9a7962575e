"""The worksheet of a lesson: its steps with the reader's own predictions and figures.

What is not answered yet is a line to write on, so the sheet can also be handed out empty.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

from explorer.lessons import claims, prose
from explorer.lessons.charts import chart
from explorer.lessons.page import on_what
from explorer.lessons.prose import Block
from explorer.lessons.quantities import MISSING, QUANTITIES
from explorer.lessons.results import figure as value_of
from explorer.lessons.table import table
from explorer.words import _, mark

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from explorer.lessons.charts import Chart
    from explorer.lessons.lesson import Figure, Lesson, PaperTable, Reveal, Step
    from explorer.lessons.results import Results
    from explorer.lessons.table import Column, Table

LINE = "_" * 24
WHOSE = {"network": "", "ours": mark("recorded"), "yours": mark("yours"), "paper": mark("paper")}
PRINT_WIDTH = 640.0


class Sheet(NamedTuple):
    """What is filled in.

    Attributes:
        lesson: The lesson.
        answers: Predictions by the name of the step.
        open: Steps whose answer the reader has seen; only these are printed with it.
        recorded: Recorded runs by experiment.
        own: The reader's own runs by experiment.
    """

    lesson: Lesson
    answers: Mapping[str, str | float]
    open: frozenset[str]
    recorded: Mapping[str, Results | None]
    own: Mapping[str, Results | None]


class Heading(NamedTuple):
    """A title; level 1 is that of the sheet."""

    level: int
    text: str


class Field(NamedTuple):
    """A label with what is filled in; None is a line to write on."""

    label: str
    value: str | None


class Grid(NamedTuple):
    """A table with a note under it."""

    heads: tuple[str, ...]
    rows: tuple[tuple[str, ...], ...]
    notes: tuple[str, ...] = ()


class Picture(NamedTuple):
    """A chart with a note under it."""

    chart: Chart
    note: str


Part = Heading | Field | Grid | Picture | Block


def parts(sheet: Sheet) -> Iterator[Part]:
    """Return what stands on the sheet, in order."""
    lesson = sheet.lesson
    yield Heading(1, lesson.title)
    yield Field(_("Name"), None)
    yield from prose.blocks(lesson.summary)
    for number, step in enumerate(lesson.steps, 1):
        yield Heading(2, f"{number}. {step.title}")
        yield from _step(sheet, step)
    yield Heading(2, _("Sources"))
    for source in lesson.sources:
        yield from prose.blocks(source)


def _step(sheet: Sheet, step: Step) -> Iterator[Part]:
    yield from _text(sheet, step.text)
    for found in step.tables:
        yield from _paper(found)
    if step.question:
        yield from prose.blocks(f"**{_('Predict first')}** {step.question.text}")
        for option in step.question.options:
            yield from prose.blocks(f"* {option.text}")
        given = sheet.answers.get(step.name)
        yield Field(_("My prediction"), None if given is None else step.question.words(given))
    if step.reveal and step.name not in sheet.open:
        yield Field(_("What came out"), None)
    elif step.reveal:
        if step.question:
            yield Field(_("Answer"), step.question.words(step.question.answer))
        yield from _revealed(sheet, step, step.reveal)


def _revealed(sheet: Sheet, step: Step, reveal: Reveal) -> Iterator[Part]:
    yield from _text(sheet, reveal.text)
    for figure in (*step.figures, *reveal.figures):
        yield from _figure(sheet, figure)
    for claim in reveal.claims:
        experiment = sheet.lesson.experiment(claim.experiment)
        for whose, found in ((_("Recorded"), sheet.recorded), (_("My runs"), sheet.own)):
            results = found.get(claim.experiment)
            said = claims.sentence(claim, experiment, results) if results else ""
            if said:
                yield from _text(sheet, _("**{label}:** {text}").format(label=whose, text=said))
    for found in reveal.tables:
        yield from _paper(found)


def _text(sheet: Sheet, text: str) -> tuple[Block, ...]:
    def value(experiment: str, arm: str, quantity: str) -> str:
        if quantity not in QUANTITIES:
            return MISSING
        results = sheet.recorded.get(experiment)
        found = value_of(sheet.lesson.experiment(experiment), results, arm, quantity)
        return QUANTITIES[quantity].words(found)

    return prose.blocks(prose.filled(text, value))


def _figure(sheet: Sheet, figure: Figure) -> Iterator[Grid | Picture]:
    experiment = sheet.lesson.experiment(figure.experiment)
    recorded, own = sheet.recorded.get(figure.experiment), sheet.own.get(figure.experiment)
    if figure.kind == "table":
        yield _grid(table(experiment, recorded, own), recorded, own)
        return
    for whose, results in ((_("Recorded"), recorded), (_("My runs"), own)):
        drawn = chart(figure, experiment, results, width=PRINT_WIDTH) if results else None
        if drawn and results:
            yield Picture(drawn, _("{title}: {line}").format(title=whose, line=on_what(results)))


def _grid(found: Table, recorded: Results | None, own: Results | None) -> Grid:
    heads = ("", *(_headed(c) for c in found.columns))
    rows = tuple(
        (title, *(c.cells[place] for c in found.columns)) for place, title in enumerate(found.rows)
    )
    sources = dict.fromkeys(c.hint for c in found.columns if c.origin == "paper")
    notes = [_("paper: {source}").format(source=source) for source in sources]
    notes += [_("Recorded: {what}").format(what=on_what(recorded))] if recorded else []
    notes += [_("Yours: {what}").format(what=on_what(own))] if own else []
    return Grid(heads, rows, tuple(notes))


def _headed(column: Column) -> str:
    whose = _(WHOSE[column.origin])
    return _("{title} ({whose})").format(title=column.title, whose=whose) if whose else column.title


def _paper(found: PaperTable) -> Iterator[Heading | Grid]:
    yield Heading(3, found.title)
    yield Grid(found.columns, found.rows, (_("paper: {source}").format(source=found.source),))


def to_markdown(sheet: Sheet) -> str:
    """Return the sheet as Markdown."""
    lines: list[str] = []
    for part in parts(sheet):
        match part:
            case Heading(level, text):
                lines += [f"{'#' * level} {text}", ""]
            case Field(label, value):
                lines += [_("**{label}:** {text}").format(label=label, text=value or LINE), ""]
            case Grid():
                lines += [*_rows(part), ""]
            case Picture(drawn, note):
                lines += [f"*{drawn.title}.* {drawn.alt}", "", note, ""]
            case _:
                lines += _markdown(part)
    return "\n".join(lines)


def _rows(grid: Grid) -> Iterator[str]:
    yield f"| {' | '.join(grid.heads)} |"
    yield f"|{' --- |' * len(grid.heads)}"
    for row in grid.rows:
        yield f"| {' | '.join(row)} |"
    for note in grid.notes:
        yield ""
        yield f"*{note}*"


def _markdown(block: Block) -> list[str]:
    marks = {"item": "* ", "number": "1. ", "heading": "### "}
    words = "".join(_marked(span) for span in block.spans)
    line = marks.get(block.kind, "") + words
    return [line] if block.kind in {"item", "number"} else [line, ""]


def _marked(span: prose.Span) -> str:
    text = f"`{span.text}`" if span.code else span.text
    text = f"*{text}*" if span.italic else text
    text = f"**{text}**" if span.bold else text
    return f"[{text}]({span.href})" if span.href else text


def to_pdf(sheet: Sheet) -> bytes:
    """Return the sheet as a PDF of A4 pages."""
    from explorer.lessons.worksheet_pdf import written  # noqa: PLC0415 - its library is slow

    return written(sheet.lesson.title, parts(sheet))
