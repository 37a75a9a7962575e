"""What the chosen data has: its classes, how many images of each, and their colours."""

from __future__ import annotations

from typing import TYPE_CHECKING

import streamlit as st

from explorer.errors import ExplorerError
from explorer.ui import cached_training
from explorer.ui.guard import show
from explorer.ui.i18n import _, plural, sentences
from explorer.ui.patience import LONGEST, Request, answers
from explorer.ui.train_preview import class_table
from explorer.units import count

if TYPE_CHECKING:
    from explorer.data.dataset import Colour
    from explorer.data.facts import Facts
    from explorer.data.statistics import Statistics

_IMAGES_A_SECOND = 1000
"""About how fast a set is drawn or decoded that was never read before."""


def about_data(name: str, facts: Facts) -> None:
    """Show a set in figures, once somebody opens it: counting reads every image.

    Args:
        name: As for ``explorer.data.load``.
        facts: How large it is.
    """
    box = st.expander(_("Classes and statistics"), key="about-data", on_change="rerun")
    if not box.open:
        return
    seconds = min(LONGEST, facts.num_images / _IMAGES_A_SECOND)
    asked = Request(
        "explorer.data.statistics:of", {"name": name}, seconds, cached_training.stamp_of(name)
    )
    with box:
        try:
            found = answers([asked], _("Count them"), "count-data", is_asked=True)
        except ExplorerError as error:
            show(error)
            return
        if found:
            _figures(found[0])


def _figures(found: Statistics) -> None:
    parts = (
        _("{train} to learn from, {test} held out, {classes}, {size} px.").format(
            train=plural("{n} image", "{n} images", found.num_train),
            test=count(found.num_test),
            classes=plural("{n} class", "{n} classes", len(found.counts)),
            size=found.image_size,
        ),
        _("Each image has a mask of its object.") if found.has_masks else "",
    )
    st.caption(sentences(parts))
    st.caption(
        _("Mean of red, green, blue {mean}; standard deviation {std}.").format(
            mean=_colour(found.mean), std=_colour(found.std)
        ),
        help=_("Of the training pixels, 0 to 1: images are shifted and scaled by them."),
    )
    class_table(found.counts, "about-rows")


def _colour(values: Colour) -> str:
    return " ".join(f"{value:.3f}" for value in values)
