"""The gradient by path length: sums, single paths, shares, and how paths go together."""

# pyright: standard
from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

import numpy as np
import plotly.graph_objects as go

from explorer.figures.charts import NEUTRAL, Chart
from explorer.figures.theme import COMPARED, COMPARED_DASHES, COMPARED_MARKS, Theme, rgb
from explorer.units import percent
from explorer.words import _, told

if TYPE_CHECKING:
    from collections.abc import Sequence

    from explorer.analysis.gradient_study import Moment, Study
    from explorer.analysis.path_gradient import Floats, GradientByLength

HEIGHT = 280
DECADES = 14
"""A log axis goes at most so far below its largest value."""
FEW = 30
"""Up to so many lengths each has a mark."""
_FRAME_MS = 900
_CONTROLS = -0.26
"""Where the slider and the button begin, below the axis [heights of the plot]."""
_ROOM = 5.0
_ABOVE = 1e3
"""Stands for an upper bound that there is none of."""


class Line(NamedTuple):
    """One curve.

    Attributes:
        name: Stands at the curve's end.
        values: At length 0, 1, 2, ...
        look: Which colour, dash and mark of ``COMPARED``, 0..3.
        interval: Lower and upper bounds, or None.
    """

    name: str
    values: Floats
    look: int
    interval: tuple[Floats, Floats] | None = None


def curves(
    lines: Sequence[Line], x_title: str, theme: Theme, *, level: float | None = None
) -> Chart:
    """Return curves over the length on a log axis, named at their ends.

    Args:
        lines: What is drawn; values that are not above 0 are left out.
        x_title: What one step of length is.
        theme: Of the page.
        level: A value that is drawn as a dotted line across.
    """
    figure = go.Figure()
    lines = [line for line in lines if _has(line)]
    top = max((float(np.nanmax(_positive(line.values))) for line in lines), default=1.0)
    low, high = top, top
    for line in lines:
        values = _positive(line.values)
        values = np.where(values >= top * 10.0**-DECADES, values, np.nan)
        if np.isfinite(values).any():
            low = min(low, float(np.nanmin(values)))
        if line.interval is not None:
            _band(figure, line, top * 10.0**-DECADES, theme)
            # Room for the bands, but not for a bound that says nothing.
            lower, upper = (_positive(bound) for bound in line.interval)
            low = min(low, float(np.nanmin(np.fmax(lower, values / _ROOM))))
            high = max(high, float(np.nanmax(np.fmin(upper, values * _ROOM))))
        _curve(figure, line, values, theme)
    if level is not None:
        low, high = min(low, level), max(high, level)
        figure.add_hline(level, line={"width": 1, "dash": "dot", "color": NEUTRAL})
    _named(figure, lines, theme)
    _framed(figure, x_title)
    bottom, ceiling = np.log10(low), np.log10(high)
    room = max(0.06 * (ceiling - bottom), 0.1)
    figure.update_yaxes(
        type="log",
        range=[bottom - room, ceiling + 2 * room],
        exponentformat="power",
        # Between the powers of ten there is room for marks only where there are few.
        dtick=max(1, round((ceiling - bottom) / 5)) if ceiling - bottom > 1.2 else None,
        nticks=None if ceiling - bottom > 1.2 else 4,
    )
    return Chart(figure, told(_said(line) for line in lines if _has(line)))


def _has(line: Line) -> bool:
    return bool(np.isfinite(_positive(line.values)).any())


def _said(line: Line) -> str:
    values = _positive(line.values)
    where = int(np.nanargmax(values))
    return _("{name}: largest at length {length}, {value}").format(
        name=line.name, length=where, value=f"{values[where]:.2g}"
    )


def _positive(values: Floats) -> Floats:
    return np.where(np.isfinite(values) & (values > 0), values, np.nan)


def _band(figure: go.Figure, line: Line, floor: float, theme: Theme) -> None:
    assert line.interval is not None
    ceiling = float(np.nanmax(_positive(line.values))) * _ABOVE
    lower, upper = (np.clip(bound, floor, ceiling) for bound in line.interval)
    there = np.flatnonzero(np.isfinite(lower) & np.isfinite(upper) & (line.values > floor))
    red, green, blue = rgb(COMPARED[theme][line.look])
    figure.add_scatter(
        x=np.concatenate((there, there[::-1])),
        y=np.concatenate((upper[there], lower[there][::-1])),
        fill="toself",
        mode="lines",
        line={"width": 0},
        fillcolor=f"rgba({red},{green},{blue},0.18)",
        hoverinfo="skip",
    )


