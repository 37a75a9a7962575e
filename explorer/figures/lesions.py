"""Charts of lesions: what is left by unit, by number, by order, by class."""

# pyright: standard
from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

import numpy as np
import plotly.graph_objects as go

from explorer.figures.charts import NEUTRAL, TWIN, Chart, plain
from explorer.figures.theme import CIVIDIS
from explorer.units import percent
from explorer.words import _, told

if TYPE_CHECKING:
    from collections.abc import Sequence

    from explorer.lesion.outcome import Outcome
    from explorer.lesion.study import Curve

COLOURS = (NEUTRAL, TWIN)
MARKS = ("circle", "square")
DASHES = ("solid", "longdash")
HATCH = {"fillmode": "overlay", "fgcolor": "#FFFFFF", "fgopacity": 0.6, "size": 7, "solidity": 0.25}
TICKS = (0, 25, 50, 75, 100)
TICK_WORDS = ("0", "25", "50", "75", "100 %")
MOST_WRITTEN = 12
"""Up to so many classes the counts are written into the confusion matrix."""


class Level(NamedTuple):
    """One bar of accuracy.

    Attributes:
        name: What it is of.
        accuracy: 0..1.
        is_twin: Whether it is of the control.
        is_whole: Whether nothing is deleted.
    """

    name: str
    accuracy: float
    is_twin: bool = False
    is_whole: bool = False


class Unit(NamedTuple):
    """A unit on the axis of a sweep.

    Attributes:
        label: Such as ``2.0``.
        is_first: Of its stage.
        resamples: Whether it changes the shape.
    """

    label: str
    is_first: bool
    resamples: bool


def _percent_axis(figure: go.Figure) -> None:
    figure.update_yaxes(range=[-3, 109], tickvals=TICKS, ticktext=TICK_WORDS)


def _line(figure: go.Figure, value: float, words: str, *, dash: str = "dot") -> None:
    figure.add_hline(
        100 * value,
        line={"width": 1, "dash": dash, "color": NEUTRAL},
        annotation_text=words,
        annotation_position="top right",
        annotation_font={"size": 11, "color": NEUTRAL},
    )


def _key(figure: go.Figure, names: Sequence[str]) -> None:
    """Write which mark is which network above the chart, where no value can hide it."""
    words = [
        f'<span style="color:{colour}">{sign} {name}</span>'
        for name, colour, sign in zip(names, COLOURS, ("●", "■"), strict=False)
    ]
    figure.add_annotation(
        x=0,
        y=1,
        xref="paper",
        yref="paper",
        xanchor="left",
        yanchor="bottom",
        text="    ".join(words),
        showarrow=False,
    )


def levels(found: Sequence[Level], chance: float, chance_words: str) -> Chart:
    """Return bars: accuracy of the whole network and of what is left, from the top."""
    names = [one.name for one in found]
    figure = go.Figure(
        go.Bar(
            x=[100 * one.accuracy for one in found],
            y=names,
            orientation="h",
            marker={
                "color": [COLOURS[one.is_twin] for one in found],
                "opacity": [0.45 if one.is_whole else 1.0 for one in found],
            },
            text=[percent(one.accuracy) for one in found],
            textposition="outside",
            cliponaxis=False,
            hovertemplate="%{y}: %{text}<extra></extra>",
        )
    )
    plain(figure, "", 48 + 34 * len(found))
    figure.update_layout(margin={"l": 8, "r": 8, "t": 26, "b": 22})
    figure.update_xaxes(range=[0, 114], tickvals=TICKS, ticktext=TICK_WORDS)
    figure.update_yaxes(autorange="reversed", automargin=True)
    figure.add_vline(
        100 * chance,
        line={"width": 1, "dash": "dot", "color": NEUTRAL},
        annotation_text=chance_words,
        annotation_position="top",
        annotation_font={"size": 11, "color": NEUTRAL},
    )
    said = [
        _("{name}: {share}").format(name=one.name, share=percent(one.accuracy)) for one in found
    ]
    alt = _("Accuracy. {all} Chance is {chance}.")
    return Chart(figure, alt.format(all=told(said), chance=percent(chance)))


