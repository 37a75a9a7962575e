"""A lesson: ordered steps with a text, a state to open, a question, an experiment, a reveal."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated, Literal, Self

from pydantic import Field, model_validator

from explorer.lessons.controls import CONTROLS
from explorer.lessons.experiment import Experiment
from explorer.lessons.fields import Line, Name, Part, Prose
from explorer.lessons.quantities import QUANTITIES
from explorer.words import _

if TYPE_CHECKING:
    from collections.abc import Sequence

MAX_SHOWN = 4
"""Networks that can be told apart in one figure."""


class Option(Part):
    """One possible answer."""

    name: Name
    text: Line


class Question(Part):
    """What the reader predicts before the answer shows: a choice or a number.

    Attributes:
        text: The question.
        options: Of a choice; empty where a number is asked for.
        answer: Name of the right option, or the number.
        unit: Of the number.
        within: How far from the number an answer may be and still counts as right.
        high: The largest number that can be given.
    """

    text: Prose
    options: Annotated[tuple[Option, ...], Field(max_length=6)] = ()
    answer: str | float
    unit: str = ""
    within: Annotated[float, Field(ge=0)] = 0.0
    high: float = 1e6

    @model_validator(mode="after")
    def _check(self) -> Self:
        names = [option.name for option in self.options]
        if self.options and (len(names) < 2 or len(set(names)) < len(names)):
            raise ValueError(_("a choice needs two options or more, each with a name of its own"))
        if self.options and self.answer not in names:
            raise ValueError(
                _("the answer {answer!r} is none of the options").format(answer=self.answer)
            )
        if not self.options and isinstance(self.answer, str):
            raise ValueError(_("without options the answer is a number"))
        return self

    def is_right(self, given: str | float) -> bool:
        """Return whether an answer is right."""
        if isinstance(self.answer, str) or isinstance(given, str):
            return given == self.answer
        return abs(given - self.answer) <= self.within

    def words(self, given: str | float) -> str:
        """Return an answer as it is shown."""
        if isinstance(given, str):
            return next((o.text for o in self.options if o.name == given), given)
        return f"{given:,.10g} {self.unit}".strip()


class Opening(Part):
    """A prepared state of a page.

    Attributes:
        link: ``page?query``; ``{experiment.network}`` in it stands for a network.
        label: On the button.
        hide: Controls that are left away; keys of ``explorer.lessons.controls``.
        look: What to look at there, in a sentence.
        after: Whether it is offered only after the answer, which it would give away.
    """

    link: Annotated[str, Field(pattern=r"^[a-z_]{1,40}(\?[^\s#]{0,3000})?$")]
    label: Line
    hide: Annotated[tuple[str, ...], Field(max_length=12)] = ()
    look: str = ""
    after: bool = False

    @model_validator(mode="after")
    def _check(self) -> Self:
        unknown = sorted(set(self.hide) - set(CONTROLS))
        if unknown:
            raise ValueError(
                _("there is no control {name!r}; there are {names}").format(
                    name=unknown[0], names=", ".join(CONTROLS)
                )
            )
        return self


class Figure(Part):
    """What is shown of an experiment.

    Attributes:
        experiment: Its name.
        kind: Curves over the epochs; a measured series by block, layer or length; one value of
            each network; two of them against each other; the table.
        of: A metric of the curves, a measure, or a quantity; see ``quantities`` and ``measures``.
        against: Of a scatter: what is on the x axis.
        arms: The networks that are drawn, four at most; all of a table.
        title: Above it.
        note: How to read it.
    """

    experiment: Name
    kind: Literal["curves", "series", "bars", "scatter", "table"]
    of: str = ""
    against: str = ""
    arms: tuple[str, ...] = ()
    title: str = ""
    note: str = ""

    @model_validator(mode="after")
    def _check(self) -> Self:
        named = {"bars": (self.of,), "scatter": (self.of, self.against)}.get(self.kind, ())
        unknown = [name for name in named if name not in QUANTITIES]
        if unknown:
            raise ValueError(
                _("there is no quantity {name!r}; see {names}").format(
                    name=unknown[0], names=", ".join(QUANTITIES)
                )
            )
        if self.kind == "curves" and self.of not in CURVES:
            raise ValueError(
                _("there is no curve {name!r}; there are {names}").format(
                    name=self.of, names=", ".join(CURVES)
                )
            )
        if self.kind != "table" and len(self.arms) > MAX_SHOWN:
            raise ValueError(
                _("at most {most} networks can be told apart in one figure").format(most=MAX_SHOWN)
            )
        return self


CURVES = ("train_loss", "train_error", "test_loss", "test_error")


class PaperTable(Part):
    """A table as a paper prints it.

    Attributes:
        title: What it shows.
        source: Paper and table.
        columns: Their heads.
        rows: Their cells, as printed.
        facts: Where a test finds numbers again: ``row,column`` to ``entry#field`` of
            tests/reference.json, both from 0.
    """

    title: Line
    source: Line
    columns: tuple[str, ...]
    rows: tuple[tuple[str, ...], ...]
    facts: dict[str, str] = Field(default_factory=dict[str, str])

    @model_validator(mode="after")
    def _check(self) -> Self:
        for number, row in enumerate(self.rows, 1):
            if len(row) != len(self.columns):
                raise ValueError(
                    _("row {number} has {cells} cells, the table {columns} columns").format(
                        number=number, cells=len(row), columns=len(self.columns)
                    )
                )
        return self


class Claim(Part):
    """A sentence that depends on what came out.

    Attributes:
        experiment: Its name.
        of: The quantity.
        more: The network that is said to have more of it.
        less: The network that is said to have less.
        margin: By how much at least.
        holds: What is said if so; ``{more}``, ``{less}`` and ``{gap}`` are the figures.
        fails: What is said if not.
        reversed: What is said if it is clearly the other way round; ``fails`` where it is empty.
    """

    experiment: Name
    of: str
    more: Name
    less: Name
    margin: float = 0.0
    holds: Prose
    fails: Prose
    reversed: Prose = ""

    @model_validator(mode="after")
    def _check(self) -> Self:
        if self.of not in QUANTITIES:
            raise ValueError(
                _("there is no quantity {name!r}; see {names}").format(
                    name=self.of, names=", ".join(QUANTITIES)
                )
            )
        return self


class Reveal(Part):
    """What shows after the answer."""

    text: Prose = ""
    figures: tuple[Figure, ...] = ()
    claims: tuple[Claim, ...] = ()
    tables: tuple[PaperTable, ...] = ()


class Step(Part):
    """One step.

    Attributes:
        name: In links.
        title: For people.
        text: What is read first.
        open: A prepared state to look at.
        question: To predict before the reveal.
        train: Experiment that can be trained now, or replayed.
        figures: What is shown before the question.
        tables: A paper's tables that are shown before the question.
        reveal: What shows after the answer, or after a click where nothing is asked.
    """

    name: Name
    title: Line
    text: Prose
    open: Opening | None = None
    question: Question | None = None
    train: Name | None = None
    figures: tuple[Figure, ...] = ()
    tables: tuple[PaperTable, ...] = ()
    reveal: Reveal | None = None

    @model_validator(mode="after")
    def _check(self) -> Self:
        if self.question and not self.reveal:
            raise ValueError(_("a question needs a reveal"))
        return self

    @property
    def shown(self) -> tuple[Figure, ...]:
        """Return all figures, before and after the answer."""
        return (*self.figures, *(self.reveal.figures if self.reveal else ()))


class Lesson(Part):
    """A lesson.

    Attributes:
        number: Its place in the list.
        title: For people.
        summary: One sentence about it.
        minutes: How long it takes.
        sources: The papers, as they are cited.
        experiments: Stored definitions.
        steps: In order.
    """

    number: Annotated[int, Field(ge=0, le=999)] = 999
    title: Line
    summary: Line
    minutes: Annotated[int, Field(ge=1, le=600)]
    sources: tuple[str, ...] = ()
    experiments: tuple[Experiment, ...] = ()
    steps: Annotated[tuple[Step, ...], Field(min_length=1, max_length=20)]

    @model_validator(mode="after")
    def _check(self) -> Self:
        if _repeats(self.steps):
            raise ValueError(_("two steps have the same name"))
        if _repeats(self.experiments):
            raise ValueError(_("two experiments have the same name"))
        known = {one.name: {arm.name for arm in one.arms} for one in self.experiments}
        for step in self.steps:
            for experiment, arms in _named(step):
                if experiment not in known:
                    raise ValueError(
                        _("step {step!r} names no experiment {experiment!r}").format(
                            step=step.name, experiment=experiment
                        )
                    )
                unknown = sorted(set(arms) - known[experiment])
                if unknown:
                    raise ValueError(
                        _("step {step!r} names no network {name!r}").format(
                            step=step.name, name=unknown[0]
                        )
                    )
        return self

    def experiment(self, name: str) -> Experiment:
        """Return an experiment by its name."""
        return next(one for one in self.experiments if one.name == name)


def _repeats(things: Sequence[Step] | Sequence[Experiment]) -> bool:
    return len({thing.name for thing in things}) < len(things)


def _named(step: Step) -> list[tuple[str, tuple[str, ...]]]:
    """Return the experiments and networks that a step names."""
    found = [(figure.experiment, figure.arms) for figure in step.shown]
    if step.reveal:
        found += [(c.experiment, (c.more, c.less)) for c in step.reveal.claims]
    return found + ([(step.train, ())] if step.train else [])
