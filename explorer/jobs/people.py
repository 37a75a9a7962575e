"""Who acts on jobs: a name that limits count by, and whether it is the teacher's.

Without ``EXPLORER_TEACHER`` the app belongs to whoever sits before it, and everyone who can open
a page may do everything. With it, users act on their own jobs, and whoever knows the word it is
set to acts on all, and on the queue.
"""

from __future__ import annotations

import hmac
import os
import time
from dataclasses import dataclass
from typing import TYPE_CHECKING

from explorer.errors import JobError
from explorer.words import _

if TYPE_CHECKING:
    from explorer.store.records import Job

VARIABLE = "EXPLORER_TEACHER"
LEAST = 12
"""Characters that the teacher's word must have."""
_PAUSE = 0.5
"""Seconds that a wrong word costs, so that guessing does not pay."""


@dataclass(frozen=True)
class Person:
    """Somebody who uses the app.

    Attributes:
        name: Limits and turns count by it.
        is_teacher: Whether all jobs and the queue are theirs to steer.
    """

    name: str
    is_teacher: bool = False


def is_class() -> bool:
    """Return whether there is a teacher, and everyone else has only their own jobs.

    Raises:
        JobError: The teacher's word is too short to be one.
    """
    return bool(_word())


def person(name: str, word: str = "") -> Person:
    """Return who somebody is.

    Args:
        name: As ``Person.name``.
        word: What they say is the teacher's word; empty for a user.

    Raises:
        JobError: The word is wrong, or the one of this installation is too short.
    """
    wanted = _word()
    if not wanted:
        return Person(name, is_teacher=True)
    if not word:
        return Person(name)
    if not hmac.compare_digest(word.encode(), wanted.encode()):
        time.sleep(_PAUSE)
        raise JobError(_("That is not the teacher's word."), _("Ask whoever runs this server."))
    return Person(name, is_teacher=True)


def require_teacher(by: Person) -> None:
    """Refuse what only a teacher may do.

    Raises:
        JobError: It is somebody else.
    """
    if not by.is_teacher:
        raise JobError(_("Only the teacher may do this."), _("Enter the teacher's word first."))


def may_change(by: Person, job: Job) -> bool:
    """Return whether somebody may cancel, pause or delete a job."""
    return job.user == by.name or by.is_teacher


def require_own(by: Person, job: Job) -> None:
    """Refuse to touch the job of somebody else.

    Raises:
        JobError: It is theirs, and this is not the teacher.
    """
    if not may_change(by, job):
        raise JobError(
            _("This job belongs to somebody else."), _("Clone it to work with your own.")
        )


def _word() -> str:
    word = os.environ.get(VARIABLE, "").strip()
    if word and len(word) < LEAST:
        raise JobError(
            _("The teacher's word in {variable} is too short.").format(variable=VARIABLE),
            _("Set it to at least {least} characters.").format(least=LEAST),
        )
    return word
