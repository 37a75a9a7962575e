"""``localise RUN ... --data shapes``: how well maps of trained runs mark the object."""

from __future__ import annotations

import sys
from pathlib import Path
from typing import TYPE_CHECKING

from explorer.cam.methods import METHODS
from explorer.cli.commands import Output
from explorer.errors import DataError
from explorer.training import threads
from explorer.units import percent

if TYPE_CHECKING:
    import argparse

    from explorer.cam.measure.report import Report, Row
    from explorer.cam.measure.statistics import Interval


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Declare the arguments."""
    parser.add_argument(
        "runs",
        nargs="+",
        metavar="RUN",
        type=Path,
        help="folders of runs; those that differ only in their seed are one architecture",
    )
    parser.add_argument("--data", default="shapes", metavar="NAME", help="default: shapes")
    parser.add_argument(
        "--method",
        action="append",
        choices=METHODS,
        metavar="METHOD",
        help=f"may be repeated; one of {', '.join(METHODS)}; default: gradcam",
    )
    parser.add_argument("--layer", help="a stage such as layer3, or an address; default: the last")
    parser.add_argument("--images", type=int, default=200, metavar="N", help="default: 200")
    parser.add_argument("--seed", type=int, default=0, help="of images and resampling; default: 0")
    parser.add_argument("--csv", type=Path, metavar="FILE", help="write the table as well")


def run(arguments: argparse.Namespace) -> Output:
    """Measure and return the table.

    Raises:
        ExplorerError: The runs, the data or the file cannot be used.
    """
    threads.set_environment()
    from tqdm import tqdm  # noqa: PLC0415 - help needs none of these

    from explorer.cam.measure.localise import Plan, localise  # noqa: PLC0415 - torch

    plan = Plan(
        data=arguments.data,
        methods=tuple(arguments.method or ["gradcam"]),
        num_images=arguments.images,
        seed=arguments.seed,
        layer=arguments.layer,
    )
    with tqdm(total=1.0, disable=not sys.stderr.isatty(), leave=False) as bar:

        def show(fraction: float, text: str) -> None:
            bar.n = fraction
            bar.set_description(text, refresh=False)
            bar.update(0)

        report = localise(arguments.runs, plan, show)
    if arguments.csv:
        _write(arguments.csv, report.csv())
    return Output(report.as_dict(), _text(report))


def _write(path: Path, text: str) -> None:
    try:
        path.write_text(text, encoding="utf-8")
    except OSError as error:
        raise DataError(
            f"The table {path} cannot be written: {error.strerror}.", "Name another file."
        ) from None


def _text(report: Report) -> str:
    lines = [f"{report.num_images} held-out images of {report.data}, the true class explained."]
    for one in report.architectures:
        runs = f"{len(one.runs)} seed" + "s" * (len(one.runs) > 1)
        lines.append(f"  {one.title}: {runs}, {percent(one.accuracy)} of these images right")
    for reading in report.readings:
        title = METHODS[reading.method].title
        height, width = reading.grid
        lines.append(f"{title} at {reading.layer}, {height} × {width} cells")
        dead = sum(reading.num_dead.values())
        if dead:
            lines.append(
                f"  {dead} maps have nothing that speaks for the class and count as misses"
            )
        lines += [_line(row) for row in report.rows if row.method == reading.method]
        for other, floors in reading.noise.items():
            tv = floors[0]
            lines.append(
                f"  distance to {other} (total variation) {tv.between.value:.3f}: {tv.verdict}"
            )
    return "\n".join(lines)


def _line(row: Row) -> str:
    from explorer.cam.measure.metrics import METRICS  # noqa: PLC0415 - beside its only reader

    head = f"  {row.stratum:<8}{METRICS[row.metric].title:<36}{_shown(row.value_a)}"
    if row.value_b is None or row.difference is None or row.p_holm is None:
        return head
    p = f"p {row.p_holm:.3f}"
    return f"{head}  {_shown(row.value_b)}  B - A {_shown(row.difference)}  {p}  {row.finding}"


def _shown(value: Interval) -> str:
    return f"{value.value:6.3f} [{value.low:6.3f}, {value.high:6.3f}]"