def _curve(figure: go.Figure, line: Line, values: Floats, theme: Theme) -> None:
    words = _("{name}, length {length}: {value}")
    custom = None
    if line.interval is not None:
        words = _("{name}, length {length}: {value} ({low} to {high})")
        custom = np.stack(line.interval, axis=1)
    hint = words.format(
        name=line.name,
        length="%{x}",
        value="%{y:.3e}",
        low="%{customdata[0]:.2e}",
        high="%{customdata[1]:.2e}",
    )
    figure.add_scatter(
        x=np.arange(len(values)),
        y=values,
        mode="lines+markers" if len(values) <= FEW else "lines",
        line={
            "color": COMPARED[theme][line.look],
            "dash": COMPARED_DASHES[line.look],
            "width": 2,
        },
        marker={"size": 6, "symbol": COMPARED_MARKS[line.look]},
        customdata=custom,
        hovertemplate=f"{hint}<extra></extra>",
    )


def _named(figure: go.Figure, lines: Sequence[Line], theme: Theme) -> None:
    """Write the names in a row over the curves: curves that meet would hide them at their ends."""
    signs = ("●", "■", "▲", "◆")
    names = [
        f'<span style="color:{COMPARED[theme][line.look]}">{signs[line.look]} {line.name}</span>'
        for line in lines
    ]
    figure.add_annotation(
        text="   ".join(names),
        xref="paper",
        yref="paper",
        x=0,
        y=1,
        xanchor="left",
        yanchor="bottom",
        showarrow=False,
        align="left",
        font={"size": 12},
    )


def _framed(figure: go.Figure, x_title: str, height: int = HEIGHT) -> None:
    figure.update_layout(
        height=height,
        margin={"l": 8, "r": 8, "t": 26, "b": 40},
        showlegend=False,
        dragmode=False,
        bargap=0.18,
        font={"size": 12},
    )
    figure.update_xaxes(title=x_title, showgrid=False, zeroline=False, fixedrange=True)
    figure.update_yaxes(zeroline=False, fixedrange=True)


def sums(study: Study, names: tuple[str, str], x_title: str, theme: Theme) -> Chart:
    """Return the exact sums and, where paths were sampled, the upper bound of them."""
    lines = [Line(names[0], study.exact.norm, 0)]
    if study.sampled is not None:
        bound = study.sampled.product[: len(study.exact.norm)]
        lines.append(Line(names[1], bound, 3))
    return curves(lines, x_title, theme)


def single_paths(study: Study, names: tuple[str, str], x_title: str, theme: Theme) -> Chart:
    """Return the norm of one path, by random signs and by sampling, with intervals."""
    lines: list[Line] = []
    num = len(study.exact.norm)
    if study.signs is not None:
        lines.append(Line(names[0], study.signs.rms, 1, study.signs.interval))
    if study.sampled is not None:
        low, high = study.sampled.interval
        lines.append(Line(names[1], study.sampled.mean[:num], 2, (low[:num], high[:num])))
    return curves(lines, x_title, theme)


def shares(exact: GradientByLength, x_title: str, paths_name: str, theme: Theme) -> Chart:
    """Return bars, the share of the gradient by length, over the share of the paths."""
    figure = go.Figure(_share_bars(exact, theme))
    _path_line(figure, exact, paths_name)
    low, high = exact.effective_range()
    if high - low + 1 < len(exact.norm):
        figure.add_vrect(low - 0.5, high + 0.5, fillcolor=NEUTRAL, opacity=0.13, line_width=0)
    _framed(figure, x_title)
    figure.update_yaxes(ticksuffix=" %", nticks=4, rangemode="tozero")
    peak = int(exact.norm_share.argmax())
    alt = _(
        "The share of the gradient is largest at length {peak}, {share}; lengths {low} to {high} "
        "hold 95 %."
    ).format(peak=peak, share=percent(float(exact.norm_share[peak])), low=low, high=high)
    return Chart(figure, alt)


