"""Trained runs: which are shown, their curves, and what the groups come to."""

from __future__ import annotations

from functools import partial
from typing import TYPE_CHECKING, NamedTuple

import streamlit as st

from explorer.compare.groups import Group, band, grouped
from explorer.compare.runs import (
    ACCURACY,
    AXES,
    MEAN_IOU,
    curve,
    fields_that_differ,
    twins_but_for_seed,
)
from explorer.training.recipe import Recipe
from explorer.ui import panels
from explorer.ui.compare_choice import LETTERS, MOST
from explorer.ui.components.charts import AxisOf, ChartOf, Series, charts
from explorer.ui.group_table import curves_csv, group_table, runs_csv
from explorer.ui.i18n import _, plural
from explorer.ui.kept_choice import listed as listed_choice
from explorer.ui.kept_choice import segments
from explorer.ui.rows_table import rows_table
from explorer.ui.run_list import known_runs, listed, run_list
from explorer.ui.state import set_widget
from explorer.ui.urls import Param
from explorer.ui.values import value_words
from explorer.units import percent

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from explorer.compare.runs import Axis, Field, Trained
    from explorer.ui.compare_choice import Choice, Entry
    from explorer.ui.finished import Run
from explorer.ui.run_list import Known

MOST_TICKED = 48
MOST_POINTS = 160
BY_SEED = "seed"


class Drawn(NamedTuple):
    """A group as it is drawn.

    Attributes:
        group: Its runs.
        key: What lights up together has one key.
        slot: Colour and mark; None for grey.
        label: Its name.
    """

    group: Group
    key: str
    slot: int | None
    label: str


def section(now: Choice, entries: Sequence[Entry], runs: Mapping[str, Run]) -> None:
    """Show the list, the choice of axis and groups, the curves and the table of groups."""
    if not runs:
        panels.note(_("No runs yet: train a network on the page Train."))
        return
    found = known_runs(runs)
    with st.container(horizontal=True, vertical_alignment="bottom", gap="medium"):
        shown = listed(found)
        ticked = [one for one in found if one.run.id in _ticked(now, entries, found)]
        trained = [one.trained for one in ticked]
        field = _field(trained)
        axis = _axis()
    drawn = drawn_groups(grouped(trained, field), entries, field, trained)
    places = {run.id: (one.key, one.slot) for one in drawn for run in one.group.runs}
    run_list(now, shown, [one.run.id for one in ticked], places)
    if not trained:
        panels.note(_("Tick a run to draw its curve."))
        return
    with st.container(border=True, key="compare-curves"):
        shown_charts = _charts(drawn, axis)
        charts(shown_charts, key="compare-charts")
        _gaps(trained)
        _points_table(shown_charts, axis)
    with st.container(border=True, key="compare-groups"):
        group_table(drawn)
        _deeds(now, drawn, trained)


def _deeds(now: Choice, drawn: Sequence[Drawn], trained: Sequence[Trained]) -> None:
    with st.container(horizontal=True):
        ids = [one.group.runs[0].id for one in drawn[:MOST]]
        if len(ids) > 1:
            st.button(
                _("Compare these networks"),
                key="runs-side-by-side",
                on_click=_side_by_side,
                args=(now, ids),
                help=_("The first run of each group, at most four."),
            )
        for label, name, make in (
            (_("Save CSV"), "runs", runs_csv),
            (_("Save curves as CSV"), "curves", curves_csv),
        ):
            st.download_button(
                label,
                partial(make, trained),
                f"{name}.csv",
                "text/csv",
                icon=":material/download:",
                on_click="ignore",
                key=f"{name}-csv",
            )


def _side_by_side(now: Choice, ids: Sequence[str]) -> None:
    now.replace(ids)
    set_widget("compare-view", "differences")


def _ticked(now: Choice, entries: Sequence[Entry], found: Sequence[Known]) -> set[str]:
    """Return the runs whose curves are drawn; at first those of the entries with all seeds."""
    if now.ticked is not None:
        return set(now.ticked[:MOST_TICKED])
    by_id = {one.run.id: one.trained for one in found}
    own = [by_id[entry.id] for entry in entries if entry.id in by_id]
    kinds = {twins_but_for_seed(run) for run in own}
    if not kinds:
        kinds = {twins_but_for_seed(one.trained) for one in found[:4]}
    alike = [one.run.id for one in found if twins_but_for_seed(one.trained) in kinds]
    return set(alike[:MOST_TICKED])


