"""Links of a lesson: ``{experiment.network}`` in them stands for a network."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from explorer.errors import LessonError
from explorer.spec.codec import encode
from explorer.spec.presets import name_of
from explorer.words import _

if TYPE_CHECKING:
    from explorer.lessons.lesson import Lesson
    from explorer.spec import NetworkSpec

_NETWORK = re.compile(r"\{([a-z0-9_-]+)\.([a-z0-9_-]+)\}")


def filled(link: str, lesson: Lesson) -> str:
    """Return a link with the networks that it names as ``{experiment.network}``.

    Raises:
        LessonError: There is no such experiment or network.
    """

    def parameter(found: re.Match[str]) -> str:
        experiment = next((e for e in lesson.experiments if e.name == found[1]), None)
        spec = experiment.specs.get(found[2]) if experiment else None
        if spec is None:
            raise LessonError(
                _("The link {link!r} names {name}, which is no network of this lesson.").format(
                    link=link, name=found[0]
                ),
                _("Write {experiment.network}, or arch= and the name of a preset."),
            )
        return as_parameter(spec)

    return _NETWORK.sub(parameter, link)


def as_parameter(spec: NetworkSpec) -> str:
    """Return ``arch=<preset>`` or ``spec=<token>`` for a network."""
    name = name_of(spec)
    return f"arch={name}" if name else f"spec={encode(spec)}"
