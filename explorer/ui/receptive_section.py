"""Receptive fields: of all paths, of the ways inside one block, and measured at the pixels."""

from __future__ import annotations

import csv
import io
from typing import TYPE_CHECKING, NamedTuple

import streamlit as st

from explorer.analysis.block_range import label_of
from explorer.analysis.counterpart import has_scales
from explorer.analysis.receptive import receptive_fields
from explorer.analysis.receptive_paths import receptive_paths_in_block
from explorer.errors import SpecError
from explorer.figures.charts import receptive_paths
from explorer.figures.receptive_charts import ways_in_block
from explorer.ui import cached, effective_part, guard, panels, urls
from explorer.ui.i18n import _, sentences
from explorer.ui.state import start_widget
from explorer.ui.urls import Param
from explorer.units import large, quantity

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from explorer.analysis.receptive_paths import ReceptivePaths
    from explorer.spec import NetworkSpec
    from explorer.ui.state import Hand

LAST = "last"


class Place(NamedTuple):
    """Where a network is looked at.

    Attributes:
        block: Position of the block; None: the last map.
        label: Of the block, such as ``3.2``; empty for the last map.
    """

    block: int | None
    label: str


class Named(NamedTuple):
    """A network with its name on this page."""

    name: str
    spec: NetworkSpec


def section(now: Hand) -> None:
    """Show what to look at, and the part that is open; the others are not computed."""
    parts = _parts()
    with st.container(horizontal=True, vertical_alignment="bottom", gap="medium"):
        part = _segments(
            list(parts), Param.PART, {key: label for key, (label, _s) in parts.items()}
        )
        place = _place(now)
        compares = _compares(now)
    networks = [Named(now.title, now.working)]
    if compares:
        try:
            networks.append(_other(now))
        except SpecError as error:
            guard.show(error)
    parts[part][1](networks, place)


def _parts() -> dict[str, tuple[str, Callable[[list[Named], Place], None]]]:
    return {
        "paths": (_("All paths"), _all_paths),
        "block": (_("Inside one block"), _inside),
        "effective": (_("Effective, measured"), _effective),
    }


def _segments(options: list[str], param: Param, words: dict[str, str]) -> str:
    key = f"fields-{param.value}"
    wanted = urls.get(param)
    start = start_widget(key, wanted if wanted in options else options[0], options)
    chosen = st.segmented_control(
        _("Part"),
        options,
        default=start,
        required=True,
        key=key,
        format_func=lambda name: words.get(str(name), str(name)),
    )
    value = chosen if chosen in options else options[0]
    urls.put(param, "" if value == options[0] else value)
    return value


def _place(now: Hand) -> Place:
    labels = [label_of(block) for block in cached.network(now.working)[0].blocks]
    options = [LAST, *labels]
    key = f"fields-at-{now.working.digest[:12]}"
    wanted = urls.get(Param.AT)
    start = start_widget(key, wanted if wanted in labels else LAST, options)
    chosen = st.selectbox(
        _("Look at"),
        options,
        options.index(start),
        key=key,
        width=200,
        format_func=lambda name: (
            _("the last map") if name == LAST else _("the end of block {label}").format(label=name)
        ),
    )
    if chosen not in labels:
        urls.put(Param.AT, "")
        return Place(None, "")
    urls.put(Param.AT, chosen)
    return Place(labels.index(chosen), chosen)


def _compares(now: Hand) -> bool:
    key = "fields-twin"
    start = start_widget(key, urls.get(Param.TWIN) == "1")
    chosen = st.toggle(
        _("Compare with a ResNet of equal MACs")
        if has_scales(now.working)
        else _("Compare with a Res2Net of equal MACs"),
        start,
        key=key,
        help=_("Every block is exchanged, and the base width is solved for the same MACs."),
    )
    urls.put(Param.TWIN, "1" if chosen else "")
    return chosen


def _other(now: Hand) -> Named:
    """Return the network of equal MACs, and say what it is.

    Raises:
        SpecError: There is none.
    """
    found = cached.equal_cost(now.working)
    own, other = (cached.network(spec)[1].macs for spec in (now.working, found.spec))
    is_resnet = found.kind == "bottleneck"
    words = _("Res2Net: scale 4, base width {width} · {other} against {own}, {change}.")
    if is_resnet:
        words = _("ResNet: bottlenecks of base width {width} · {other} against {own}, {change}.")
    words = words.format(
        width=found.base_width,
        other=quantity(other, "MAC"),
        own=quantity(own, "MAC"),
        change=_percent(found.deviation),
    )
    nearer = "" if found.fits else _("No width comes nearer: the costs are not equal.")
    panels.note(sentences((words, nearer)))
    return Named(_("ResNet, equal MACs") if is_resnet else _("Res2Net, equal MACs"), found.spec)


def _percent(share: float) -> str:
    return f"{'+' if share >= 0 else '−'}{abs(share):.1%}".replace("%", " %")