def by_class(classes: Sequence[str], whole: Outcome, left: Outcome, x_title: str) -> Chart:
    """Return lines from the accuracy of every class to what is left of it."""
    before, after = np.array(whole.per_class) * 100, np.array(left.per_class) * 100
    figure = go.Figure()
    for name, a, b in zip(classes, before, after, strict=True):
        figure.add_scatter(
            x=[name, name],
            y=[a, b],
            mode="lines",
            line={"color": NEUTRAL, "width": 1},
            hoverinfo="skip",
        )
    for values, symbol in ((before, "circle-open"), (after, "circle")):
        figure.add_scatter(
            x=list(classes),
            y=values,
            mode="markers",
            marker={"color": NEUTRAL, "size": 9, "symbol": symbol, "line": {"width": 2}},
            hovertemplate="%{x}: %{y:.1f} %<extra></extra>",
        )
    plain(figure, x_title)
    _percent_axis(figure)
    figure.update_xaxes(type="category")
    change = after - before
    worst = int(np.nanargmin(change))
    alt = _("The class {name} changes most: {change} points.").format(
        name=classes[worst], change=f"{change[worst]:+.1f}"
    )
    return Chart(figure, alt)


def confusion(classes: Sequence[str], outcome: Outcome, x_title: str, y_title: str) -> Chart:
    """Return a heat map: images by true class (row) and answer (column)."""
    counts = outcome.confusion
    names = list(classes)
    written = len(names) <= MOST_WRITTEN
    figure = go.Figure(
        go.Heatmap(
            z=counts,
            x=names,
            y=names,
            colorscale=[[i / (len(CIVIDIS) - 1), c] for i, c in enumerate(CIVIDIS)],
            texttemplate="%{z}" if written else None,
            textfont={"size": 10},
            xgap=1,
            ygap=1,
            colorbar={"title": {"text": _("images"), "side": "right"}, "thickness": 10, "len": 1},
            hovertemplate=f"{y_title}: %{{y}}<br>{x_title}: %{{x}}<br>%{{z}}<extra></extra>",
        )
    )
    plain(figure, x_title, 300)
    figure.update_xaxes(type="category", side="bottom")
    figure.update_yaxes(
        type="category", title=y_title, autorange="reversed", nticks=len(names), showgrid=False
    )
    answers = counts.sum(0)
    most = int(answers.argmax())
    alt = _(
        "{right} of {all} images are right; the commonest answer is {name}, given {n} times."
    ).format(
        right=int(np.trace(counts)),
        all=outcome.num_images,
        name=names[most],
        n=int(answers[most]),
    )
    return Chart(figure, alt)


def sweep(
    units: Sequence[Unit],
    curves: Sequence[tuple[str, Curve]],
    x_title: str,
    words: tuple[str, str],
) -> Chart:
    """Return bars: accuracy without each unit alone, in the order of the network.

    Args:
        units: On the axis; those that change the shape are hatched.
        curves: Name and study of the run, and of its control, drawn as squares.
        x_title: What is on the axis.
        words: For the lines of the whole network and of chance.
    """
    (name, first), *others = curves
    labels = [unit.label for unit in units]
    y = [100 * point.accuracy for point in first.points]
    shapes = ["/" if unit.resamples else "" for unit in units]
    figure = go.Figure(
        go.Bar(
            x=labels,
            y=y,
            marker={"color": NEUTRAL, "opacity": 0.7, "pattern": {**HATCH, "shape": shapes}},
            hovertemplate=_without(name),
        )
    )
    for other, curve in others:
        values = [100 * point.accuracy for point in curve.points]
        figure.add_scatter(
            x=labels,
            y=values,
            mode="markers",
            marker={"color": TWIN, "size": 8, "symbol": "square"},
            hovertemplate=_without(other),
        )
    plain(figure, x_title, 280)
    _percent_axis(figure)
    _key(figure, [name for name, _curve in curves])
    figure.update_xaxes(type="category", tickangle=0 if len(labels) < 20 else None)
    for i, unit in enumerate(units):
        if unit.is_first and i:
            figure.add_vline(i - 0.5, line={"width": 1, "color": NEUTRAL}, opacity=0.5)
    _line(figure, first.baseline, words[0], dash="dash")
    _line(figure, 1 / first.num_classes, words[1])
    worst = min(first.points, key=lambda point: point.accuracy)
    alt = _(
        "{name}: median {median} without one unit, least {least} without {unit}; whole {whole}."
    ).format(
        name=name,
        median=percent(float(np.median(y)) / 100),
        least=percent(worst.accuracy),
        unit=worst.units[0],
        whole=percent(first.baseline),
    )
    return Chart(figure, alt)


