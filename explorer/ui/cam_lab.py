"""Grad-CAM of two runs on one image: choices at the left, what they give at the right."""

from __future__ import annotations

from functools import partial
from typing import TYPE_CHECKING

import streamlit as st

from explorer.errors import ExplorerError
from explorer.ui import cam_cues, cam_layer, cam_measured, cam_parts, guard, nav, panels
from explorer.ui.cam_asked import Asked, computed, noise_floor, seeds_at_hand
from explorer.ui.cam_choices import choose_more, question, view
from explorer.ui.cam_export import save
from explorer.ui.cam_image import image_choice
from explorer.ui.cam_view import numbers, pictures, rankings
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


def sections(shown: list[Run], runs: dict[str, Run]) -> tuple[Section, ...]:
    """Return the sections of the page in the order of the choice; the first is open at first.

    Args:
        shown: The networks that are compared, A first.
        runs: All that can be chosen.
    """
    a, b = shown[:2]
    return (
        Section("maps", _("Maps"), _("Where all look on one image."), partial(maps, shown, runs)),
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
        Section(
            "cues",
            _("Cues"),
            _("Networks that are right for a wrong reason, and the maps that give them away."),
            cam_cues.section,
        ),
    )


def maps(shown: list[Run], runs: dict[str, Run]) -> None:
    """Show the choices at the left and what they give at the right."""
    left, right = st.columns((1, 3.4), gap="medium")
    a = shown[0]
    try:
        with left:
            choose_more(runs, shown)
            image = image_choice(a)
            target, place, method = question(shown, knows_class=image.knows_class)
            how = view()
        with right, st.container(key="cam-stage"):
            cam_layer.picture(a, place)
            asked = Asked(tuple(shown), image, target, place.layer.name, method)
            found = computed(asked)
            if found is None:
                return
            pictures(found, how)
            place, seeds = st.empty(), seeds_at_hand(asked)
            with place.container():
                numbers(found, None, waits=seeds is not None)
            rankings(found)
            noise = noise_floor(asked, seeds) if seeds else None
            if noise is not None:
                with place.container():
                    numbers(found, noise)
            save(asked, found, how, noise)
    except ExplorerError as error:
        with right:
            guard.show(error)
