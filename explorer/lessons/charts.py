"""The figures of a lesson as pictures, from recorded runs or from the reader's own."""

from __future__ import annotations

from statistics import fmean
from typing import TYPE_CHECKING, NamedTuple

from explorer.figures import print_charts
from explorer.figures.print_axes import Frame
from explorer.figures.print_charts import Line, Point
from explorer.lessons.lesson import MAX_SHOWN, Figure
from explorer.lessons.quantities import QUANTITIES
from explorer.lessons.results import figure as value_of
from explorer.lessons.results import mean_curve
from explorer.words import _, mark, sentences

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence
    from xml.etree.ElementTree import Element

    from explorer.figures.theme import Theme
    from explorer.lessons.experiment import Arm, Experiment
    from explorer.lessons.results import Results, Run

CURVES = {
    "train_loss": mark("Training loss [nat]"),
    "train_error": mark("Training error"),
    "test_loss": mark("Held-out loss [nat]"),
    "test_error": mark("Held-out error"),
}
"""Curve -> title."""
SERIES = {
    "lesion": (mark("Accuracy when this block alone is deleted"), mark("block")),
    "gradient": (mark("Share of the gradient by path length"), mark("path length [blocks]")),
    "responses": (mark("Standard deviation of each layer's response"), mark("layer")),
    "localise": (mark("Hottest cell on the object"), mark("size of the object")),
}
"""Measure -> title and what is on the x axis."""
_SHARES = frozenset({"train_error", "test_error", "lesion", "gradient", "localise"})


class Chart(NamedTuple):
    """A picture with its words.

    Attributes:
        title: Above it.
        alt: Its message in one sentence.
        svg: The picture.
        rows: What it shows, in figures: equal heads in all.
    """

    title: str
    alt: str
    svg: Element
    rows: Sequence[Mapping[str, float | str | None]]


def arms_of(figure: Figure, experiment: Experiment) -> tuple[Arm, ...]:
    """Return the networks of a figure: those it names, or the first four."""
    if figure.arms:
        return tuple(experiment.arm(name) for name in figure.arms)
    return experiment.arms[:MAX_SHOWN]


def chart(
    figure: Figure,
    experiment: Experiment,
    results: Results,
    theme: Theme = "light",
    width: float = 560.0,
) -> Chart | None:
    """Return a figure as a picture; None where the runs have nothing to show.

    Args:
        figure: What is shown; not a table.
        experiment: Its definition.
        results: What came out.
        theme: Colours.
        width: Of the picture [px].
    """
    arms = arms_of(figure, experiment)
    room = print_charts.room_for([arm.title for arm in arms])
    frame = Frame(width=width, right=room, theme=theme)
    match figure.kind:
        case "curves":
            return _curves(figure, arms, results, frame)
        case "series":
            return _series(figure, arms, results, frame)
        case "bars":
            return _bars(figure, arms, experiment, results, frame)
        case "scatter":
            return _scatter(figure, arms, experiment, results, frame)
        case "table":
            raise AssertionError(figure)


def _form(name: str) -> Frame:
    return Frame(form="share") if name in _SHARES else Frame()


def _curves(figure: Figure, arms: Sequence[Arm], results: Results, frame: Frame) -> Chart | None:
    faint: list[Line] = []
    bold: list[Line] = []
    for style, arm in enumerate(arms):
        runs = results.of(arm.name)
        if len(runs) > 1:
            faint += [_curve(arm, run, figure.of, style) for run in runs]
        mean = mean_curve(runs, figure.of)
        if mean:
            bold.append(Line(arm.title, _epochs(mean), mean, style))
    if not bold:
        return None
    title = figure.title or _(CURVES[figure.of])
    ends = _("; ").join(f"{line.name} {_end(figure.of, line)}" for line in bold)
    alt = _("{title} over {n} epochs. At the end: {values}.").format(
        title=title, n=len(bold[0].x), values=ends
    )
    frame = frame._replace(form=_form(figure.of).form, x_title=_("epoch"), whole=True)
    drawn = print_charts.lines([*faint, *bold], frame, alt, zero=figure.of != "test_loss")
    return Chart(title, alt, drawn, _rows(_("epoch"), bold))


def _curve(arm: Arm, run: Run, name: str, style: int) -> Line:
    curve = run.curve(name)
    return Line(arm.title, _epochs(curve), curve, style, faint=True)


def _epochs(curve: Sequence[float]) -> tuple[float, ...]:
    return tuple(float(epoch) for epoch in range(1, len(curve) + 1))


