"""The trained runs as a list: filtered, sorted, ticked, labelled, deleted and brought back."""

from __future__ import annotations

from functools import partial
from typing import TYPE_CHECKING, NamedTuple, cast

import streamlit as st

from explorer.errors import ExplorerError
from explorer.jobs import client
from explorer.ui import cached, state, urls
from explorer.ui.components.run_table import Column, ListedRun, run_table
from explorer.ui.guard import show
from explorer.ui.i18n import _
from explorer.ui.run_labels import NOTHING_EDITED, edit_labels, edited, start_editing
from explorer.ui.trained import labels_of, trained_of
from explorer.ui.urls import Param
from explorer.ui.values import NOTHING
from explorer.units import percent, quantity, seconds

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping, Sequence

    from explorer.compare.runs import Trained
    from explorer.store.labels import Labels
    from explorer.ui.compare_choice import Choice
    from explorer.ui.finished import Run

NEWEST = "newest"
_DELETED = "compare-deleted"
_MOST_UNDO = 20
MAX_FIND = 100


class Known(NamedTuple):
    """A run with what is listed of it."""

    run: Run
    trained: Trained
    labels: Labels

    @property
    def text(self) -> str:
        """Return everything that a filter looks into, in small letters."""
        record = self.trained.record
        kinds = " ".join(stage.block.kind for stage in record.spec.stages)
        parts = (self.trained.title, self.trained.data_name, kinds, *self.labels.tags)
        return " ".join((*parts, self.labels.notes, f"seed {record.seed}")).casefold()


def columns() -> list[Column]:
    """Return the columns of the list."""
    return [
        Column("title", _("Run")),
        Column("data", _("Data")),
        Column("seed", _("Seed")),
        Column("epochs", _("Epochs")),
        Column("last", _("Last"), _("Accuracy or mean IoU at the end, on held-out images.")),
        Column("best", _("Best"), _("The highest of all epochs; choosing it flatters a run.")),
        Column("params", _("Parameters")),
        Column("macs", _("MACs")),
        Column("seconds", _("Time"), _("Spent training and evaluating, on its own machine.")),
    ]


def known_runs(runs: Mapping[str, Run]) -> list[Known]:
    """Return all finished runs with their curves and labels, newest first."""
    return [Known(run, trained_of(run), labels_of(run)) for run in runs.values()]


def listed(found: Sequence[Known]) -> list[Known]:
    """Show the filter, and return what passes it in the order that is asked for."""
    key = "compare-find"
    start = state.start_widget(key, urls.get(Param.FIND)[:MAX_FIND])
    text = st.text_input(
        _("Filter"),
        start,
        key=key,
        max_chars=MAX_FIND,
        placeholder=_("name, data, block, tag, notes"),
        help=_("All words must be found somewhere in a run."),
    )
    urls.put(Param.FIND, text.strip())
    words = text.casefold().split()
    passing = [one for one in found if all(word in one.text for word in words)]
    field, down = sorting()
    return _sorted(passing, field, down=down)


def sorting() -> tuple[str, bool]:
    """Return what the list is sorted by, and whether the largest is on top."""
    wanted = urls.get(Param.SORT)
    field, down = wanted.lstrip("-"), wanted.startswith("-")
    return (field, down) if field in {c.field for c in columns()} else (NEWEST, False)


def _sorted(found: Sequence[Known], field: str, *, down: bool) -> list[Known]:
    if field == NEWEST:
        return list(found)
    keyed = [(_value(one.trained, field), one) for one in found]
    there = sorted((pair for pair in keyed if pair[0] is not None), key=_first, reverse=down)
    return [one for _v, one in [*there, *(pair for pair in keyed if pair[0] is None)]]


def _first(pair: tuple[object, Known]) -> tuple[str, float]:
    value = pair[0]
    return (value.casefold(), 0.0) if isinstance(value, str) else ("", cast("float", value))


def _value(run: Trained, field: str) -> str | float | None:
    """Return a figure of a run to sort by; None where it has none."""
    record, result = run.record, run.record.result
    values: dict[str, str | float | None] = {
        "title": run.title,
        "data": run.data_name,
        "seed": record.seed,
        "epochs": result and result.epochs,
        "last": run.last,
        "best": run.best,
        "params": cached.network(run.spec)[1].params,
        "macs": run.macs,
        "seconds": result and result.seconds,
    }
    return values[field]


