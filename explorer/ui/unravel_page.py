"""The sections of the Unravel page, one open at a time; only the open one computes.

To add one, write ``section(now)`` in a file of its own and name it in ``sections``.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

import streamlit as st

from explorer.ui import (
    depth_section,
    gradient_section,
    length_section,
    lesion_section,
    panels,
    receptive_section,
    responses_section,
    unravelled,
    urls,
)
from explorer.ui.i18n import _
from explorer.ui.state import start_widget
from explorer.ui.urls import Param

if TYPE_CHECKING:
    from collections.abc import Callable

    from explorer.ui.state import Hand

_KEY = "unravel-view"


class Section(NamedTuple):
    """One section of the page.

    Attributes:
        name: In the link.
        label: On the choice.
        sentence: What it answers, in one grey sentence.
        show: Computes and shows it.
    """

    name: str
    label: str
    sentence: str
    show: Callable[[Hand], None]


def sections() -> tuple[Section, ...]:
    """Return the sections in the order of the choice; the first is open at first."""
    return (
        Section(
            "paths",
            _("Paths"),
            _("n residual blocks are 2ⁿ paths: each block is gone through or past."),
            unravelled.section,
        ),
        Section(
            "lengths",
            _("Path lengths"),
            _("How long the paths are, by several units, and what one block adds to them."),
            length_section.section,
        ),
        Section(
            "gradient",
            _("Gradient by path length"),
            _("Which paths a network learns along: the gradient, split by their length."),
            gradient_section.section,
        ),
        Section(
            "depth",
            _("Effective depth"),
            _("Through how many blocks in series a gradient is still worth something."),
            depth_section.section,
        ),
        Section(
            "responses",
            _("Layer responses"),
            _("How strongly each layer changes the signal, in several networks."),
            responses_section.section,
        ),
        Section(
            "fields",
            _("Receptive fields"),
            _("What part of the image the paths see, and how much of it counts."),
            receptive_section.section,
        ),
        Section(
            "lesions",
            _("Lesions"),
            _("Delete blocks of a trained network and see what it still knows."),
            lesion_section.section,
        ),
    )


def open_section(now: Hand) -> None:
    """Show the choice of a section and the one that is open; the link keeps it."""
    found = {section.name: section for section in sections()}
    first, wanted = next(iter(found)), urls.get(Param.VIEW)
    start_widget(_KEY, wanted if wanted in found else first)
    with st.container(horizontal=True, vertical_alignment="center", gap="medium"):
        chosen = st.segmented_control(
            _("Section"),
            list(found),
            required=True,
            key=_KEY,
            format_func=lambda name: found[name].label if name in found else str(name),
            label_visibility="collapsed",
        )
        section = found.get(str(chosen), found[first])
        panels.note(section.sentence)
    urls.put(Param.VIEW, "" if section.name == first else section.name)
    section.show(now)