def _end(name: str, line: Line) -> str:
    return QUANTITIES[name].words(line.y[-1]) if name in QUANTITIES else f"{line.y[-1]:.3f}"


def _series(figure: Figure, arms: Sequence[Arm], results: Results, frame: Frame) -> Chart | None:
    found: list[Line] = []
    names: list[str] = []
    for style, arm in enumerate(arms):
        kept = [r.series[figure.of] for r in results.of(arm.name) if figure.of in r.series]
        if not kept:
            continue
        named = any(isinstance(x, str) for x in kept[0].x)
        x = range(len(kept[0].x)) if named else kept[0].x
        if named and len(kept[0].x) > len(names):
            names = [_(str(name).removeprefix("layer")) for name in kept[0].x]
        y = tuple(_mean(column) for column in zip(*(one.y for one in kept), strict=True))
        found.append(Line(arm.title, tuple(float(place) for place in x), y, style))
    if not found:
        return None
    usual, x_title = SERIES[figure.of]
    title = figure.title or _(usual)
    ranges = _("; ").join(_range_of(line, figure.of) for line in found)
    alt = _("{title}: {values}.").format(title=title, values=ranges)
    frame = frame._replace(form=_form(figure.of).form, x_title=_(x_title), whole=True)
    rows = _rows(_(x_title), found, names)
    if names:
        return Chart(title, alt, print_charts.by_name(found, names, frame, alt), rows)
    return Chart(title, alt, print_charts.lines(found, frame, alt), rows)


def _rows(
    x_title: str, found: Sequence[Line], names: Sequence[str] = ()
) -> list[dict[str, float | str | None]]:
    """Return lines as a table: a row for each place, a column for each network."""
    values = [(line.name, dict(line.points)) for line in found]
    places = sorted({x for _name, points in values for x in points})
    return [
        {x_title: names[int(x)] if names else x} | {name: points.get(x) for name, points in values}
        for x in places
    ]


def _mean(column: tuple[float | None, ...]) -> float | None:
    there = [value for value in column if value is not None]
    return fmean(there) if there else None


def _range_of(line: Line, name: str) -> str:
    values = [y for _, y in line.points]
    words = _form(name).words
    return _("{name} from {low} to {high}").format(
        name=line.name, low=words(min(values)), high=words(max(values))
    )


def _bars(
    figure: Figure,
    arms: Sequence[Arm],
    experiment: Experiment,
    results: Results,
    frame: Frame,
) -> Chart | None:
    quantity = QUANTITIES[figure.of]
    found: list[Point] = []
    for style, arm in enumerate(arms):
        value = value_of(experiment, results, arm.name, figure.of)
        if value is not None:
            found.append(Point(arm.title, 0.0, value, style))
    if not found:
        return None
    title = figure.title or _(quantity.title)
    words = [quantity.words(point.y) for point in found]
    ends = _("; ").join(f"{p.name} {w}" for p, w in zip(found, words, strict=True))
    alt = _("{title}: {values}.").format(title=title, values=ends)
    form = "share" if quantity.form == "share" else "number"
    frame = frame._replace(form=form, right=12.0)
    rows = [{_("network"): point.name, _(quantity.title): point.y} for point in found]
    return Chart(title, alt, print_charts.bars(found, frame, alt, words), rows)


def _scatter(
    figure: Figure,
    arms: Sequence[Arm],
    experiment: Experiment,
    results: Results,
    frame: Frame,
) -> Chart | None:
    found: list[Point] = []
    for style, arm in enumerate(arms):
        x = value_of(experiment, results, arm.name, figure.against)
        y = value_of(experiment, results, arm.name, figure.of)
        if x is not None and y is not None:
            found.append(Point(arm.title, x, y, style))
    if not found:
        return None
    across, up = QUANTITIES[figure.against], QUANTITIES[figure.of]
    title = figure.title or _("{height} against {across}").format(
        height=_(up.title), across=_lower(_(across.title))
    )
    ends = _("; ").join(f"{p.name}: {across.words(p.x)}, {up.words(p.y)}" for p in found)
    alt = sentences(
        (_("{statements}.").format(statements=title), _("{statements}.").format(statements=ends))
    )
    form = "share" if up.form == "share" else "number"
    frame = frame._replace(form=form, x_title=_(across.title))
    rows = [
        {_("network"): point.name, _(across.title): point.x, _(up.title): point.y}
        for point in found
    ]
    return Chart(title, alt, print_charts.scatter(found, frame, alt), rows)


def _lower(title: str) -> str:
    """Return a title as it stands inside of one; names such as MACs stay."""
    return title if title[1:2].isupper() else f"{title[:1].lower()}{title[1:]}"
