"""``lesion RUN --data NAME_OR_PATH``: what a trained run is worth without each of its units."""

from __future__ import annotations

import sys
from pathlib import Path
from typing import TYPE_CHECKING

from explorer.cli.commands import Output
from explorer.training import threads
from explorer.units import count, percent

if TYPE_CHECKING:
    import argparse

    from explorer.lesion.outcome import Sweep


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Add the command's arguments."""
    parser.add_argument("run", type=Path, metavar="RUN", help="folder that train wrote")
    parser.add_argument(
        "--data", required=True, metavar="NAME_OR_PATH", help="a data set, a folder or a zip"
    )
    parser.add_argument("--device", default="auto", help="auto, cpu or cuda")


def run(arguments: argparse.Namespace) -> Output:
    """Delete each unit alone and return the accuracy that is left.

    Raises:
        ExplorerError: The run or the data cannot be used.
    """
    threads.set_environment()
    from tqdm import tqdm  # noqa: PLC0415 - help needs none of these

    from explorer.lesion.task import lab_of_run  # noqa: PLC0415 - torch, after the environment
    from explorer.training.process import prepare  # noqa: PLC0415 - torch, after the environment

    prepare()
    with tqdm(total=1.0, disable=not sys.stderr.isatty(), leave=False) as bar:

        def show(fraction: float) -> None:
            bar.n = fraction
            bar.refresh()

        lab = lab_of_run(arguments.run, arguments.data, device=arguments.device, on_progress=show)
        found = lab.sweep()
    return Output(found.as_dict(), _text(found))


def _text(found: Sweep) -> str:
    baseline = found.baseline
    wide = max(len(one.units[0]) for one in found.deleted)
    whole = percent(baseline.accuracy, 2)
    images = count(baseline.num_images)
    lines = [f"Accuracy {whole} on {images} held-out images. Without one unit:"]
    for one in found.deleted:
        change = 100 * (one.outcome.accuracy - baseline.accuracy)
        lines.append(
            f"  {one.units[0]:<{wide}}  {percent(one.outcome.accuracy, 2):>8}  {change:+.2f} points"
        )
    return "\n".join(lines)
