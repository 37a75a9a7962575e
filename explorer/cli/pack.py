"""``pack RUN -o FILE``: a run as one file that another installation can take in."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

from explorer.cli.commands import Output
from explorer.store.bundles import pack
from explorer.units import quantity
from explorer.words import _

if TYPE_CHECKING:
    import argparse


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Add the command's arguments."""
    parser.add_argument("run", type=Path, metavar="RUN", help="folder that train wrote")
    parser.add_argument("-o", "--out", required=True, type=Path, metavar="FILE", help="a .zip")


def run(arguments: argparse.Namespace) -> Output:
    """Return where the bundle is and how large.

    Raises:
        DataError: There is no run, or the file cannot be written.
    """
    record = pack(arguments.run, arguments.out)
    size = arguments.out.stat().st_size
    data = {
        "file": str(arguments.out),
        "bytes": size,
        "title": record.title,
        "command": record.command,
    }
    kept = _("{run} is in {file} ({size}).").format(
        run=record.title, file=arguments.out, size=quantity(size, "B")
    )
    again = _("To make it again: {command}").format(command=record.command)
    return Output(data, f"{kept}\n{again}")
