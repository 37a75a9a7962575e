"""The choice of a recipe: by its name, with everything that can be changed folded away."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import streamlit as st

from explorer.training.recipe import METRICS, Recipe, Stop
from explorer.training.recipes import DEFAULT, departures, recipes
from explorer.ui import panels, state
from explorer.ui.i18n import _
from explorer.ui.train_fields import field
from explorer.ui.train_length import length_choice

if TYPE_CHECKING:
    from collections.abc import Sequence

    from explorer.data.facts import Facts
    from explorer.ui.state import Hand

_SGD = ("momentum", "nesterov")
_STEPS = ("milestones", "gamma")
_IMAGES = ("flip", "crop_padding", "border", "cutout", "mixup")
_REST = ("label_smoothing", "ema", "precision", "layout", "engine")


def recipe_choice(now: Hand, facts: Facts | None, base: Recipe | None, form: str) -> Recipe:
    """Show the named recipes and what can be changed, and return what is chosen.

    Args:
        now: The network, whose multiply-adds a length may be stated in.
        facts: Of the data, or None where it is not chosen yet.
        base: What the form begins with, such as the recipe of a cloned training; None for that
            of the name.
        form: Begins the keys of the widgets; another one makes them new.

    Raises:
        JobError: A value is out of range.
    """
    name = _name(base, form)
    named = recipes()[name]
    start = base if base is not None and base.name == name else named.recipe
    key = f"train-{form}{name}"
    st.caption(_(named.line))
    length = state.recall(f"{key}-by", "epochs")
    epochs = st.number_input(
        _("Epochs"),
        1,
        1000,
        start.epochs,
        key=f"{key}-epochs",
        persist_state="session",
        disabled=length != "epochs",
        help=_("How often every training image is seen."),
    )
    values: dict[str, Any] = {"epochs": int(epochs), "steps": None, "seconds": None}
    with st.expander(_("Batch size and learning rate")):
        values |= _fields(("batch_size", "lr"), start, key)
    with st.expander(_("Everything else of the recipe")):
        values |= _rest(now, facts, start, key, batch_size=values["batch_size"])
    chosen = start.changed(**values)
    for sentence in departures(chosen):
        panels.note(sentence)
    return chosen


def _name(base: Recipe | None, form: str) -> str:
    known = recipes()
    names = list(known)
    first = base.name if base is not None and base.name in known else DEFAULT
    chosen = st.selectbox(
        _("Recipe"),
        names,
        names.index(first),
        key=f"train-{form}recipe",
        persist_state="session",
        format_func=lambda one: _(known[one].title) if one in known else str(one),
        help=_("How the network is trained: ours, and those of the papers by their names."),
    )
    return chosen if chosen in known else DEFAULT


def _rest(
    now: Hand, facts: Facts | None, start: Recipe, key: str, *, batch_size: int
) -> dict[str, Any]:
    """Show the fields that are seldom changed, by what they are about."""
    steps, images, length, rest = st.tabs([_("Steps"), _("Images"), _("Length"), _("More")])
    with steps:
        values = _fields(("optimiser",), start, key)
        if values["optimiser"] == "sgd":
            values |= _fields(_SGD, start, key)
        values |= _fields(("weight_decay", "decay_norm_and_bias", "schedule"), start, key)
        if values["schedule"] == "step":
            values |= _fields(_STEPS, start, key)
        values |= _fields(("warmup", "warmup_shape"), start, key)
    with images:
        values |= _fields(_IMAGES, start, key)
    with length:
        values |= length_choice(now, facts, start, key, batch_size=batch_size)
        values["stop"] = _stop(now, start, key)
    with rest:
        values |= _fields(_REST, start, key)
    return values


def _fields(names: Sequence[str], start: Recipe, key: str) -> dict[str, Any]:
    return {name: field(name, getattr(start, name), f"{key}-{name}") for name in names}


def _stop(now: Hand, start: Recipe, key: str) -> dict[str, Any] | None:
    """Show when to end early, and return it as a recipe holds it; None for never."""
    before = start.stop
    is_on = st.toggle(
        _("End early"),
        before is not None,
        key=f"{key}-stop",
        persist_state="session",
        help=_("Ends when a figure is good enough, or gets no better."),
    )
    if not is_on:
        return None
    segments = now.spec.head.kind == "segment"
    usual = "test_mean_iou" if segments else "test_accuracy"
    metric = before.metric if before is not None else usual
    values = {"metric": field("metric", metric if metric in METRICS else usual, f"{key}-m", Stop)}
    old = before or Stop(patience=3)
    values["threshold"] = field("threshold", old.threshold or 0.0, f"{key}-threshold", Stop) or None
    for name in ("patience", "min_change"):
        values[name] = field(name, getattr(old, name), f"{key}-{name}", Stop)
    return values
