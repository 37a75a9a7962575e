"""Texts, charts and tables of a lesson, each beside what the paper prints."""

from __future__ import annotations

from html import escape
from typing import TYPE_CHECKING

import streamlit as st

from explorer.lessons import charts, prose
from explorer.lessons.page import on_what
from explorer.lessons.quantities import MISSING, QUANTITIES
from explorer.lessons.results import figure as value_of
from explorer.lessons.results import mean_curve
from explorer.lessons.table import Table, table
from explorer.ui import cached_lessons, glossary, panels
from explorer.ui.components.drawing import drawing
from explorer.ui.components.replay import Curve, Plot, replay
from explorer.ui.i18n import _, sentences
from explorer.ui.lesson_train import own_results
from explorer.ui.page_theme import page_theme
from explorer.ui.rows_table import rows_table

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from explorer.lessons.experiment import Experiment
    from explorer.lessons.lesson import Figure, Lesson, PaperTable
    from explorer.lessons.results import Results, Run

METRICS = ("train_loss", "train_error", "test_loss", "test_error")


def text(lesson: Lesson, name: str, words: str) -> None:
    """Show a text with hints at its terms and the figures of recorded runs."""

    def value(experiment: str, arm: str, quantity: str) -> str:
        return _figure(lesson, name, experiment, arm, quantity)

    shown = prose.html(prose.filled(words, value), glossary.sentence)
    st.html(f'<div class="rx-prose">{shown}</div>')


def _figure(lesson: Lesson, name: str, experiment: str, arm: str, quantity: str) -> str:
    if quantity not in QUANTITIES:
        return MISSING
    found = cached_lessons.recorded_runs(name, experiment)
    value = value_of(lesson.experiment(experiment), found, arm, quantity)
    return QUANTITIES[quantity].words(value)


def figures(lesson: Lesson, name: str, shown: Sequence[Figure]) -> None:
    """Show figures; curves of one experiment side by side, played again."""
    groups = _grouped(shown)
    for place, group in enumerate(groups):
        experiment = lesson.experiment(group[0].experiment)
        results = cached_lessons.recorded_runs(name, experiment.name)
        if group[0].kind == "table":
            _table(name, experiment, results)
        elif results is None:
            panels.note(_("No recorded runs of this experiment yet: train it below."))
        elif group[0].kind == "curves":
            _curves(name, experiment, results, group)
        else:
            _chart(group[0], experiment, results)
        # Once for each experiment, under the last of its figures.
        if results and all(later[0].experiment != experiment.name for later in groups[place + 1 :]):
            _recorded(results)


def _grouped(shown: Sequence[Figure]) -> list[list[Figure]]:
    """Return figures one by one, curves of one experiment and the same networks together."""
    found: list[list[Figure]] = []
    for figure in shown:
        last = found[-1][-1] if found else None
        if (
            last
            and (figure.kind, figure.experiment, figure.arms)
            == (last.kind, last.experiment, last.arms)
            and figure.kind == "curves"
        ):
            found[-1].append(figure)
        else:
            found.append([figure])
    return found


def _curves(name: str, experiment: Experiment, results: Results, shown: list[Figure]) -> None:
    arms = charts.arms_of(shown[0], experiment)
    faint: list[Curve] = []
    bold: list[Curve] = []
    for style, arm in enumerate(arms):
        runs = results.of(arm.name)
        if len(runs) > 1:
            faint += [Curve(arm.title, style, _points(run), faint=True) for run in runs]
        means = {metric: mean_curve(runs, metric) for metric in METRICS}
        bold.append(Curve(arm.title, style, _joined(means)))
    plots = [
        Plot(
            figure.of,
            figure.title or _(charts.CURVES[figure.of]),
            figure.note or _("Once an epoch; lower is better."),
            figure.of.endswith("error"),
        )
        for figure in shown
    ]
    replay([*bold, *faint], plots, key=f"replay-{name}-{experiment.name}-{shown[0].of}")
    rows = [
        {_("epoch"): point["epoch"]}
        | {
            f"{plot.title} · {curve.title}": curve.points[i][plot.metric]
            for plot in plots
            for curve in bold
            if i < len(curve.points)
        }
        for i, point in enumerate(max((curve.points for curve in bold), key=len))
    ]
    _rows(rows, f"{name}-{experiment.name}-{shown[0].of}")


