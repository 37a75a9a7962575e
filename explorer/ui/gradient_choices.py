"""How closely to look at a gradient: images, longest paths, draws; and asking for it."""

from __future__ import annotations

from typing import TYPE_CHECKING

import streamlit as st

from explorer.analysis.gradient_study import FORWARD_SPEED, NUM_SETTLING, Question
from explorer.ui import urls
from explorer.ui.i18n import _
from explorer.ui.patience import Request, answers
from explorer.ui.state import start_widget
from explorer.ui.urls import Param
from explorer.ui.weights_choice import number_of
from explorer.units import count

if TYPE_CHECKING:
    from explorer.analysis.gradient_study import Study
    from explorer.ui.weights_choice import Chosen

IMAGES = (1, 4, 16)
DRAWS = (0, 10, 50)
DEEP = 30
"""Single paths of networks of more units are looked at up to ``CUT`` at first."""
VERY_DEEP = 60
"""Sums of networks of more units are looked at up to twice ``CUT`` at first."""
CUT = 20
_ALL = 0


def choose_images(chosen: Chosen) -> int:
    """Show how many images are looked at; one at first where the network is deep or large."""
    is_quick = len(chosen.graph.blocks) <= CUT and chosen.macs <= LARGE
    default = IMAGES[1] if is_quick else IMAGES[0]
    hint = _("The gradient differs from image to image; the norms shown are means.")
    return _choice(Param.IMAGES, _("Number of images"), IMAGES, default, hint, f"-{default}")


LARGE = 10**9
"""MACs of a network that is looked at with one image at first."""
PATIENCE = 40.0
"""What single paths may take without having been asked for [s]."""


def default_longest(num_units: int) -> int | None:
    """Return up to which length the sums alone are had at first; None is all."""
    return None if num_units <= VERY_DEEP else 2 * CUT


def choose_longest(num_units: int, default: int | None) -> int | None:
    """Show how long the paths are that are wanted; only for deep networks; None is all.

    Args:
        num_units: Of the network.
        default: 10, 20, 40 or None for all.
    """
    options = [length for length in (10, CUT, 40) if length < num_units]
    if num_units <= CUT:
        urls.put(Param.LONGEST, "")
        return None
    chosen = _choice(
        Param.LONGEST,
        _("Longest paths"),
        (*options, _ALL),
        default or _ALL,
        _("All lengths of a deep network take long; what is shown up to the cut stays exact."),
        f"-{num_units}-{default}",
    )
    return chosen or None


def choose_draws(chosen: Chosen, longest: int | None) -> int:
    """Show how often single paths are drawn; not at all at first where that takes long."""
    few = Question(1, longest, DRAWS[1], DRAWS[1])
    default = DRAWS[1] if study_request(chosen, few).seconds <= PATIENCE else DRAWS[0]
    return _choice(
        Param.DRAWS,
        _("Single paths: draws"),
        DRAWS,
        default,
        _("Random signs are drawn so often, and so many paths of each length."),
        f"-{default}",
    )


def _choice(
    param: Param,
    label: str,
    options: tuple[int, ...],
    default: int,
    hint: str = "",
    suffix: str = "",
) -> int:
    key = f"gradient-{param.value}{suffix}"
    wanted = number_of(param, default, max(options))
    start = start_widget(key, wanted if wanted in options else default, options)
    chosen = st.segmented_control(
        label,
        options,
        default=start,
        required=True,
        key=key,
        width="stretch",
        help=hint or None,
        format_func=lambda value: (
            _("all") if value == _ALL and param is Param.LONGEST else str(value)
        ),
    )
    value = int(chosen)
    urls.put(param, "" if value == default else str(value))
    return value


def study_request(chosen: Chosen, question: Question) -> Request:
    """Return what is asked of the compute pool."""
    return Request(
        "explorer.gradient.study:study",
        {"weights": chosen.weights, "question": question},
        question.seconds(len(chosen.graph.blocks), chosen.macs) + settling_seconds(chosen),
        chosen.stamp,
    )


def settling_seconds(chosen: Chosen) -> float:
    """Return about how long it takes to settle batch norm, which untrained networks need [s]."""
    is_new = chosen.run is None or chosen.weights.epoch == 0
    return NUM_SETTLING * chosen.macs / FORWARD_SPEED if is_new else 0.0


def study_of(chosen: Chosen, question: Question, key: str) -> Study | None:
    """Return the gradient by path length, or None while it has not been asked for."""
    found = answers([study_request(chosen, question)], _("Compute the gradient"), key)
    return found[0] if found else None


def measured_on(chosen: Chosen, question: Question) -> str:
    """Return on what a figure was measured, in one sentence."""
    data = chosen.weights.data.rsplit("/", 1)[-1]
    words = _(
        "{title}, {when}; held-out images of {data}: {n}; {loss}. Batch norm as in evaluation."
    )
    if chosen.run is None or chosen.weights.epoch == 0:
        words = _(
            "{title}, {when}; held-out images of {data}: {n}; {loss}. Batch norm as in "
            "evaluation, its statistics from 64 training images."
        )
    return words.format(
        title=chosen.title,
        when=chosen.when,
        data=data,
        n=count(question.num_images),
        loss=chosen.loss,
    )