def _all_paths(networks: list[Named], place: Place) -> None:
    found = [(n.name, cached.receptive_paths(n.spec, place.block)) for n in networks]
    with st.container(border=True, key="field-paths"):
        panels.heading(
            _("Receptive fields of the paths"),
            sentences((_which(place), _colours(found))),
        )
        image = networks[0].spec.image_size
        chart = receptive_paths(
            found[0][1], image, _("theoretical receptive field [px]"), *found[1:]
        )
        st.plotly_chart(
            chart.figure, key="field-chart", config={"displayModeBar": False}, alt=chart.alt
        )
        st.table([_row(name, paths) for name, paths in found], border="horizontal")
        _save(lambda: csv_of(found), "receptive-fields.csv")
        words = _(
            "Exact, from the graph alone: past or through each block, along each group and scale."
        )
        is_wider = image < max(paths.largest for _name, paths in found)
        panels.note(sentences((words, _("The dotted line is the image.") if is_wider else "")))


def _which(place: Place) -> str:
    if not place.label:
        return _("Which share of the paths to the last map sees how many pixels of the image.")
    return _(
        "Which share of the paths to the end of block {label} sees how many pixels of the image."
    ).format(label=place.label)


def _colours(found: Sequence[tuple[str, ReceptivePaths]]) -> str:
    if len(found) == 1:
        return ""
    (own, _o), (other, _p) = found
    return _("Grey: {own}. Orange: {other}.").format(own=own, other=other)


def _row(name: str, paths: ReceptivePaths) -> dict[str, str]:
    low, high = paths.central()
    return {
        _("Network"): name,
        _("Paths"): large(paths.num_paths),
        _("Different fields"): str(len(paths.counts)),
        _("Smallest [px]"): str(min(paths.counts)),
        _("Mean [px]"): f"{paths.mean:.4g}",
        _("Spread [px]"): f"{paths.std:.3g}",
        _("95 % of the paths [px]"): f"{low} – {high}",
        _("Widest [px]"): str(paths.largest),
    }


def csv_of(found: Sequence[tuple[str, ReceptivePaths]]) -> str:
    """Return receptive fields, exact numbers of paths and their shares as CSV."""
    text = io.StringIO()
    writer = csv.writer(text)
    writer.writerow(("network", "receptive_field", "paths", "share"))
    for name, paths in found:
        total = paths.num_paths
        writer.writerows((name, size, n, repr(n / total)) for size, n in paths.counts.items())
    return text.getvalue()


def _save(data: Callable[[], str], name: str) -> None:
    st.download_button(
        _("Save CSV"), data, name, "text/csv", icon=":material/download:", on_click="ignore"
    )


def _inside(networks: list[Named], place: Place) -> None:
    found: list[tuple[str, ReceptivePaths]] = []
    for name, spec in networks:
        graph, _cost = cached.network(spec)
        block = graph.blocks[-1 if place.block is None else place.block]
        found.append((name, receptive_paths_in_block(graph, block)))
    graph, _cost = cached.network(networks[0].spec)
    block = graph.blocks[-1 if place.block is None else place.block]
    jump = receptive_fields(graph)[block.entry].jump
    with st.container(border=True, key="field-block"):
        panels.heading(
            _("Inside block {label}").format(label=label_of(block)),
            sentences((_how_many(jump), _colours(found))),
        )
        chart = ways_in_block(found[0][1], _("positions of the block's input"), *found[1:])
        st.plotly_chart(
            chart.figure, key="block-chart", config={"displayModeBar": False}, alt=chart.alt
        )
        st.table([_block_row(name, paths, jump) for name, paths in found], border="horizontal")
        _save(lambda: csv_of(found), "receptive-fields-block.csv")
        panels.note(_reading(networks[0].spec, len(found)))


def _block_row(name: str, paths: ReceptivePaths, jump: int) -> dict[str, str]:
    return {
        _("Network"): name,
        _("Ways"): large(paths.num_paths),
        _("Different fields"): str(len(paths.counts)),
        _("Fields [positions]"): ", ".join(map(str, paths.counts)),
        _("Added at most [px]"): str((paths.largest - 1) * jump),
    }


def _reading(spec: NetworkSpec, shown: int) -> str:
    said = [_("Exact, from the graph alone; the shortcut is a way that sees one position.")]
    if has_scales(spec) or shown > 1:
        said.append(
            _(
                "A Res2Net block has a way for each number of 3 × 3 convolutions in a row, so one "
                "block sees several scales. The first block of a stage does not pass its scales on."
            )
        )
    return sentences(said)


def _how_many(jump: int) -> str:
    return _(
        "How many ways from the block's entry to its exit see how many positions of its input; "
        "neighbouring positions are {jump} px apart in the image."
    ).format(jump=jump)


def _effective(networks: list[Named], place: Place) -> None:
    effective_part.show([(n.name, n.spec) for n in networks], place.block)
