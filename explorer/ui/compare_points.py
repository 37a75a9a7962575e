"""The scatter: how good against how large or how slow, of what is compared and of all else."""

from __future__ import annotations

from typing import TYPE_CHECKING, Literal, NamedTuple

from explorer.latency import outcome
from explorer.spec.presets import name_of, preset, presets
from explorer.spec.published_accuracy import PRINTED_ERRORS
from explorer.ui import cached
from explorer.ui.compare_choice import LETTERS
from explorer.ui.components.charts import AxisOf, ChartOf, Spot
from explorer.ui.i18n import _
from explorer.ui.trained import trained_of
from explorer.units import milliseconds, percent, quantity

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from explorer.latency.outcome import Latency, Settings
    from explorer.spec import NetworkSpec
    from explorer.ui.compare_choice import Entry
    from explorer.ui.finished import Run
    from explorer.ui.state import Hand

Across = Literal["macs", "params", "memory", "latency"]
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
            data = entry.run.record.data.name.rsplit("/", 1)[-1]
            found[f"on-{data}"] = _("Accuracy on {data}").format(data=data)
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


def scatter(
    entries: Sequence[Entry],
    runs: Mapping[str, Run],
    axes: tuple[str, str],
    settings: Settings,
    hand: Hand,
) -> ChartOf:
    """Return the chart.

    Args:
        entries: What is compared; drawn with marks and names.
        runs: All finished runs; those with the same data are drawn small and grey.
        axes: What is to the right and what upwards.
        settings: Of the latency.
        hand: Says the batch of the training memory.
    """
    across, height = axes
    spots = [
        spot
        for slot, entry in enumerate(entries)
        if (spot := _spot(entry, slot, axes, settings, hand.batch_size)) is not None
    ]
    known = {entry.id for entry in entries}
    others = [one for one in _context(runs, height) if one.id not in known] if spots else []
    grey = [
        spot
        for entry in others
        if (spot := _spot(entry, None, axes, settings, hand.batch_size)) is not None
    ]
    content = [*grey, *spots]
    titles = {**across_titles(), **heights(entries)}
    return ChartOf(
        "scatter",
        _("{height} against {across}").format(height=titles[height], across=titles[across]),
        _note(height, settings, has_others=bool(grey)),
        _alt(spots),
        AxisOf(_axis_title(across, settings, hand.batch_size), _unit(across), _is_wide(content, 0)),
        AxisOf(titles[height], _unit(height), height == TIME and _is_wide(content, 1)),
        content,
        {"ceiling": 1.0} if height != TIME else {"floor": 0.0},
        _("Measure the latency first.") if TIME in axes else _("Nothing to draw yet."),
    )


def _context(runs: Mapping[str, Run], height: str) -> list[_Other]:
    if height == PRINTED:
        return [_Other(name, presets()[name].title, preset(name)) for name in PRINTED_ERRORS]
    if height == TIME:
        return []
    return [
        _Other(id_, run.record.title, run.record.spec, run)
        for id_, run in runs.items()
        if f"on-{run.record.data.name.rsplit('/', 1)[-1]}" == height
    ]


class _Other(NamedTuple):
    id: str
    title: str
    spec: NetworkSpec
    run: Run | None = None


def _spot(
    entry: Entry | _Other,
    slot: int | None,
    axes: tuple[str, str],
    settings: Settings,
    batch_size: int,
) -> Spot | None:
    across, height = axes
    size = size_of(entry.spec, across, settings, batch_size)
    up = _height(entry, height, settings)
    if size is None or up is None:
        return None
    words = f"{_said(up.value, height)}, {_said(size.value, across)}"
    key = entry.id if slot is None else LETTERS[slot]
    ends = (size.low, size.high, up.low, up.high)
    return Spot(key, slot, entry.title, words, size.value, up.value, *ends, up.hollow)


def _height(entry: Entry | _Other, height: str, settings: Settings) -> _Height | None:
    if height == TIME:
        time = size_of(entry.spec, "latency", settings, 1)
        return None if time is None else _Height(*time)
    if height == PRINTED:
        printed = PRINTED_ERRORS.get(name_of(entry.spec) or "")
        return None if printed is None else _Height(printed.accuracy, hollow=True)
    if entry.run is None:
        return None
    if f"on-{entry.run.record.data.name.rsplit('/', 1)[-1]}" != height:
        return None
    last = trained_of(entry.run).last
    return None if last is None else _Height(last)


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


def _axis_title(across: str, settings: Settings, batch_size: int) -> str:
    if across == "latency":
        return _("latency for an image, batch of {n}").format(n=settings.batch_size)
    if across == "memory":
        return _("training memory, batch of {n}").format(n=batch_size)
    return _("MACs for an image") if across == "macs" else _("parameters")


def _is_wide(spots: Sequence[Spot], axis: int) -> bool:
    values = [(spot.x, spot.y)[axis] for spot in spots]
    return bool(values) and min(values) > 0 and max(values) / min(values) >= WIDE


def _note(height: str, settings: Settings, *, has_others: bool) -> str:
    if height == PRINTED:
        words = _("Hollow: printed by the papers, single crop, trainings differ.")
        return f"{words} {_('Grey: other presets.')}" if has_others else words
    if height == TIME:
        return _("Measured here, batch of {n}; lines hold half of the passes.").format(
            n=settings.batch_size
        )
    words = _("At the end of training, on held-out images; one training seed each.")
    return f"{words} {_('Grey: other runs.')}" if has_others else words


def _alt(spots: Sequence[Spot]) -> str:
    return "; ".join(f"{spot.label}: {spot.said}" for spot in spots) + "."
