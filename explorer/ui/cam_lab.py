"""Grad-CAM of two runs on one image: choices at the left, what they give at the right."""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

import streamlit as st

from explorer.errors import ExplorerError
from explorer.ui import cached, cam_measured, cam_parts, guard, nav, panels, urls
from explorer.ui.cam_choices import image_choice, question, view
from explorer.ui.cam_view import show
from explorer.ui.i18n import _
from explorer.ui.state import start_widget
from explorer.ui.urls import Param

if TYPE_CHECKING:
    from collections.abc import Callable

    from explorer.ui.finished import Run


_KEY = "cam-view"


def nothing_to_compare(found: int) -> None:
    """Say what is missing and where to get it."""
    panels.heading(
        _("No trained networks yet") if not found else _("One more network is needed"),
        _(
            "Grad-CAM shows where a trained network looks. Train two networks on the same data, "
            "such as ResNet-20 and a Res2Net of its size; then they stand here side by side."
        ),
    )
    if st.button(_("Train a network"), type="primary"):
        nav.go("train")


class Section(NamedTuple):
    """One section of the page; only the open one computes.

    Attributes:
        name: In the link.
        label: On the choice.
        sentence: What it answers, in one grey sentence.
        show: Computes and shows it.
    """

    name: str
    label: str
    sentence: str
    show: Callable[[Run, Run], None]


def sections() -> tuple[Section, ...]:
    """Return the sections in the order of the choice; the first is open at first."""
    return (
        Section("maps", _("Maps"), _("Where both look on one image."), maps),
        Section(
            "measured",
            _("Measured"),
            _("How well their maps mark the object, on many images and with intervals."),
            cam_measured.section,
        ),
        Section(
            "parts",
            _("Parts"),
            _("What the shortcut, the branch and each scale of one block add to the score."),
            cam_parts.section,
        ),
    )


def lab(a: Run, b: Run) -> None:
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
    section.show(a, b)


def maps(a: Run, b: Run) -> None:
    """Show the choices at the left and what they give at the right."""
    left, right = st.columns((1, 3.4), gap="medium")
    try:
        with left:
            image, knows_class = image_choice(a)
            target, layer, method = question(a, knows_class=knows_class)
            how = view()
        found = cached.cam_pair(
            (a.stamp, b.stamp),
            image,
            {
                "run_a": str(a.folder),
                "run_b": str(b.folder),
                "target": target,
                "layer": layer.name,
                "method": method,
            },
        )
        with right:
            show(found, how)
    except ExplorerError as error:
        with right:
            guard.show(error)
