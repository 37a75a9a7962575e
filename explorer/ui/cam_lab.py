"""Grad-CAM of two runs on one image: choices at the left, what they give at the right."""

from __future__ import annotations

from typing import TYPE_CHECKING

import streamlit as st

from explorer.errors import ExplorerError
from explorer.ui import cached, guard, nav, panels
from explorer.ui.cam_choices import image_choice, question, view
from explorer.ui.cam_view import show
from explorer.ui.i18n import _

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


def lab(a: Run, b: Run) -> None:
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