def _field(trained: Sequence[Trained]) -> str:
    options = {BY_SEED: _("Same but for the seed")}
    options |= {one.name: field_title(one) for one in fields_that_differ(trained)}
    chosen = listed_choice(
        Param.GROUP,
        _("Group by"),
        options,
        key=f"compare-group-{len(options)}-{abs(hash(tuple(options))) % 10**8}",
        help_=_("Runs of one group are drawn as a band with their mean."),
        width=240,
    )
    return "" if chosen == BY_SEED else chosen


def field_title(field: Field) -> str:
    """Return what runs are grouped by, in words."""
    title = _bare_title(field)
    if field.part == "recipe":
        return _("Recipe: {field}").format(field=title)
    return title if field.part in {"run", "network"} else f"{field.part} · {title}"


def _bare_title(field: Field) -> str:
    info = Recipe.model_fields.get(field.title)
    if field.part == "recipe" and info and info.title:
        return _(info.title)
    own = {"Data": _("Data"), "Device": _("Device")}
    return own.get(field.title) or _(field.title)


def _axis() -> Axis:
    words = {
        "epoch": _("epochs"),
        "samples": _("images"),
        "seconds": _("time"),
        "macs": _("MACs spent"),
    }
    chosen = segments(
        Param.AXIS,
        _("Along"),
        words,
        key="compare-axis",
        help_=_(
            "Images seen in training; time of training and evaluation; multiply-adds of training, "
            "three forward passes for each image."
        ),
    )
    return next(one for one in AXES if one == chosen)


def drawn_groups(
    groups: Sequence[Group], entries: Sequence[Entry], field: str, trained: Sequence[Trained]
) -> list[Drawn]:
    """Return groups with colours: those of the entries keep theirs, the next take what is free."""
    letters = {entry.id: slot for slot, entry in enumerate(entries)}
    slots: list[int | None] = []
    for group in groups:
        own = [letters[run.id] for run in group.runs if run.id in letters]
        slots.append(own[0] if own and own[0] not in slots else None)
    free = [slot for slot in range(len(LETTERS)) if slot not in slots]
    found: list[Drawn] = []
    for number, (group, slot) in enumerate(zip(groups, slots, strict=True)):
        key = f"g{number}" if slot is None else LETTERS[slot]
        place = (free.pop(0) if free else None) if slot is None else slot
        found.append(Drawn(group, key, place, _label(group, field, groups, trained)))
    return found


def _label(group: Group, field: str, groups: Sequence[Group], trained: Sequence[Trained]) -> str:
    seeds = len(group.runs)
    if field:
        words = value_words(field.rpartition(".")[2], group.value)
        chosen = next(one for one in fields_that_differ(trained) if one.name == field)
        return f"{_bare_title(chosen)} {words} · {plural('{n} run', '{n} runs', seeds)}"
    first = group.runs[0]
    label = first.title
    if sum(other.runs[0].title == label for other in groups) > 1:
        label = f"{label} ({_what_is_special(first, trained)})"
    if seeds > 1:
        label += " · " + plural("{n} seed", "{n} seeds", seeds)
    return label


def _what_is_special(run: Trained, trained: Sequence[Trained]) -> str:
    """Return up to two fields in which a run differs from others of its name."""
    alike = [one for one in trained if one.title == run.title]
    place = alike.index(run)
    words = [
        f"{_bare_title(field)} {value_words(field.title, field.values[place])}"
        for field in fields_that_differ(alike)[:2]
    ]
    return ", ".join(words) or f"{_('Seed')} {run.record.seed}"


def _charts(drawn: Sequence[Drawn], axis: Axis) -> list[ChartOf]:
    metrics = {run.metric for one in drawn for run in one.group.runs}
    found = [
        _chart(drawn, axis, name, title, note)
        for name, title, note in (
            (ACCURACY, _("Accuracy on held-out images"), _("Once an epoch; higher is better.")),
            (MEAN_IOU, _("Mean IoU on held-out images"), _("Once an epoch; higher is better.")),
        )
        if name in metrics
    ]
    loss = _chart(
        drawn,
        axis,
        "loss",
        _("Training loss"),
        _("Cross-entropy of recent batches [nat]; lower is better."),
    )
    return [*found, loss]


