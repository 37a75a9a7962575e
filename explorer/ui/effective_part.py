"""The effective receptive field, measured: before training, or before and after."""

from __future__ import annotations

import csv
import io
from typing import TYPE_CHECKING, NamedTuple

import streamlit as st

from explorer.analysis.effective_field import MAX_SIDE, Asked
from explorer.analysis.receptive import last_map
from explorer.errors import ExplorerError
from explorer.figures.colormaps import VIRIDIS
from explorer.figures.heatmap import colour_bar, to_png
from explorer.figures.receptive_charts import effective_map, reach_of, shares_by_side
from explorer.ui import cached, guard, panels, urls
from explorer.ui.cam_view import BAR_PIXELS, bar
from explorer.ui.finished import finished_runs
from explorer.ui.i18n import _, listed, plural, sentences
from explorer.ui.state import start_widget
from explorer.ui.urls import Param
from explorer.units import percent

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence
    from pathlib import Path

    from explorer.address import Address
    from explorer.analysis.effective_field import EffectiveField
    from explorer.spec import NetworkSpec
    from explorer.ui.finished import Run

UNTRAINED = ""
NUM_IMAGES, NUM_SEEDS = (1, 2, 4, 8, 16, 32), (1, 2, 4, 8)
START_IMAGES, START_SEEDS = 4, 2
QUICK_SIDE = 128
"""Larger inputs are measured only when asked for [px]."""
LARGEST_DRAWN = 64
"""Images of more pixels than this would have to be drawn anew for a network in hand."""


class Subject(NamedTuple):
    """A network to measure.

    Attributes:
        name: On the page.
        spec: Of the network.
        run: Stamp and folder of the trained weights; None: before training.
    """

    name: str
    spec: NetworkSpec
    run: tuple[str, Path] | None


def show(networks: Sequence[tuple[str, NetworkSpec]], block: int | None) -> None:
    """Show the choices, and what is measured for each of at most two networks.

    Args:
        networks: Names and specifications: the network in hand, and one to compare it with.
        block: Position of the block whose output is looked at; None: the last map.
    """
    with st.container(border=True, key="effective"):
        with st.container(horizontal=True, vertical_alignment="bottom", gap="medium"):
            run = _run_choice()
            subjects = [Subject(name, spec, None) for name, spec in networks]
            if run is not None:
                subjects = _before_and_after(run)
            asked, num_seeds = _asked(subjects[0].spec, run)
        try:
            with st.spinner(_("Measuring"), show_time=True):
                found = [_measured(s, asked, num_seeds, block) for s in subjects]
        except ExplorerError as error:
            guard.show(error)
            return
        named = list(zip([s.name for s in subjects], found, strict=True))
        _maps(named)
        _table(named)
        panels.note(_caption(subjects, asked, num_seeds, block))
        if run is not None:
            panels.note(_of_run(run, left_out=len(networks) > 1))


def _run_choice() -> Run | None:
    runs = finished_runs()
    key, wanted = "effective-run", urls.get(Param.RUN)
    options = [UNTRAINED, *runs]
    start = start_widget(key, wanted if wanted in runs else UNTRAINED, options)
    chosen = st.selectbox(
        _("Weights"),
        options,
        options.index(start),
        key=key,
        width=280,
        format_func=lambda i: runs[i].label if i in runs else _("before training"),
        help=_("A finished run is measured before and after its training."),
    )
    urls.put(Param.RUN, chosen if chosen in runs else "")
    return runs.get(chosen)


def _before_and_after(run: Run) -> list[Subject]:
    spec = run.record.spec
    return [
        Subject(_("before training"), spec, None),
        Subject(_("after training"), spec, (run.stamp, run.folder)),
    ]


