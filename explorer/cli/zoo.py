"""``zoo [NAME]``: the bundled runs, or make one of them again by its recipe."""

from __future__ import annotations

import sys
from pathlib import Path
from typing import TYPE_CHECKING

from explorer.cli.commands import Output
from explorer.store.zoo import bundled
from explorer.training import threads
from explorer.units import percent

if TYPE_CHECKING:
    import argparse


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Add the command's arguments."""
    parser.add_argument("name", nargs="?", metavar="NAME", help="make this one; left out: list")
    parser.add_argument("--data", metavar="NAME_OR_PATH", help="where its data lies")
    parser.add_argument("--run", type=Path, metavar="RUN", help="take this run, do not train")
    parser.add_argument("--out", type=Path, metavar="DIR", help="default: its place in assets/zoo")


def run(arguments: argparse.Namespace) -> Output:
    """List the bundled runs, or make one.

    Raises:
        ExplorerError: There is no such run, or it cannot be made.
    """
    if arguments.name is None:
        return _list()
    threads.set_environment()
    from explorer.cli.progress import Bar  # noqa: PLC0415 - help needs none of these
    from explorer.training import zoo  # noqa: PLC0415 - torch, after the environment
    from explorer.training.process import prepare  # noqa: PLC0415

    prepare()
    with Bar(shown=sys.stderr.isatty()) as bar:
        card = zoo.make(
            arguments.name,
            data=arguments.data,
            run=arguments.run,
            out=arguments.out,
            on_event=bar.show,
        )
    share = percent(card.accuracy_as_stored, 2)
    return Output(card.model_dump(), f"{arguments.name}: accuracy {share} in {card.precision}.")


def _list() -> Output:
    found = bundled()
    lines = [
        f"{one.name:<18} {one.record.title}, {one.record.data.name}, "
        f"accuracy {percent(one.card.accuracy_as_stored, 2)}"
        for one in found
    ]
    data = {
        one.name: {"folder": str(one.folder), "title": one.record.title, **one.card.model_dump()}
        for one in found
    }
    return Output(data, "\n".join(lines))