def cells(run: Trained) -> dict[str, str]:
    """Return what the list says of a run."""
    words: dict[str, Callable[[float], str]] = {
        "last": percent,
        "best": percent,
        "params": quantity,
        "macs": lambda value: quantity(value, "MAC"),
        "seconds": seconds,
    }
    found: dict[str, str] = {}
    for column in columns():
        value = _value(run, column.field)
        if value is None:
            found[column.field] = NOTHING
        elif isinstance(value, str):
            found[column.field] = value
        else:
            found[column.field] = words.get(column.field, lambda v: f"{v:,}")(value)
    return found


def run_list(
    now: Choice,
    shown: Sequence[Known],
    ticked: Sequence[str],
    places: Mapping[str, tuple[str, int | None]],
) -> None:
    """Show the list; ``places`` has key and colour of what a ticked run is drawn as."""
    rows = [
        ListedRun(
            one.run.id,
            *places.get(one.run.id, ("", None)),
            one.run.id in ticked,
            cells(one.trained),
            one.labels.tags,
            one.labels.notes.partition("\n")[0],
            one.run.card is None,
        )
        for one in shown
    ]
    run_table(rows, columns(), sorting(), partial(_take, now, tuple(ticked)))
    by_id = {one.run.id: one for one in shown}
    if edited() in by_id:
        one = by_id[edited()]
        edit_labels(one.run, one.labels)
    _undo()


def _take(now: Choice, ticked: tuple[str, ...], deed: str, told: object) -> None:
    """Do what the browser asks for; anything may stand in it."""
    if deed == "ticked" and isinstance(told, dict):
        asked = cast("Mapping[str, object]", told)
        if isinstance(run_id := asked.get("id"), str):
            _tick(now, ticked, run_id[:64], is_on=asked.get("on") is True)
    elif not isinstance(told, str):
        return
    elif deed == "sort" and told in {c.field for c in columns()}:
        field, down = sorting()
        # The first click puts the largest on top, or the first of the alphabet.
        is_down = not down if told == field else told not in {"title", "data"}
        urls.put(Param.SORT, f"{'-' if is_down else ''}{told}")
    elif deed == "edit":
        start_editing(NOTHING_EDITED if told == edited() else told[:64])
    elif deed == "tag":
        state.set_widget("compare-find", told[:MAX_FIND])
    elif deed == "delete":
        _delete(now, told[:64])


def _tick(now: Choice, ticked: tuple[str, ...], run_id: str, *, is_on: bool) -> None:
    left = [one for one in ticked if one != run_id]
    now.ticked = (*left, run_id) if is_on else tuple(left)


def _delete(now: Choice, run_id: str) -> None:
    try:
        client.put_aside(run_id, by=state.person())
    except ExplorerError as error:
        show(error)
        return
    cached.forget_runs()
    deleted = [*_deleted(), run_id][-_MOST_UNDO:]
    state.keep(_DELETED, deleted)
    if run_id in now.ids:
        now.replace([one for one in now.ids if one != run_id], 0)
    if now.ticked is not None:
        now.ticked = tuple(one for one in now.ticked if one != run_id)


def _deleted() -> list[str]:
    found = state.recall(_DELETED)
    return cast("list[str]", found) if isinstance(found, list) else []


def _undo() -> None:
    """Offer to bring back what was deleted in this session, the latest first."""
    deleted = _deleted()
    if not deleted:
        return
    try:
        title = client.job(deleted[-1]).title
    except ExplorerError:
        title = ""
    with st.container(horizontal=True, vertical_alignment="center"):
        st.button(
            _("Undo: bring back {title}").format(title=title or _("the run")),
            icon=":material/undo:",
            key="compare-bring-back",
            on_click=_bring_back,
            help=_("It can be brought back while this page is open, at most for a day."),
        )


def _bring_back() -> None:
    deleted = _deleted()
    if not deleted:
        return
    run_id = deleted.pop()
    state.keep(_DELETED, deleted)
    try:
        client.bring_back(run_id, by=state.person())
    except ExplorerError as error:
        show(error)
    cached.forget_runs()