def _without(name: str) -> str:
    words = _("{name} without {unit}: {share}")
    return words.format(name=name, unit="%{x}", share="%{y:.1f} %") + "<extra></extra>"


def interval(values: Sequence[float]) -> tuple[float, float, float]:
    """Return the mean and half of its 95 % interval to both sides, from Student's t, in 0..1."""
    from explorer.lesion.outcome import Repeats  # noqa: PLC0415 - scipy, where it is needed

    errors = Repeats(tuple(1 - value for value in values))
    low, high = errors.interval
    return 1 - errors.mean, 1 - high, 1 - low


def at_random(curves: Sequence[tuple[str, Curve]], x_title: str, words: tuple[str, str]) -> Chart:
    """Return lines: mean accuracy by the number of deleted units, with 95 % intervals."""
    figure = go.Figure()
    said: list[str] = []
    for place, (name, curve) in enumerate(curves):
        numbers = sorted({point.at for point in curve.points})
        found = [interval([p.accuracy for p in curve.points if p.at == k]) for k in numbers]
        means = [mean for mean, _low, _high in found]
        x, y = [0, *numbers], [100 * curve.baseline, *(100 * mean for mean in means)]
        upper = [0, *(100 * (high - mean) for mean, _low, high in found)]
        lower = [0, *(100 * (mean - low) for mean, low, _high in found)]
        figure.add_scatter(
            x=x,
            y=y,
            mode="lines+markers",
            line={"color": COLOURS[place], "width": 2, "dash": DASHES[place]},
            marker={"symbol": MARKS[place], "size": 8},
            error_y={"array": upper, "arrayminus": lower, "thickness": 1.5, "width": 3},
            hovertemplate=_("{name}, {n} deleted: {share}").format(
                name=name, n="%{x}", share="%{y:.1f} %"
            )
            + "<extra></extra>",
        )
        said.append(
            _("{name}: {first} with one deleted, {last} with most").format(
                name=name, first=percent(means[0]), last=percent(means[-1])
            )
        )
    plain(figure, x_title, 280)
    _percent_axis(figure)
    _key(figure, [name for name, _curve in curves])
    figure.update_xaxes(dtick=1)
    _line(figure, 1 / curves[0][1].num_classes, words[1])
    return Chart(figure, told(said))


def reordered(curves: Sequence[tuple[str, Curve]], x_title: str, words: tuple[str, str]) -> Chart:
    """Return dots: accuracy by Kendall's tau between the old and the new order."""
    figure = go.Figure()
    said: list[str] = []
    for place, (name, curve) in enumerate(curves):
        taus = [point.tau for point in curve.points if point.tau is not None]
        y = [100 * point.accuracy for point in curve.points if point.tau is not None]
        figure.add_scatter(
            x=[1.0, *taus],
            y=[100 * curve.baseline, *y],
            mode="markers",
            marker={"color": COLOURS[place], "symbol": MARKS[place], "size": 7, "opacity": 0.75},
            hovertemplate=f"{name}, τ %{{x:.2f}}: %{{y:.1f}} %<extra></extra>",
        )
        said.append(
            _("{name}: {share} in the mean of {n} orders").format(
                name=name, share=percent(float(np.mean(y)) / 100), n=len(y)
            )
        )
    plain(figure, x_title, 280)
    _percent_axis(figure)
    _key(figure, [name for name, _curve in curves])
    figure.update_xaxes(range=[None, 1.03])
    _line(figure, 1 / curves[0][1].num_classes, words[1])
    return Chart(figure, told(said))
