"""``unpack FILE``: take in a run that another installation has packed."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

from explorer.cli.commands import Output
from explorer.store.paths import home
from explorer.units import percent

if TYPE_CHECKING:
    import argparse


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Add the command's arguments."""
    parser.add_argument("file", type=Path, metavar="FILE", help="what pack wrote")
    parser.add_argument("--out", type=Path, metavar="DIR", help="default: among the app's runs")


def run(arguments: argparse.Namespace) -> Output:
    """Return where the run is.

    Raises:
        ExplorerError: What ``import_run`` raises.
    """
    from explorer.training.imports import folder_name, import_run  # noqa: PLC0415 - torch

    folder: Path = arguments.out or home().runs / folder_name(arguments.file)
    record = import_run(arguments.file, folder)
    data = {"run": str(folder), "title": record.title, "command": record.command}
    if record.result is None:
        return Output(data, f"{record.title} is in {folder}; it has not ended. Train --resume.")
    share = percent(record.result.accuracy, 2)
    return Output(data, f"{record.title}, accuracy {share}, is in {folder}.")
