"""The sections of the Unravel page.

To add one, write ``section(now)`` in a file of its own and name it in ``sections``.
"""

from __future__ import annotations

from functools import partial
from typing import TYPE_CHECKING

from explorer.ui import (
    depth_section,
    gradient_section,
    length_section,
    lesion_section,
    receptive_section,
    responses_section,
    unravelled,
)
from explorer.ui.i18n import _
from explorer.ui.sections import Section

if TYPE_CHECKING:
    from explorer.ui.state import Hand


def sections(now: Hand) -> tuple[Section, ...]:
    """Return the sections in the order of the choice; the first is open at first."""
    return (
        Section(
            "paths",
            _("Paths"),
            _("n residual blocks are 2ⁿ paths: each block is gone through or past."),
            partial(unravelled.section, now),
        ),
        Section(
            "lengths",
            _("Path lengths"),
            _("How long the paths are, by several units, and what one block adds to them."),
            partial(length_section.section, now),
        ),
        Section(
            "gradient",
            _("Gradient by path length"),
            _("Which paths a network learns along: the gradient, split by their length."),
            partial(gradient_section.section, now),
        ),
        Section(
            "depth",
            _("Effective depth"),
            _("Through how many blocks in series a gradient is still worth something."),
            partial(depth_section.section, now),
        ),
        Section(
            "responses",
            _("Layer responses"),
            _("How strongly each layer changes the signal, in several networks."),
            partial(responses_section.section, now),
        ),
        Section(
            "fields",
            _("Receptive fields"),
            _("What part of the image the paths see, and how much of it counts."),
            partial(receptive_section.section, now),
        ),
        Section(
            "lesions",
            _("Lesions"),
            _("Delete blocks of a trained network and see what it still knows."),
            partial(lesion_section.section, now),
        ),
    )
