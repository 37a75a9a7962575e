"""``worker``: run queued jobs on this machine until it is stopped."""

from __future__ import annotations

import argparse

from explorer.cli.commands import Output
from explorer.errors import JobError
from explorer.jobs import worker
from explorer.store.paths import home


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Add the options of the command."""
    parser.add_argument(
        "--slots", type=_count, default=1, metavar="N", help="how many jobs run at once (1)"
    )


def _count(text: str) -> int:
    number = int(text) if text.isdecimal() and len(text) < 4 else 0
    if not 1 <= number <= 64:
        raise argparse.ArgumentTypeError(f"{text[:20]!r} is not a number from 1 to 64")
    return number


def run(arguments: argparse.Namespace) -> Output:
    """Work until a signal ends it; jobs in hand are given back.

    Raises:
        JobError: This data home has a worker already.
    """
    place = home().root
    if worker.main(arguments.slots):
        raise JobError(
            f"A worker is already at work in {place}.",
            "The app starts one itself; stop that, or set EXPLORER_HOME to another folder.",
        )
    return Output({"home": str(place)}, "The worker has left.")