def _share_bars(exact: GradientByLength, theme: Theme) -> go.Bar:
    share = 100 * exact.norm_share
    few = len(share) <= 10
    return go.Bar(
        x=np.arange(len(share)),
        y=share,
        marker_color=COMPARED[theme][0],
        text=[f"{value:.0f}" if value >= 0.5 else "" for value in share] if few else None,
        textposition="outside",
        cliponaxis=False,
        hovertemplate=_hint(_("length {length}: {share} of the gradient")),
    )


def _hint(words: str) -> str:
    return words.format(length="%{x}", share="%{y:.2f} %") + "<extra></extra>"


def _path_line(figure: go.Figure, exact: GradientByLength, name: str) -> None:
    total = sum(exact.counts)
    y = np.array([100 * (count / total) for count in exact.counts[: len(exact.norm)]])
    figure.add_scatter(
        x=np.arange(len(y)),
        y=y,
        mode="lines",
        line={"color": NEUTRAL, "width": 2, "dash": "dot", "shape": "hvh"},
        hovertemplate=_hint(_("length {length}: {share} of the paths")),
    )
    peak = int(y.argmax())
    figure.add_annotation(
        x=peak,
        y=float(y[peak]),
        text=name,
        showarrow=False,
        yshift=10,
        # Where longer paths are left out, the commonest length is the last one.
        xanchor="right" if peak == len(y) - 1 else "center",
        font={"color": NEUTRAL},
    )


def over_training(
    moments: Sequence[Moment], x_title: str, words: tuple[str, str, str], theme: Theme
) -> Chart:
    """Return the shares at each moment, with a slider and a button that plays them.

    Args:
        moments: In order.
        x_title: What one step of length is.
        words: Of the play button, of the name of a moment, such as "epoch", and of the paths.
        theme: Of the page.
    """
    play, epoch, paths_name = words
    first = moments[0].exact
    figure = go.Figure(_share_bars(first, theme))
    _path_line(figure, first, paths_name)
    figure.frames = [
        go.Frame(name=str(moment.epoch), data=[_share_bars(moment.exact, theme)], traces=[0])
        for moment in moments
    ]
    still = {"frame": {"duration": 0, "redraw": True}, "mode": "immediate"}
    running = {
        "frame": {"duration": _FRAME_MS, "redraw": True},
        "transition": {"duration": 0},
        "fromcurrent": False,
    }
    _framed(figure, x_title, HEIGHT + 120)
    highest = max(float(moment.exact.norm_share.max()) for moment in moments)
    most = max(count / sum(first.counts) for count in first.counts)
    figure.update_yaxes(ticksuffix=" %", nticks=4, range=[0, 112 * max(highest, most)])
    steps = [
        {"label": str(m.epoch), "method": "animate", "args": [[str(m.epoch)], still]}
        for m in moments
    ]
    ink = COMPARED[theme][0]
    figure.update_layout(
        margin={"l": 8, "r": 8, "t": 26, "b": 150},
        sliders=[
            {
                "steps": steps,
                "currentvalue": {"prefix": f"{epoch} ", "xanchor": "right", "font": {"size": 13}},
                "x": 0,
                "len": 1,
                "y": _CONTROLS,
                "pad": {"t": 6},
                "bgcolor": NEUTRAL,
                "activebgcolor": ink,
                "bordercolor": NEUTRAL,
            }
        ],
        updatemenus=[
            {
                "type": "buttons",
                "x": 0,
                "xanchor": "left",
                "y": _CONTROLS,
                "yanchor": "top",
                "showactive": False,
                "bgcolor": "rgba(0,0,0,0)",
                "bordercolor": NEUTRAL,
                "buttons": [{"label": f"▶ {play}", "method": "animate", "args": [None, running]}],
            }
        ],
    )
    ends = [
        _("{epoch} {n}: 95 % in lengths {low} to {high}").format(
            epoch=epoch, n=m.epoch, low=low, high=high
        )
        for m in (moments[0], moments[-1])
        for low, high in [m.exact.effective_range()]
    ]
    return Chart(figure, told(ends))