def _chart(drawn: Sequence[Drawn], axis: Axis, metric: str, title: str, note: str) -> ChartOf:
    is_share = metric in {ACCURACY, MEAN_IOU}
    series = [_series(one, metric, axis) for one in drawn]
    known = [one for one in series if any(one.lines)]
    if any(one.band for one in known):
        note += " " + _("Bold: the mean of a group, as far as all of it goes; band: its range.")
    return ChartOf(
        metric.replace("_", "-"),
        title,
        note,
        f"{title}. " + "; ".join(one.said for one in known),
        _axis_of(axis),
        AxisOf("", "percent" if is_share else "plain"),
        known,
        {"floor": 0.0, "ceiling": 1.0} if is_share else {"floor": 0.0},
        _("No curve was kept of what is ticked."),
    )


def _points_table(shown: Sequence[ChartOf], axis: Axis) -> None:
    """Show the curves as a table: the mean and the range of each group at every place."""
    rows: list[dict[str, object]] = []
    for chart in shown:
        for one in chart.content:
            assert isinstance(one, Series)
            band_ = one.band or {}
            points = (
                zip(*(band_[name] for name in ("x", "mean", "low", "high")), strict=True)
                if band_
                else ((x, y, y, y) for line in one.lines for x, y in line)
            )
            named: dict[str, object] = {"chart": chart.title, "group": one.label}
            rows += [
                {**named, axis: x, "mean": y, "low": low, "high": high}
                for x, y, low, high in points
            ]
    titles = {
        "chart": _("Chart"),
        "group": _("Group"),
        axis: _axis_of(axis).title,
        "mean": _("Mean"),
        "low": _("Lowest"),
        "high": _("Highest"),
    }
    rows_table(rows, titles, "groups-over-training")


def _axis_of(axis: Axis) -> AxisOf:
    match axis:
        case "samples":
            return AxisOf(_("images seen in training"))
        case "seconds":
            return AxisOf(_("time"), "seconds")
        case "macs":
            return AxisOf(_("MACs of training"), "MAC")
        case _:
            return AxisOf(_("epoch"), "plain")


def _series(one: Drawn, metric: str, axis: Axis) -> Series:
    lines = [_thinned(curve(run, metric, axis)) for run in one.group.runs]
    lines = [points for points in lines if points]
    found = band(lines)
    said = f"{one.label}: {_said(one, metric)}"
    return Series(
        one.key, one.slot, one.label, said, lines, None if found is None else found._asdict()
    )


def _said(one: Drawn, metric: str) -> str:
    if metric == "loss":
        ends = [points[-1][1] for run in one.group.runs if (points := curve(run, metric, "epoch"))]
        return _("last {value}").format(value=f"{sum(ends) / len(ends):.3g}") if ends else ""
    lasts = [run.last for run in one.group.runs if run.last is not None]
    bests = [run.best for run in one.group.runs if run.best is not None]
    if not lasts:
        return ""
    return _("last {last}, best {best}").format(
        last=percent(sum(lasts) / len(lasts)), best=percent(sum(bests) / len(bests))
    )


def _thinned(points: Sequence[tuple[float, float]]) -> list[tuple[float, float]]:
    """Return at most so many points, each the mean of its neighbours."""
    size = -(-len(points) // MOST_POINTS) or 1
    if size == 1:
        return list(points)
    parts = [points[i : i + size] for i in range(0, len(points), size)]
    return [(sum(x for x, _y in p) / len(p), sum(y for _x, y in p) / len(p)) for p in parts]


def _gaps(trained: Sequence[Trained]) -> None:
    """Say whose curves are not there, and where one seed says little."""
    missing = [run.title for run in trained if run.curves is None]
    if missing:
        panels.note(
            _("Without a curve, since only the result was kept: {names}.").format(
                names=", ".join(dict.fromkeys(missing))
            )
        )
    kinds: dict[object, int] = {}
    for run in trained:
        kind = twins_but_for_seed(run)
        kinds[kind] = kinds.get(kind, 0) + 1
    if len(kinds) > 1 and all(number == 1 for number in kinds.values()):
        panels.note(_("One training seed each: do not conclude yet."))
