"""The table of an experiment: our figures, the reader's own, and the paper's beside them."""

from __future__ import annotations

from statistics import fmean, stdev
from typing import TYPE_CHECKING, Literal, NamedTuple

from explorer.lessons.quantities import MISSING, QUANTITIES
from explorer.lessons.results import of_network, values
from explorer.words import _

if TYPE_CHECKING:
    from explorer.lessons.experiment import Experiment
    from explorer.lessons.results import Results

_PERCENT = " %"
Origin = Literal["network", "ours", "yours", "paper"]


class Column(NamedTuple):
    """One column.

    Attributes:
        title: Its head.
        origin: Whose figures these are.
        cells: One for each network.
        hint: What it is; for a paper's column its source.
    """

    title: str
    origin: Origin
    cells: tuple[str, ...]
    hint: str = ""


class Table(NamedTuple):
    """A whole table.

    Attributes:
        rows: Titles of the networks.
        columns: Everything else.
    """

    rows: tuple[str, ...]
    columns: tuple[Column, ...]


def table(experiment: Experiment, ours: Results | None, yours: Results | None = None) -> Table:
    """Return the table of an experiment.

    Args:
        experiment: Its definition.
        ours: Recorded runs, or those that were just reproduced.
        yours: The reader's own; None leaves their columns out.
    """
    columns: list[Column] = []
    for name in experiment.columns:
        quantity = QUANTITIES[name]
        if quantity.spec:
            columns.append(_of_networks(experiment, name))
            continue
        sides: tuple[tuple[Origin, Results | None], ...] = (("ours", ours), ("yours", yours))
        columns += [_of_runs(experiment, name, origin, found) for origin, found in sides if found]
    columns += [
        Column(
            printed.title,
            "paper",
            tuple(printed.values.get(arm.name, MISSING) for arm in experiment.arms),
            printed.source,
        )
        for printed in experiment.printed
    ]
    return Table(tuple(arm.title for arm in experiment.arms), tuple(columns))


def _of_networks(experiment: Experiment, name: str) -> Column:
    quantity = QUANTITIES[name]
    cells = (
        quantity.words(of_network(experiment.specs[arm.name], name)) for arm in experiment.arms
    )
    return Column(_(quantity.title), "network", tuple(cells), _(quantity.hint))


def _of_runs(experiment: Experiment, name: str, origin: Origin, found: Results) -> Column:
    quantity = QUANTITIES[name]
    cells = (cell(name, values(found, arm.name, name)) for arm in experiment.arms)
    return Column(_(quantity.title), origin, tuple(cells), _(quantity.hint))


def cell(name: str, found: tuple[float, ...]) -> str:
    """Return the mean over seeds and, of two or more, their standard deviation."""
    quantity = QUANTITIES[name]
    if not found:
        return MISSING
    mean = quantity.words(fmean(found))
    if len(found) == 1:
        return mean
    # One sign for both: 73.0 ± 6.4 %.
    return f"{mean.removesuffix(_PERCENT)} ± {quantity.words(stdev(found))}"


def as_text(found: Table) -> str:
    """Return a table as aligned lines: whose figures, heads, rows."""
    whose = {"network": "", "ours": "here", "yours": "yours", "paper": "paper"}
    columns = [("", "network", *found.rows)]
    columns += [(whose[c.origin], c.title, *c.cells) for c in found.columns]
    wide = [max(len(text) for text in column) for column in columns]
    lines = [
        "  ".join(
            text.ljust(width) if place == 0 else text.rjust(width)
            for place, (text, width) in enumerate(zip(line, wide, strict=True))
        ).rstrip()
        for line in zip(*columns, strict=True)
    ]
    sources = dict.fromkeys(c.hint for c in found.columns if c.origin == "paper")
    return "\n".join([*lines, *(f"paper: {source}" for source in sources)])
