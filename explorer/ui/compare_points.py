"""The scatter: how good against how large or how slow, of what is compared and of all else."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property
from typing import TYPE_CHECKING, Literal, NamedTuple

from explorer.compare.groups import spread
from explorer.compare.runs import twins_but_for_seed
from explorer.latency import outcome
from explorer.spec.presets import name_of, preset, presets
from explorer.spec.published_accuracy import PRINTED_ERRORS
from explorer.ui import cached
from explorer.ui.compare_choice import LETTERS
from explorer.ui.components.charts import AxisOf, ChartOf, Spot
from explorer.ui.i18n import _, sentences
from explorer.ui.trained import trained_of
from explorer.units import milliseconds, percent, quantity

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from explorer.compare.runs import Trained
    from explorer.latency.outcome import Latency, Settings
    from explorer.spec import NetworkSpec
    from explorer.ui.compare_choice import Entry
    from explorer.ui.finished import Run

PRINTED, TIME = "printed", "latency"
WIDE = 12.0
"""From this ratio on an axis is logarithmic."""


class Size(NamedTuple):
    """How large or slow a network is.

    Attributes:
        value: The figure.
        low: Its lower end; None where it is exact.
        high: Its upper end.
    """

    value: float
    low: float | None = None
    high: float | None = None


def across_titles() -> dict[str, str]:
    """Return what can be to the right."""
    return {
        "macs": _("MACs"),
        "params": _("Parameters"),
        "memory": _("Training memory"),
        "latency": _("Latency"),
    }


def heights(entries: Sequence[Entry]) -> dict[str, str]:
    """Return what can be upwards: accuracies that some entry has, and the latency."""
    found: dict[str, str] = {}
    for entry in entries:
        if entry.run is not None:
            name = name_of_height(entry.run)
            found[name] = _("Accuracy on {data}").format(data=name.removeprefix("on-"))
    if any(name_of(entry.spec) in PRINTED_ERRORS for entry in entries):
        found[PRINTED] = _("ImageNet top-1, as printed")
    return {**found, TIME: _("Latency")}


def size_of(spec: NetworkSpec, across: str, settings: Settings, batch_size: int) -> Size | None:
    """Return a figure of a network; None where it was not measured yet."""
    match across:
        case "params":
            return Size(cached.network(spec)[1].params)
        case "memory":
            return Size(cached.memory(spec, batch_size).peak)
        case "latency":
            return _time(outcome.kept(spec, settings))
        case _:
            return Size(cached.network(spec)[1].macs)


def _time(found: Latency | None) -> Size | None:
    if found is None:
        return None
    batch = found.settings.batch_size
    return Size(found.median / batch, found.low / batch, found.high / batch)


class _Height(NamedTuple):
    value: float
    low: float | None = None
    high: float | None = None
    hollow: bool = False


class _Named(NamedTuple):
    """A network or run that stands in the chart; an ``Entry`` is one as well."""

    id: str
    title: str
    spec: NetworkSpec
    run: Run | None = None


@dataclass(frozen=True)
class Plot:
    """What the chart shows.

    Attributes:
        across: What is to the right.
        height: What is upwards.
        settings: Of the latency.
        batch_size: Of the training memory.
        runs: All finished runs.
    """

    across: str
    height: str
    settings: Settings
    batch_size: int
    runs: Mapping[str, Run]

    @cached_property
    def seeds(self) -> dict[str, list[Trained]]:
        """Return for each run those that differ from it in their seed alone, itself among them."""
        found: dict[object, list[Trained]] = {}
        for run in map(trained_of, self.runs.values()):
            found.setdefault(twins_but_for_seed(run), []).append(run)
        return {run.id: alike for alike in found.values() for run in alike}

    def chart(self, entries: Sequence[Entry]) -> ChartOf:
        """Return the chart: the entries with marks and names, others small and grey."""
        spots = [s for slot, e in enumerate(entries) if (s := self._spot(_Named(*e), slot))]
        grey = [s for one in self._others(entries) if (s := self._spot(one, None))]
        content = [*grey, *spots] if spots else []
        titles = {**across_titles(), **heights(entries)}
        is_time = self.height == TIME
        return ChartOf(
            "scatter",
            _("{height} against {across}").format(
                height=titles[self.height], across=titles[self.across]
            ),
            self._note(entries, has_others=bool(grey)),
            "; ".join(f"{spot.label}: {spot.said}" for spot in spots) + ".",
            AxisOf(self._axis_title(), _unit(self.across), _is_wide(content, 0)),
            AxisOf(titles[self.height], _unit(self.height), is_time and _is_wide(content, 1)),
            content,
            {"floor": 0.0} if is_time else {"ceiling": 1.0},
            _("Measure the latency first.")
            if TIME in (self.across, self.height)
            else _("Nothing to draw yet."),
        )

    def _others(self, entries: Sequence[Entry]) -> list[_Named]:
        """Return what is drawn beside the entries: presets, or one run of each experiment."""
        if self.height == TIME:
            return []
        known = {entry.id for entry in entries}
        if self.height == PRINTED:
            names = [name for name in PRINTED_ERRORS if name not in known]
            return [_Named(name, presets()[name].title, preset(name)) for name in names]
        known |= {run.id for id_ in known for run in self.seeds.get(id_, ())}
        found: list[_Named] = []
        for id_, run in self.runs.items():
            if id_ not in known and name_of_height(run) == self.height:
                known |= {alike.id for alike in self.seeds[id_]}
                found.append(_Named(id_, run.record.title, run.record.spec, run))
        return found

    def _spot(self, one: _Named, slot: int | None) -> Spot | None:
        size = size_of(one.spec, self.across, self.settings, self.batch_size)
        up = self._height(one)
        if size is None or up is None:
            return None
        words = f"{_said(up.value, self.height)}, {_said(size.value, self.across)}"
        key = one.id if slot is None else LETTERS[slot]
        ends = (size.low, size.high, up.low, up.high)
        return Spot(key, slot, one.title, words, size.value, up.value, *ends, up.hollow)

    def _height(self, one: _Named) -> _Height | None:
        if self.height == TIME:
            time = size_of(one.spec, "latency", self.settings, self.batch_size)
            return None if time is None else _Height(*time)
        if self.height == PRINTED:
            printed = PRINTED_ERRORS.get(name_of(one.spec) or "")
            return None if printed is None else _Height(printed.accuracy, hollow=True)
        if one.run is None or name_of_height(one.run) != self.height:
            return None
        found = spread([run.last for run in self.seeds[one.id]])
        return None if found is None else _Height(found.mean, found.low, found.high)

    def _note(self, entries: Sequence[Entry], *, has_others: bool) -> str:
        if self.height == PRINTED:
            words = _("Hollow: printed by the papers, single crop, trainings differ.")
            return sentences((words, _("Grey: other presets."))) if has_others else words
        if self.height == TIME:
            return _("Measured here, batch of {n}; lines hold half of the passes.").format(
                n=self.settings.batch_size
            )
        most = max((len(self.seeds.get(entry.id, ())) for entry in entries), default=0)
        words = (
            _("At the end of training, on held-out images; the mean of the seeds and their range.")
            if most > 1
            else _("At the end of training, on held-out images; one training seed each.")
        )
        return sentences((words, _("Grey: other runs."))) if has_others else words

    def _axis_title(self) -> str:
        match self.across:
            case "latency":
                return _("latency for an image, batch of {n}").format(n=self.settings.batch_size)
            case "memory":
                return _("training memory, batch of {n}").format(n=self.batch_size)
            case "macs":
                return _("MACs for an image")
            case _:
                return _("parameters")


def name_of_height(run: Run) -> str:
    """Return what the accuracy of a run is called among the choices."""
    return f"on-{run.record.data.name.rsplit('/', 1)[-1]}"


def _unit(name: str) -> Literal["time", "MAC", "B", "", "percent"]:
    match name:
        case "latency":
            return "time"
        case "macs":
            return "MAC"
        case "memory":
            return "B"
        case "params":
            return ""
        case _:
            return "percent"


def _said(value: float, name: str) -> str:
    unit = _unit(name)
    if unit == "percent":
        return percent(value)
    return milliseconds(value) if unit == "time" else quantity(value, unit)


def _is_wide(spots: Sequence[Spot], axis: int) -> bool:
    values = [(spot.x, spot.y)[axis] for spot in spots]
    return bool(values) and min(values) > 0 and max(values) / min(values) >= WIDE
