"""``fetch``: download a data set that others publish."""

from __future__ import annotations

from typing import TYPE_CHECKING

from explorer.cli.commands import Output

if TYPE_CHECKING:
    import argparse


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Add the command's arguments."""
    parser.add_argument("data", choices=["oxford-pets"], help="the data set")


def run(arguments: argparse.Namespace) -> Output:
    """Return where the files are.

    Raises:
        DataError: They cannot be downloaded.
    """
    from explorer.data.fetch import fetch_pets  # noqa: PLC0415 - torchvision takes seconds

    place = str(fetch_pets())
    return Output({"data": arguments.data, "folder": place}, f"{arguments.data} is in {place}.")
