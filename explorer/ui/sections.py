"""The sections of a page, one open at a time; only the open one computes."""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

import streamlit as st

from explorer.ui import panels, urls
from explorer.ui.hiding import hidden
from explorer.ui.i18n import _
from explorer.ui.state import start_widget
from explorer.ui.urls import Param

if TYPE_CHECKING:
    from collections.abc import Callable


class Section(NamedTuple):
    """One section of a page.

    Attributes:
        name: In the link.
        label: On the choice.
        sentence: What it answers, in one grey sentence.
        show: Computes and shows it.
    """

    name: str
    label: str
    sentence: str
    show: Callable[[], None]


def open_section(sections: tuple[Section, ...], key: str) -> None:
    """Show the choice of a section and the one that is open; the link keeps it.

    Args:
        sections: In the order of the choice; the first is open at first.
        key: Of the choice, one for each page.
    """
    found = {section.name: section for section in sections}
    first, wanted = next(iter(found)), urls.get(Param.VIEW)
    start = start_widget(key, wanted if wanted in found else first, found)
    if hidden("sections"):
        # The link says which, and there is no choice of another.
        found[wanted if wanted in found else first].show()
        return
    with st.container(horizontal=True, vertical_alignment="center", gap="medium"):
        chosen = st.segmented_control(
            _("Section"),
            list(found),
            default=start,
            required=True,
            key=key,
            format_func=lambda name: found[name].label if name in found else str(name),
            label_visibility="collapsed",
        )
        section = found.get(str(chosen), found[first])
        panels.note(section.sentence)
    urls.put(Param.VIEW, "" if section.name == first else section.name)
    section.show()
