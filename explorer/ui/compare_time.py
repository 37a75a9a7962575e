"""How long the compared networks take on this machine, and how good they are for it."""

from __future__ import annotations

import secrets
from typing import TYPE_CHECKING

import streamlit as st

from explorer.latency import outcome
from explorer.ui import cached, panels, state
from explorer.ui.compare_figures import share
from explorer.ui.compare_html import Line, lines_csv, side_by_side_table
from explorer.ui.compare_points import Plot, across_titles, heights
from explorer.ui.components.charts import Spot, charts
from explorer.ui.i18n import _
from explorer.ui.kept_choice import listed, segments
from explorer.ui.patience import Request, answers
from explorer.ui.rows_table import rows_table
from explorer.ui.urls import Param
from explorer.ui.values import NOTHING
from explorer.units import milliseconds, quantity

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from explorer.latency.outcome import Latency, Settings
    from explorer.ui.compare_choice import Choice, Entry
    from explorer.ui.finished import Run
    from explorer.ui.state import Hand

BATCHES = (1, 8, 32, 128)
_AGAIN = "latency-again"


def section(now: Choice, entries: Sequence[Entry], runs: Mapping[str, Run], hand: Hand) -> None:
    """Show the scatter, and the times with the button that measures them."""
    settings = _settings()
    is_wide = len(entries) > 2
    left, right = (
        (st.container(), st.container()) if is_wide else st.columns((1, 1.1), gap="medium")
    )
    with left, st.container(border=True, key="compare-times"):
        _times(now, entries, settings)
    with right, st.container(border=True, key="compare-scatter"):
        _scatter(entries, runs, settings, hand)


def _settings() -> Settings:
    with st.container(horizontal=True, vertical_alignment="bottom", gap="medium"):
        batch = segments(
            Param.BATCH,
            _("Images of one pass"),
            {str(n): str(n) for n in BATCHES},
            key="compare-batch",
            help_=_("Small batches show the latency of one answer, large ones the throughput."),
        )
        device = "cpu"
        found = outcome.devices()
        if len(found) > 1:
            words = {"cpu": _("processor"), "cuda": _("GPU")}
            device = segments(
                Param.DEVICE, _("On"), {one: words[one] for one in found}, key="compare-device"
            )
    return outcome.settings_of(int(batch), device)


def _times(now: Choice, entries: Sequence[Entry], settings: Settings) -> None:
    machine = outcome.cpu_name() if settings.device == "cpu" else _("the GPU of this machine")
    panels.heading(
        _("Measured latency and throughput"),
        _("Forward passes in float32 on {machine}: warmed up, then timed one by one.").format(
            machine=machine
        ),
    )
    found = _measured(entries, settings)
    if not any(found):
        panels.note(
            _("MACs are not time: grouped convolutions and scales have fewer, and wait for memory.")
        )
        return
    lines = time_lines(entries, found, now.baseline)
    side_by_side_table(_("Times side by side"), entries, lines, now.baseline, tall=True)
    one = next(latency for latency in found if latency)
    panels.note(
        _(
            "{device}, {threads} threads, torch {torch}. Median of {repeats} passes; half of them "
            "lie in the range."
        ).format(device=one.device_name, threads=one.threads, torch=one.torch, repeats=one.repeats)
    )
    with st.container(horizontal=True):
        st.button(_("Measure again"), key="measure-again", on_click=_again)
        st.download_button(
            _("Save CSV"),
            lambda: lines_csv(entries, lines),
            "latency.csv",
            "text/csv",
            icon=":material/download:",
            on_click="ignore",
            key="latency-csv",
        )


def _again() -> None:
    state.keep(_AGAIN, secrets.token_hex(4))


def _measured(entries: Sequence[Entry], settings: Settings) -> list[Latency | None]:
    """Return what was measured before or just now; asks with a button for what is missing."""
    again = str(state.recall(_AGAIN, ""))
    # Taken back at once: a reader who stops it does not ask once more.
    state.keep(_AGAIN, "")
    found = [None if again else outcome.kept(entry.spec, settings) for entry in entries]
    missing = [i for i, one in enumerate(found) if one is None]
    if not missing:
        return found
    requests = [
        Request(
            "explorer.latency.task:measured",
            {"spec": entries[i].spec, "settings": settings},
            settings.seconds(cached.network(entries[i].spec)[1].macs),
            f"{outcome.file_of(entries[i].spec, settings)}{again}",
        )
        for i in missing
    ]
    done = answers(
        requests,
        _("Measure"),
        "measure-latency",
        too_long=_("This would take about {time}. Choose a smaller batch or smaller networks."),
        is_asked=bool(again),
        can_stop=True,
    )
    for i, one in zip(missing, done or [], strict=False):
        found[i] = one
    return found


def time_lines(
    entries: Sequence[Entry], found: Sequence[Latency | None], baseline: int
) -> list[Line]:
    """Return latency, range, throughput and speed of networks beside their MACs."""
    macs = [cached.network(entry.spec)[1].macs for entry in entries]
    rates = [one and one.throughput for one in found]
    speeds = [None if r is None else r * m for r, m in zip(rates, macs, strict=True)]
    return [
        _line(_("MACs for an image"), macs, [quantity(m, "MAC") for m in macs], baseline),
        _line(
            _("Latency of a batch"),
            [one and one.median for one in found],
            [NOTHING if one is None else milliseconds(one.median) for one in found],
            baseline,
        ),
        _line(
            _("Half of the passes"),
            [None] * len(found),
            [
                NOTHING if one is None else f"{milliseconds(one.low)} – {milliseconds(one.high)}"
                for one in found
            ],
            baseline,
        ),
        _line(
            _("Images per second"),
            rates,
            [NOTHING if rate is None else f"{rate:,.1f}" for rate in rates],
            baseline,
        ),
        _line(
            _("MACs per second"),
            speeds,
            [NOTHING if speed is None else quantity(speed, "MAC") for speed in speeds],
            baseline,
            _("How well the machine is used: the same work can take more time in smaller pieces."),
        ),
    ]


def _line(
    label: str,
    values: Sequence[float | None],
    words: Sequence[str],
    baseline: int,
    hint: str = "",
) -> Line:
    base = values[baseline]
    changes = tuple("" if v is None or not base or v == base else share(v, base) for v in values)
    return Line("", label, tuple(words), changes, hint)


def _scatter(
    entries: Sequence[Entry], runs: Mapping[str, Run], settings: Settings, hand: Hand
) -> None:
    options = heights(entries)
    with st.container(horizontal=True, vertical_alignment="bottom", gap="medium"):
        height = listed(
            Param.HEIGHT,
            _("Upwards"),
            options,
            key=f"compare-height-{'-'.join(options)}",
            width=200,
        )
        across = segments(
            Param.ACROSS,
            _("Across"),
            {k: v for k, v in across_titles().items() if k != height},
            key=f"compare-across-{height == 'latency'}",
        )
    plot = Plot(across, height, settings, hand.batch_size, runs)
    chart = plot.chart(entries)
    charts([chart], key="compare-scatter-chart")
    names = {"name": _("Name"), "x": chart.x.title, "y": chart.y.title}
    rows = [
        {"name": one.label, "x": one.x, "y": one.y, "y_low": one.low, "y_high": one.high}
        for one in chart.content
        if isinstance(one, Spot)
    ]
    if rows:
        rows_table(rows, names, "scatter")
