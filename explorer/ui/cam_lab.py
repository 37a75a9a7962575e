"""Grad-CAM of two runs on one image: choices at the left, what they give at the right."""

from __future__ import annotations

from functools import partial
from typing import TYPE_CHECKING

import streamlit as st

from explorer.errors import ExplorerError
from explorer.ui import cached, cam_measured, cam_parts, guard, nav, panels
from explorer.ui.cam_choices import image_choice, question, view
from explorer.ui.cam_view import show
from explorer.ui.i18n import _
from explorer.ui.sections import Section

if TYPE_CHECKING:
    from explorer.ui.finished import Run


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


def sections(a: Run, b: Run) -> tuple[Section, ...]:
    """Return the sections of the page in the order of the choice; the first is open at first."""
    return (
        Section("maps", _("Maps"), _("Where both look on one image."), partial(maps, a, b)),
        Section(
            "measured",
            _("Measured"),
            _("How well their maps mark the object, on many images and with intervals."),
            partial(cam_measured.section, a, b),
        ),
        Section(
            "parts",
            _("Parts"),
            _("What the shortcut, the branch and each scale of one block add to the score."),
            partial(cam_parts.section, a, b),
        ),
    )


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
