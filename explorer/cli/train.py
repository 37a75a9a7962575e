"""``train``: train a network in the foreground."""

from __future__ import annotations

import signal
import sys
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING

from explorer.cli.commands import Output, read_spec
from explorer.errors import JobError
from explorer.training import threads
from explorer.training.recipes import DEFAULT, recipes, resolve
from explorer.units import count, percent, seconds

if TYPE_CHECKING:
    import argparse
    from collections.abc import Callable, Generator

    from explorer.store.runs import Result, RunRecord
    from explorer.training.recipe import Recipe


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Add the command's arguments."""
    parser.add_argument("spec", metavar="SPEC", help="a preset, a JSON file or a link token")
    parser.add_argument(
        "--data", required=True, metavar="NAME_OR_PATH", help="a data set, a folder or a zip"
    )
    parser.add_argument("--out", required=True, type=Path, metavar="DIR", help="the run's folder")
    parser.add_argument("--recipe", default=DEFAULT, help=", ".join(recipes()))
    parser.add_argument("--epochs", type=int, metavar="N")
    parser.add_argument("--batch-size", type=int, metavar="N")
    parser.add_argument("--lr", type=float, metavar="RATE", help="highest learning rate")
    parser.add_argument("--seed", type=int, default=0, metavar="S")
    parser.add_argument("--device", default="auto", help="auto, cpu or cuda")
    parser.add_argument("--resume", action="store_true", help="go on with an interrupted run")


def run(arguments: argparse.Namespace) -> Output:
    """Return the result of the run and where it is.

    Raises:
        ExplorerError: What ``train_run`` raises; or the training was interrupted.
    """
    threads.set_environment()
    from explorer.cli.progress import Bar  # noqa: PLC0415
    from explorer.training.process import prepare  # noqa: PLC0415 - torch, after the environment
    from explorer.training.run import train_run  # noqa: PLC0415

    prepare()
    spec = read_spec(arguments.spec)
    with stop_on_interrupt() as should_stop, Bar(shown=sys.stderr.isatty()) as bar:
        record = train_run(
            spec,
            arguments.data,
            _recipe(arguments),
            seed=arguments.seed,
            device=arguments.device,
            folder=arguments.out,
            resume=arguments.resume,
            on_event=bar.show,
            should_stop=should_stop,
        )
    return _output(record, arguments.out)


def _recipe(arguments: argparse.Namespace) -> Recipe:
    """Return the named recipe with what the command line changes."""
    given = {name: getattr(arguments, name) for name in ("epochs", "batch_size", "lr")}
    changes = {name: value for name, value in given.items() if value is not None}
    return resolve(arguments.recipe).changed(**changes)


def _output(record: RunRecord, folder: Path) -> Output:
    result = record.result
    if result is None:
        raise JobError(
            f"Interrupted; {folder} holds a checkpoint.", "Run the same command with --resume."
        )
    data = {
        "run": str(folder),
        "title": record.title,
        "device": record.device,
        **result.figures(),
        "notes": list(record.notes),
    }
    last = (
        f"{record.title}: {_shares(result)} "
        f"on {count(result.num_images)} held-out images after {result.epochs} "
        f"epoch{'s' if result.epochs > 1 else ''} in {seconds(result.seconds)}; in {folder}."
    )
    return Output(data, "\n".join((*record.notes, last)))


def _shares(result: Result) -> str:
    if result.mean_iou is None:
        return f"accuracy {percent(result.accuracy, 2)}"
    return f"mean IoU {percent(result.mean_iou, 2)}, pixel accuracy {percent(result.accuracy, 2)}"


@contextmanager
def stop_on_interrupt() -> Generator[Callable[[], bool]]:
    """Give a question that is answered with yes after Ctrl-C or a polite request to end.

    A second one ends the process at once, as without this.
    """
    caught: list[int] = []

    def note(number: int, _frame: object) -> None:
        caught.append(number)
        signal.signal(number, earlier[signal.Signals(number)])

    numbers = (signal.SIGINT, signal.SIGTERM)
    earlier = {number: signal.signal(number, note) for number in numbers}
    try:
        yield lambda: bool(caught)
    finally:
        for number, handler in earlier.items():
            signal.signal(number, handler)
