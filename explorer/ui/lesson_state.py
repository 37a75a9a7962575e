"""Where the reader is in the lessons: the link says which step, the session what was answered."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, NamedTuple

from explorer.ui import urls
from explorer.ui.state import keep, recall
from explorer.ui.urls import Param

if TYPE_CHECKING:
    from explorer.lessons.lesson import Lesson, Step

Answer = str | float


class Place(NamedTuple):
    """A step of a lesson.

    Attributes:
        lesson: Its name.
        step: From 1.
    """

    lesson: str
    step: int = 1

    @property
    def token(self) -> str:
        """Return the place as the link has it: ``degradation.3``."""
        return f"{self.lesson}.{self.step}"


def place() -> Place | None:
    """Return the place that the link names; None without one."""
    name, _dot, step = urls.get(Param.LESSON).partition(".")
    if not name:
        return None
    return Place(name[:40], int(step) if step.isdecimal() and len(step) < 4 else 1)


@dataclass(slots=True)
class Progress:
    """What one reader has done in a lesson; kept for the session.

    Attributes:
        answers: By the name of the step.
        open: Steps whose answer shows.
        seen: Steps that were read.
        last: The step that was read last, from 1.
    """

    answers: dict[str, Answer] = field(default_factory=dict[str, Answer])
    open: set[str] = field(default_factory=set[str])
    seen: set[str] = field(default_factory=set[str])
    last: int = 1

    def is_open(self, step: Step) -> bool:
        """Return whether what a step reveals shows."""
        return step.name in self.open

    def answer(self, step: Step, given: Answer | None) -> None:
        """Keep an answer, or that the reader wants to see it without one."""
        self.open.add(step.name)
        if given is not None:
            self.answers[step.name] = given

    def again(self, step: Step) -> None:
        """Take an answer back."""
        self.open.discard(step.name)
        self.answers.pop(step.name, None)

    def done(self, lesson: Lesson) -> int:
        """Return how many steps are done: read, and answered where something is asked."""
        return sum(
            step.name in self.seen and (step.reveal is None or step.name in self.open)
            for step in lesson.steps
        )


def progress(name: str) -> Progress:
    """Return what this reader has done in a lesson."""
    found = recall(f"lesson:{name}")
    if not isinstance(found, Progress):
        found = Progress()
        keep(f"lesson:{name}", found)
    return found