def _asked(spec: NetworkSpec, run: Run | None) -> tuple[Asked, int]:
    """Show on what and how often is measured."""
    if run is not None:
        data = run.record.data.name
    else:
        data = "shapes" if spec.image_size <= LARGEST_DRAWN and spec.in_channels == 3 else ""
    has_data = bool(data) and _choice(
        Param.DATA,
        _("Input"),
        ["", "own"],
        lambda o: _("noise") if not o else _("its held-out images") if run else _("drawn shapes"),
    )
    sides = [spec.image_size * n for n in (1, 2, 4) if spec.image_size * n <= MAX_SIDE // 2]
    side = spec.image_size
    if not has_data and len(sides) > 1:
        options = [str(s) for s in sides]
        start = spec.image_size if run else _side_that_holds(spec, sides)
        side = int(
            _choice(Param.SIDE, _("Side of the input"), options, lambda o: f"{o} px", str(start))
        )
    num_images = _number(Param.IMAGES, _("Images"), NUM_IMAGES, START_IMAGES)
    num_seeds = _number(Param.SEEDS, _("Initialisations"), NUM_SEEDS, START_SEEDS)
    asked = Asked(
        num_images=num_images, data=data if has_data else "", side=0 if has_data else side
    )
    return asked, num_seeds


def _side_that_holds(spec: NetworkSpec, sides: list[int]) -> int:
    """Return the smallest side that the theoretical field fits into; the own where none does."""
    field = cached.network(spec)[1].receptive_field
    return next((side for side in sides if field <= side <= QUICK_SIDE), sides[0])


def _choice(
    param: Param,
    label: str,
    options: list[str],
    words: Callable[[str], str],
    default: str = "",
) -> str:
    start = default or options[0]
    key = f"effective-{param.value}-{'-'.join(options)}-{start}"
    wanted = urls.get(param)
    first = start_widget(key, wanted if wanted in options else start)
    chosen = st.segmented_control(
        label, options, default=first, required=True, key=key, format_func=lambda o: words(str(o))
    )
    value = chosen if chosen in options else start
    urls.put(param, "" if value == start else value)
    return value


def _number(param: Param, label: str, options: tuple[int, ...], default: int) -> int:
    key, wanted = f"effective-{param.value}", urls.get(param)
    start = start_widget(key, int(wanted) if wanted in map(str, options) else default)
    chosen = st.select_slider(label, options, start, key=key, width=140)
    urls.put(param, "" if chosen == default else str(chosen))
    return chosen


def _address(spec: NetworkSpec, block: int | None) -> Address:
    """Return where to read; a run with fewer blocks is read at its last map."""
    graph, _cost = cached.network(spec)
    if block is None or block >= len(graph.blocks):
        return last_map(graph)
    return graph.blocks[block].exit


def _measured(subject: Subject, asked: Asked, num_seeds: int, block: int | None) -> EffectiveField:
    placed = asked._replace(address=_address(subject.spec, block))
    if subject.run is not None:
        return cached.effective_field(placed, None, 0, subject.run)
    return cached.effective_field(placed, subject.spec, num_seeds, None)


def _maps(named: Sequence[tuple[str, EffectiveField]]) -> None:
    """Show the maps side by side; a single one beside its shares."""
    columns = st.columns(2, gap="medium")
    reach = max(reach_of(field) for _name, field in named)
    for i, (column, (name, field)) in enumerate(zip(columns, named, strict=False)):
        with column:
            _map(i, name, field, reach)
            if i == 0:
                png = to_png(colour_bar(VIRIDIS, *BAR_PIXELS))
                bar(png, "0", _("size of the gradient"), _("each map's own largest"))
    with columns[1] if len(named) == 1 else st.container():
        _shares(named)


def _map(i: int, name: str, field: EffectiveField, reach: float) -> None:
    words = _("Effective {size} px, theoretical {theoretical} px")
    if field.theoretical > field.side:
        words = _("Effective {size} px, theoretical {theoretical} px, more than the input")
    panels.heading(name, words.format(size=f"{field.size:.0f}", theoretical=field.theoretical))
    words = (_("theoretical"), _("effective"))
    chart = effective_map(field, _("px from the middle of the field"), words, reach)
    st.plotly_chart(
        chart.figure,
        key=f"effective-map-{i}",
        config={"displayModeBar": False},
        alt=chart.alt,
    )


def _shares(named: Sequence[tuple[str, EffectiveField]]) -> None:
    panels.heading(
        _("How much lies near the middle"),
        _("Share of the field inside a centred square, by its side."),
    )
    curves = {name: field.shares().tolist() for name, field in named}
    chart = shares_by_side(curves, _("side of the square [px]"))
    st.plotly_chart(
        chart.figure, key="effective-shares", config={"displayModeBar": False}, alt=chart.alt
    )


def _table(named: Sequence[tuple[str, EffectiveField]]) -> None:
    st.table([_row(name, field) for name, field in named], border="horizontal")
    with st.container(horizontal=True):
        _save(_("Save CSV"), lambda: csv_of_shares(named), "effective-field.csv")
        _save(_("Save maps as CSV"), lambda: csv_of_maps(named), "effective-field-maps.csv")


def _save(label: str, data: Callable[[], str], name: str) -> None:
    st.download_button(label, data, name, "text/csv", icon=":material/download:", on_click="ignore")


def _row(name: str, field: EffectiveField) -> dict[str, str]:
    ratio = field.size / field.theoretical
    return {
        _("Network"): name,
        _("Theoretical [px]"): str(field.theoretical),
        _("Effective [px]"): f"{field.size:.1f}",
        _("of the theoretical"): percent(ratio),
        _("Spread σ [px]"): f"{field.sigma:.2f}",
        _("Half lies in [px]"): str(field.side_holding(0.5)),
        _("95 % lie in [px]"): str(field.side_holding(0.95)),
        _("Images"): str(field.num_images),
        _("Initialisations"): str(field.num_seeds) if field.num_seeds else "–",
    }


def _caption(subjects: Sequence[Subject], asked: Asked, num_seeds: int, block: int | None) -> str:
    """Say what is measured and what is exact, on how many images, with which seeds."""
    if asked.data:
        what = _("held-out images of {data}").format(data=asked.data.rsplit("/", 1)[-1])
        settling = _("training images")
    else:
        what, settling = _("noise from N(0, 1)"), _("further noise")
    measured = _(
        "Measured (Luo et al. 2016): the size of the gradient of the middle position of {places}, "
        "all channels added, at each pixel; a mean over {images} ({what}) for {seeds}."
    ).format(
        places=listed(dict.fromkeys(_address(s.spec, block) for s in subjects)),
        images=plural("{n} image", "{n} images", asked.num_images),
        what=what,
        seeds=_("one initialisation, seed {first}").format(first=asked.seed)
        if num_seeds == 1
        else _("each of {n} initialisations, seeds {first} to {last}").format(
            n=num_seeds, first=asked.seed, last=asked.seed + num_seeds - 1
        ),
    )
    rest = (
        _("Batch norm is settled on {settling} before training.").format(settling=settling),
        _(
            "Effective: the side of a square as large as all pixels above 4.55 % of the largest; "
            "a Gaussian has 4.41 σ."
        ),
        _("The theoretical field is exact; gates, which see the whole image, are left out of it."),
    )
    return sentences((measured, *rest))


def _of_run(run: Run, *, left_out: bool) -> str:
    words = _("After training: one run, seed {seed}.").format(seed=run.record.seed)
    if left_out:
        return sentences((words, _("The network of equal MACs is measured before training only.")))
    return words


def csv_of_shares(named: Sequence[tuple[str, EffectiveField]]) -> str:
    """Return the share inside centred squares by their side as CSV."""
    text = io.StringIO()
    writer = csv.writer(text)
    writer.writerow(("network", "side", "share", "theoretical", "effective", "sigma"))
    for name, field in named:
        rest = (field.theoretical, repr(field.size), repr(field.sigma))
        writer.writerows(
            (name, side, repr(float(share)), *rest) for side, share in enumerate(field.shares())
        )
    return text.getvalue()


def csv_of_maps(named: Sequence[tuple[str, EffectiveField]]) -> str:
    """Return the share of every pixel as CSV."""
    text = io.StringIO()
    writer = csv.writer(text)
    writer.writerow(("network", "row", "column", "share"))
    for name, field in named:
        for row, line in enumerate(field.values.tolist()):
            writer.writerows((name, row, column, repr(v)) for column, v in enumerate(line))
    return text.getvalue()
