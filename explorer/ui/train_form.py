"""The form that starts trainings: one, several seeds of it, or a sweep."""

from __future__ import annotations

import secrets
from typing import TYPE_CHECKING, Any, NamedTuple

import streamlit as st

from explorer.errors import DataError, ExplorerError, JobError
from explorer.jobs import client
from explorer.training import sweep as sweeps
from explorer.ui import cached, cached_training, datasets, nav, panels, state, urls
from explorer.ui.finished import TRAIN
from explorer.ui.guard import show
from explorer.ui.i18n import _, plural
from explorer.ui.train_about import about_data
from explorer.ui.train_clone import begun, forget_clone
from explorer.ui.train_data import data_tools
from explorer.ui.train_deeds import note_added
from explorer.ui.train_import import run_from_elsewhere
from explorer.ui.train_recipe import recipe_choice
from explorer.ui.train_sweep import outlook, sweep_choice, sweep_of
from explorer.ui.urls import Param
from explorer.units import count, quantity

if TYPE_CHECKING:
    from explorer.data.facts import Facts
    from explorer.training.recipe import Recipe
    from explorer.training.sweep import Sweep
    from explorer.ui.state import Hand
    from explorer.ui.train_clone import Beginning

LARGE = 64
"""Side of images for which a stem at full resolution is slow [px]."""


class Order(NamedTuple):
    """What the form asks for.

    Attributes:
        payload: Of one training.
        sweep: Of which it is the base; None for one alone.
        facts: Of the data.
    """

    payload: dict[str, Any]
    sweep: Sweep | None = None
    facts: Facts | None = None


def training_form(now: Hand) -> None:
    """Show what will be trained, on what and how; a button starts it."""
    start = begun()
    _network(now)
    if start.of:
        _cloned(start)
    problem: ExplorerError | None = None
    order: Order | None = None
    data = ""
    try:
        data = datasets.choice(
            f"train-{start.form}data", with_masks=now.spec.head.kind == "segment", first=start.data
        )
    except DataError as error:
        problem = error
    facts, unreadable = _facts(data)
    if facts is not None:
        about_data(data, facts)
    data_tools()
    _advise(now, data)
    try:
        order = _order(now, start, data, facts)
    except ExplorerError as error:
        problem = problem or error
    problem = problem or unreadable
    if order is not None and order.sweep is not None:
        problem = problem or _outlook(order)
    number = order.sweep.num_runs if order is not None and order.sweep is not None else 1
    label = _("Train this network") if number == 1 else _("Train these {n}").format(n=number)
    if st.button(label, type="primary", width="stretch", key="start-training"):
        if problem is not None or order is None:
            show(problem or JobError(_("There is nothing to train on."), _("Choose a data set.")))
        else:
            _start(now.title, order, start)
    run_from_elsewhere()


def _network(now: Hand) -> None:
    _graph, cost = cached.network(now.working)
    panels.heading(
        now.title,
        _("{params} parameters, {macs} at {size} px").format(
            params=count(cost.params), macs=quantity(cost.macs, "MAC"), size=cost.image_size
        ),
    )
    if st.button(_("Change the network"), key="to-build"):
        nav.go("build")


def _cloned(start: Beginning) -> None:
    """Say what the form was filled from, with a way back."""
    with st.container(horizontal=True, vertical_alignment="center"):
        panels.note(_("A clone of {title}: change what you want.").format(title=start.title))
        st.button(_("Start anew"), key="forget-clone", on_click=forget_clone)


def _advise(now: Hand, data: str) -> None:
    """Say what would make the training of large images much quicker."""
    size = datasets.image_size_of(data) or 0
    stem = now.working.stem
    if size >= LARGE and stem.stride == 1 and not stem.pool:
        panels.note(
            _(
                "These images are {size} px. With stride 2 in the stem (Build, under Image, stem "
                "and head) a training takes about a quarter of the time."
            ).format(size=size)
        )


