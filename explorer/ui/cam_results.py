"""A finished measurement of maps: a plot, a table and the verdict in words."""

from __future__ import annotations

import math
from html import escape
from typing import TYPE_CHECKING

import streamlit as st

from explorer.cam.measure.metrics import METRICS
from explorer.cam.measure.report import FEWEST_SEEDS, Finding
from explorer.cam.methods import METHODS
from explorer.figures.measured_chart import measured
from explorer.ui import cam_wholes, panels
from explorer.ui.i18n import _, plural, sentences
from explorer.ui.page_theme import page_theme

if TYPE_CHECKING:
    from collections.abc import Sequence

    from explorer.cam.measure.report import Architecture, Row
    from explorer.cam.measure.statistics import Interval
    from explorer.cam.measure.stored import Stored

NOTHING = "–"


def strata() -> dict[str, str]:
    """Return the groups of images in words, left to right."""
    return {
        "small": _("small"),
        "medium": _("medium"),
        "large": _("large"),
        "all": _("all"),
        "correct": _("answered correctly"),
    }


def show(found: Stored) -> None:
    """Show what was measured, one metric at a time."""
    _whose(found.architectures)
    with st.container(horizontal=True, vertical_alignment="bottom", gap="medium"):
        methods = list(dict.fromkeys(row.method for row in found.rows))
        method = _choice(_("Map"), methods, {m: METHODS[m].title for m in methods})
        names = list(dict.fromkeys(row.metric for row in found.rows))
        metric = _choice(_("Measure"), names, {m: METRICS[m].title for m in names})
    panels.note(sentences((_(METRICS[metric].definition), _direction(metric))))
    rows = [row for row in found.rows if (row.method, row.metric) == (method, metric)]
    rows.sort(key=lambda row: [*strata()].index(row.stratum))
    words = strata()
    drawn = [row for row in rows if row.stratum != "correct"]
    if drawn:
        titles = (_(METRICS[metric].title), _("size of the object"), _("chance"))
        chart = measured(drawn, words, titles, page_theme())
        st.plotly_chart(
            chart.figure, key="cam-measured", config={"displayModeBar": False}, alt=chart.alt
        )
    _table([(words[row.stratum], row) for row in rows], _("Objects"))
    _verdict(found)
    everywhere = [row for row in found.rows if (row.method, row.stratum) == (method, "all")]
    with st.expander(_("Every measure, on all objects")):
        _table([(_(METRICS[row.metric].title), row) for row in everywhere], _("Measure"))
    cam_wholes.show(found.wholes.get(method))
    _origin(found, method)


def _choice(label: str, names: list[str], titles: dict[str, str]) -> str:
    chosen = st.selectbox(
        label,
        names,
        key=f"cam-shown-{'-'.join(names)}",
        width=280,
        format_func=lambda name: _(titles.get(str(name), str(name))),
    )
    return chosen if chosen in names else names[0]


def _direction(metric: str) -> str:
    return {
        "more": _("More is better."),
        "less": _("Less is better."),
        "one": _("1 is ideal."),
    }.get(METRICS[metric].better, "")


def _whose(architectures: Sequence[Architecture]) -> None:
    parts = [
        f'<span class="rx-mark rx-{mark}"></span>{escape(one.title)} · '
        + escape(
            _("{seeds}, accuracy {accuracy}").format(
                seeds=plural("{n} seed", "{n} seeds", len(one.runs)),
                accuracy=f"{one.accuracy:.2f}",
            )
        )
        for mark, one in zip("ab", architectures, strict=False)
    ]
    st.html(f'<div class="rx-note">{" &emsp; ".join(parts)}</div>')


def _table(rows: Sequence[tuple[str, Row]], first: str) -> None:
    if not rows:
        return
    has_pair = rows[0][1].b is not None
    heads = [first, _("Images"), rows[0][1].a]
    if has_pair:
        heads += [str(rows[0][1].b), _("B − A"), _("p, corrected")]
    heads += [_("Chance"), _("Best map"), _("Verdict")]
    line = "".join(f'<th scope="col">{escape(head)}</th>' for head in heads)
    body = "".join(
        "<tr>" + "".join(f"<td>{escape(cell)}</td>" for cell in _cells(name, row)) + "</tr>"
        for name, row in rows
    )
    st.html(
        f'<div class="rx-scroll" tabindex="0"><table class="rx-table"><thead><tr>{line}</tr>'
        f"</thead><tbody>{body}</tbody></table></div>"
    )


def _cells(name: str, row: Row) -> list[str]:
    cells = [name, f"{row.num_images:,}", written(row.value_a)]
    if row.b is not None:
        p = NOTHING if row.p_holm is None else f"{row.p_holm:.3f}"
        cells += [written(row.value_b), written(row.difference, signed=True), p]
    return [*cells, _plain(row.floor), _plain(row.ceiling), verdict(row)]


def written(value: Interval | None, *, signed: bool = False) -> str:
    """Return an estimate with its interval, such as ``0.83 (0.78 to 0.88)``."""
    if value is None or math.isnan(value.value):
        return NOTHING
    sign = "+" if signed else ""
    middle, low, high = (f"{number:{sign}.2f}".replace("-", "−") for number in value)
    return _("{value} ({low} to {high})").format(value=middle, low=low, high=high)


def _plain(value: float | None) -> str:
    return NOTHING if value is None or math.isnan(value) else f"{value:.2f}"


def verdict(row: Row) -> str:
    """Return in words what one row shows."""
    if row.finding is Finding.ALONE:
        return _("one network, nothing to compare")
    if row.finding is Finding.DESCRIPTION:
        return _("a description, not a finding")
    if row.finding is Finding.NOTHING:
        return _("no difference shown")
    is_higher = row.finding is Finding.HIGHER
    better = METRICS[row.metric].better
    if better in {"more", "less"}:
        words = _("{b} is better") if is_higher == (better == "more") else _("{a} is better")
    else:
        words = _("{b} is higher") if is_higher else _("{a} is higher")
    return words.format(a=row.a, b=row.b)


def _verdict(found: Stored) -> None:
    fewest = min(len(one.runs) for one in found.architectures)
    if len(found.architectures) > 1 and fewest < FEWEST_SEEDS:
        panels.note(
            _(
                "With fewer than {n} training seeds of each network every difference is a "
                "description, not a finding: another seed may turn it round. Train both with "
                "further seeds; they are taken into the next measurement by themselves."
            ).format(n=FEWEST_SEEDS)
        )


def _origin(found: Stored, method: str) -> None:
    layer = found.layers.get(method, "")
    panels.note(
        _(
            "{images} of {data}, the true class, read at {layer}. In brackets: 95 % bootstrap "
            "interval over images and, where there are several, seeds. p is corrected for all "
            "measures and sizes (Holm)."
        ).format(
            images=plural("{n} held-out image", "{n} held-out images", found.num_images),
            data=found.data.rsplit("/", 1)[-1],
            layer=_("the image itself") if layer == "input" else layer,
        )
    )
    st.download_button(
        _("Save CSV"),
        found.csv,
        "localisation.csv",
        "text/csv",
        icon=":material/download:",
        key="cam-measured-csv",
        on_click="ignore",
    )