def _points(run: Run) -> list[dict[str, float]]:
    return _joined({metric: run.curve(metric) for metric in METRICS})


def _joined(curves: dict[str, tuple[float, ...]]) -> list[dict[str, float]]:
    num = min((len(curve) for curve in curves.values()), default=0)
    return [
        {"epoch": float(i + 1), **{metric: curve[i] for metric, curve in curves.items()}}
        for i in range(num)
    ]


def _recorded(results: Results) -> None:
    """Say that these are recorded runs, where and when they were made."""
    words = [_("Recorded: {what}").format(what=on_what(results))]
    if results.num_seeds > 1:
        words.append(_("Thin lines are seeds, bold ones their mean."))
    elif results.num_train:
        words.append(_("One training seed each: do not conclude yet."))
    panels.note(sentences(words))


def _chart(figure: Figure, experiment: Experiment, results: Results) -> None:
    drawn = charts.chart(figure, experiment, results, page_theme())
    if drawn is None:
        return
    panels.heading(drawn.title, figure.note)
    key = f"{experiment.name}-{figure.kind}-{figure.of}"
    with st.container(key=f"chart-{key}"):
        drawing(drawn.svg, key=f"drawing-{key}")
    _rows(drawn.rows, key)


def _rows(rows: Sequence[Mapping[str, object]], name: str) -> None:
    rows_table(rows, {head: head for row in rows[:1] for head in row}, name)


def _table(name: str, experiment: Experiment, results: Results | None) -> None:
    own = own_results(name, experiment)
    panels.heading(experiment.title, experiment.note)
    st.html(as_html(table(experiment, results, own)))
    if own:
        panels.note(_("Yours: {what}").format(what=on_what(own)))


def as_html(shown: Table) -> str:
    """Return a table with whose figures each column has."""
    whose = {
        "network": "",
        "ours": _("recorded"),
        "yours": _("yours"),
        "paper": _("paper"),
    }
    heads = "".join(
        f'<th scope="col" title="{escape(c.hint)}" class="rx-{c.origin}">'
        f"<small>{escape(whose[c.origin])}&nbsp;</small>{escape(c.title)}</th>"
        for c in shown.columns
    )
    rows = "".join(
        f'<tr><th scope="row">{escape(title)}</th>'
        + "".join(f'<td class="rx-{c.origin}">{escape(c.cells[place])}</td>' for c in shown.columns)
        + "</tr>"
        for place, title in enumerate(shown.rows)
    )
    sources = dict.fromkeys(c.hint for c in shown.columns if c.origin == "paper")
    notes = "".join(
        f'<div class="rx-note">{escape(_("paper: {source}").format(source=source))}</div>'
        for source in sources
    )
    return (
        f'<div class="rx-scroll"><table class="rx-table rx-compare"><thead><tr><th></th>{heads}'
        f"</tr></thead><tbody>{rows}</tbody></table></div>{notes}"
    )


def paper_tables(shown: Sequence[PaperTable]) -> None:
    """Show tables as papers print them, with their source."""
    for found in shown:
        panels.heading(found.title)
        heads = "".join(f'<th scope="col">{escape(column)}</th>' for column in found.columns)
        rows = "".join(
            f'<tr><th scope="row">{escape(row[0])}</th>'
            + "".join(f"<td>{escape(cell)}</td>" for cell in row[1:])
            + "</tr>"
            for row in found.rows
        )
        st.html(
            f'<div class="rx-scroll"><table class="rx-table"><thead><tr>{heads}</tr></thead>'
            f"<tbody>{rows}</tbody></table></div>"
            f'<div class="rx-note">{escape(_("paper: {source}").format(source=found.source))}</div>'
        )