def _facts(data: str) -> tuple[Facts | None, ExplorerError | None]:
    if not data:
        return None, None
    try:
        return cached_training.facts(data, cached_training.stamp_of(data)), None
    except ExplorerError as error:
        return None, error


def _order(now: Hand, start: Beginning, data: str, facts: Facts | None) -> Order:
    """Show recipe, seeds and sweep, and return what they ask for.

    Raises:
        JobError: A value is out of range.
    """
    recipe, problem = None, None
    try:
        recipe = recipe_choice(now, facts, start.recipe, start.form)
    except JobError as error:
        problem = error
    seeds = _seeds(start)
    with st.expander(_("Sweep: try several values"), key=f"train-{start.form}sweep-part"):
        wanted = sweep_choice(now.working, start.form)
    if recipe is None:
        assert problem is not None
        raise problem
    payload = _payload(now, data, recipe, seeds[0])
    if not wanted.axes and len(seeds) == 1:
        return Order(payload)
    several = seeds if len(seeds) > 1 else ()
    return Order(payload, sweep_of(now.title, payload, wanted, several), facts)


def _payload(now: Hand, data: str, recipe: Recipe, seed: int) -> dict[str, Any]:
    return {
        "spec": now.working.model_dump(mode="json"),
        "data": data,
        "recipe": recipe.model_dump(mode="json"),
        "seed": seed,
        "device": "auto",
        "title": now.title,
    }


def _seeds(start: Beginning) -> tuple[int, ...]:
    """Show the seed, and how many there are to be; more than one are 1, 2, 3 and so on."""
    at_left, at_right = st.columns(2)
    with at_right:
        number = st.number_input(
            _("Runs"),
            1,
            sweeps.MAX_RUNS,
            1,
            key=f"train-{start.form}seeds",
            persist_state="session",
            help=_(
                "Several runs that differ in their seed alone show how far chance goes: seeds 1, "
                "2, 3 and so on, as one submission."
            ),
        )
    with at_left:
        seed = st.number_input(
            _("Seed"),
            0,
            2**31 - 1,
            start.seed,
            key=f"train-{start.form}seed",
            persist_state="session",
            disabled=number > 1,
            help=_("The same seed gives the same weights on the same machine."),
        )
    return sweeps.seeds_upto(int(number)) if number > 1 else (int(seed),)


def _outlook(order: Order) -> ExplorerError | None:
    """Say how much work a sweep is; return why it cannot be said."""
    if order.sweep is None or order.facts is None:
        return None
    try:
        panels.note(outlook(order.sweep, order.facts))
    except ExplorerError as error:
        return error
    return None


def _start(title: str, order: Order, start: Beginning) -> None:
    try:
        batch = _submit(title, order, start)
    except ExplorerError as error:
        show(error)
        return
    if batch:
        urls.put(Param.SWEEP, batch)
    note_added()
    forget_clone()
    st.toast(
        plural(
            "Queued. You may leave this page; the training goes on.",
            "{n} queued. You may leave this page; the trainings go on.",
            order.sweep.num_runs if order.sweep else 1,
        )
    )


def _submit(title: str, order: Order, start: Beginning) -> str:
    """Queue what is asked for; return the submission's name where it is a sweep."""
    me = state.visitor()
    if order.sweep is None or order.facts is None:
        payload = order.payload
        if start.of and start.spec == payload["spec"]:
            client.clone(start.of, payload, user=me, title=title)
        else:
            client.submit(TRAIN, payload, title=title, user=me)
        return ""
    facts = order.facts
    size = sweeps.DataFacts(facts.num_images, facts.image_size, facts.num_classes)
    batch = secrets.token_hex(16)
    found = sweeps.payloads(order.sweep, size, batch)
    tasks = [(str(each["title"]), each) for each in found]
    client.submit_all(TRAIN, tasks, user=me, batch=batch)
    return batch
