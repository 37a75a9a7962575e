"""The figures of networks and runs side by side, with what they change from the baseline."""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

from explorer.latency import outcome
from explorer.ui import cached
from explorer.ui.compare_html import Line
from explorer.ui.i18n import _
from explorer.ui.values import NOTHING
from explorer.units import (
    THIN_MINUS,
    change,
    count,
    large,
    milliseconds,
    percent,
    quantity,
    seconds,
)

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from explorer.compare.runs import Trained
    from explorer.ui.compare_choice import Entry


class _Figure(NamedTuple):
    label: str
    hint: str
    values: tuple[float | None, ...]
    words: Callable[[float], str]
    change: Callable[[float, float], str]


def figure_lines(
    entries: Sequence[Entry],
    trained: Sequence[Trained | None],
    baseline: int,
    batch_size: int,
) -> list[Line]:
    """Return one line for each figure.

    Args:
        entries: The networks.
        trained: Their runs; None for a network alone.
        baseline: Position of the one that the others are compared with.
        batch_size: Of the training memory.
    """
    found = [*_costs(entries, batch_size), *_paths(entries), *_time(entries), *_results(trained)]
    return [
        _line(figure, baseline) for figure in found if any(v is not None for v in figure.values)
    ]


def _line(figure: _Figure, baseline: int) -> Line:
    base = figure.values[baseline]
    changes = tuple(
        "" if value is None or base is None or value == base else figure.change(value, base)
        for value in figure.values
    )
    words = tuple(NOTHING if value is None else figure.words(value) for value in figure.values)
    differs = any(value != base for value in figure.values)
    return Line("", figure.label, words, changes, figure.hint, differs)


def _costs(entries: Sequence[Entry], batch_size: int) -> list[_Figure]:
    costs = [cached.network(entry.spec)[1] for entry in entries]
    memories = [cached.memory(entry.spec, batch_size) for entry in entries]
    return [
        _Figure(
            _("Parameters"),
            _("Every number that training changes, batch norm included."),
            tuple(cost.params for cost in costs),
            _exact,
            relative,
        ),
        _Figure(
            _("MACs"),
            _("Multiply-adds of convolutions and the linear layer for one image of its own size."),
            tuple(cost.macs for cost in costs),
            _macs,
            relative,
        ),
        _Figure(
            _("Activations, one image"),
            _("Outputs of all ops that own memory, float32."),
            tuple(cost.activation_bytes for cost in costs),
            _bytes,
            _bytes_more,
        ),
        _Figure(
            _("Training memory, batch of {n}").format(n=batch_size),
            _("Predicted peak of a training step with SGD, float32."),
            tuple(memory.peak for memory in memories),
            _bytes,
            _bytes_more,
        ),
        _Figure(
            _("Depth [layers]"),
            _("Weight layers in series; projections on shortcuts are not counted."),
            tuple(cost.depth for cost in costs),
            _exact,
            difference,
        ),
        _Figure(
            _("Receptive field [px]"),
            _("The part of the image that one value of the last feature map can see."),
            tuple(cost.receptive_field for cost in costs),
            _exact,
            difference,
        ),
    ]


def _paths(entries: Sequence[Entry]) -> list[_Figure]:
    graphs = [cached.network(entry.spec)[0] for entry in entries]
    lengths = [cached.path_lengths(entry.spec, "block") for entry in entries]
    return [
        _Figure(
            _("Blocks"),
            _("Residual or plain units in all stages."),
            tuple(len(graph.blocks) for graph in graphs),
            _exact,
            difference,
        ),
        _Figure(
            _("Paths"),
            _("Ways through the network: each residual block is gone through or past."),
            tuple(found.num_paths for found in lengths),
            _large,
            _ratio,
        ),
        _Figure(
            _("Mean path length [blocks]"),
            _("Half of the residual blocks where every block has one shortcut."),
            tuple(float(found.mean) for found in lengths),
            _plain,
            difference,
        ),
    ]


def _time(entries: Sequence[Entry]) -> list[_Figure]:
    """Return times that were measured before; nothing is measured here."""
    found = [outcome.kept(entry.spec, outcome.Settings()) for entry in entries]
    return [
        _Figure(
            _("Latency, one image, CPU"),
            _("Median of forward passes measured on this machine; see Time and accuracy."),
            tuple(one and one.median for one in found),
            milliseconds,
            share,
        )
    ]


def _results(trained: Sequence[Trained | None]) -> list[_Figure]:
    results = [run and run.record.result for run in trained]
    return [
        _Figure(
            _("Accuracy or mean IoU, last"),
            _("On the held-out images at the end of training."),
            tuple(run and run.last for run in trained),
            percent,
            points,
        ),
        _Figure(
            _("Accuracy or mean IoU, best"),
            _("The highest of all epochs. Choosing the best epoch on held-out images flatters."),
            tuple(run and run.best for run in trained),
            percent,
            points,
        ),
        _Figure(
            _("Training time"),
            _("Spent training and evaluating, on the machine of that run."),
            tuple(result and result.seconds for result in results),
            seconds,
            share,
        ),
    ]


def _exact(value: float) -> str:
    return count(int(value))


def _plain(value: float) -> str:
    return f"{value:g}"


def _large(value: float) -> str:
    return large(int(value))


def _macs(value: float) -> str:
    return quantity(value, "MAC")


def _bytes(value: float) -> str:
    return quantity(value, "B")


def relative(value: float, base: float) -> str:
    """Return a change with its share of the baseline: ``+142.1 k · +0.6 %``."""
    return f"{change(value - base)} · {share(value, base)}" if base else change(value - base)


def share(value: float, base: float) -> str:
    """Return a change as a share of the baseline: ``+0.6 %``."""
    by = 100 * (value - base) / base if base else 0.0
    return f"{THIN_MINUS if by < 0 else '+'}{abs(by):.1f} %"


def _bytes_more(value: float, base: float) -> str:
    sign = THIN_MINUS if value < base else "+"
    return f"{sign}{quantity(abs(value - base), 'B')} · {share(value, base)}"


def difference(value: float, base: float) -> str:
    """Return a change of small numbers: ``+3``, ``−0.5``."""
    by = value - base
    return f"{THIN_MINUS if by < 0 else '+'}{abs(by):,g}"


def points(value: float, base: float) -> str:
    """Return a change of two shares in points of a hundred."""
    by = 100 * (value - base)
    return _("{by} points").format(by=f"{THIN_MINUS if by < 0 else '+'}{abs(by):.1f}")


def _ratio(value: float, base: float) -> str:
    more, fewer = int(max(value, base)), int(min(value, base))
    words = large(more // fewer) if fewer else NOTHING
    about = "" if fewer and more % fewer == 0 else "≈ "
    return f"{about}{'×' if value > base else '÷'} {words}"
