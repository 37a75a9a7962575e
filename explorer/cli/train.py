"""``train``: train a network in the foreground."""

from __future__ import annotations

import json
import os
import signal
import sys
import time
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Any

from explorer.cli.commands import Output, read_spec
from explorer.errors import JobError
from explorer.training import threads
from explorer.training.recipe import from_data
from explorer.training.recipes import DEFAULT, recipes, resolve
from explorer.training.times import told
from explorer.units import count, percent, seconds
from explorer.words import _

if TYPE_CHECKING:
    import argparse
    from collections.abc import Callable, Generator, Sequence

    from explorer.store.runs import Result, RunRecord
    from explorer.training.recipe import Recipe

MAX_THREADS = 1024


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
    parser.add_argument(
        "--set",
        action="append",
        default=[],
        metavar="FIELD=VALUE",
        help="any field of the recipe, such as --set cutout=8; may come several times",
    )
    parser.add_argument("--seed", type=int, default=0, metavar="S")
    parser.add_argument("--device", default="auto", help="auto, cpu or cuda")
    parser.add_argument(
        "--threads", type=int, metavar="N", help="of the processor; they decide the last digits"
    )
    parser.add_argument("--resume", action="store_true", help="go on with an interrupted run")


def run(arguments: argparse.Namespace) -> Output:
    """Return the result of the run and where it is.

    Raises:
        ExplorerError: What ``train_run`` raises; or the training was interrupted.
    """
    asked_at = time.time()
    threads.set_environment()
    _set_threads(arguments.threads)
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
            submitted=asked_at,
            resume=arguments.resume,
            on_event=bar.show,
            should_stop=should_stop,
        )
    return _output(record, arguments.out)


def _recipe(arguments: argparse.Namespace) -> Recipe:
    """Return the named recipe with what the command line changes."""
    given = {name: getattr(arguments, name) for name in ("epochs", "batch_size", "lr")}
    changes = {name: value for name, value in given.items() if value is not None}
    named = resolve(arguments.recipe).model_dump()
    return from_data({**named, **_settings(arguments.set), **changes})


def _settings(given: Sequence[str]) -> dict[str, Any]:
    """Return what ``--set`` gives: JSON where it is some, else text."""
    found: dict[str, Any] = {}
    for words in given:
        field, equals, text = words.partition("=")
        if not equals:
            raise JobError(
                _("{words} does not say what to set.").format(words=repr(words[:60])),
                _("Write a field and its value, such as --set cutout=8."),
            )
        try:
            found[field] = json.loads(text)
        except (ValueError, RecursionError):
            found[field] = text
    return found


def _set_threads(number: int | None) -> None:
    """Fix the number of threads; also those that would be tried while others use the machine."""
    if number is None:
        return
    if not 1 <= number <= MAX_THREADS:
        raise JobError(
            _("{n} threads are out of range.").format(n=number),
            _("Use a number from 1 to {most}.").format(most=MAX_THREADS),
        )
    os.environ["EXPLORER_THREADS"] = str(number)


def _output(record: RunRecord, folder: Path) -> Output:
    result = record.result
    if result is None:
        raise JobError(
            _("Interrupted; {folder} holds a checkpoint.").format(folder=folder),
            _("Run the same command with --resume."),
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
    return Output(data, "\n".join((*record.notes, last, told(result))))


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
