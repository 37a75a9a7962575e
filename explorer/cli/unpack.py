"""``unpack FILE``: take in a run that another installation has packed."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

from explorer.cli.commands import Output
from explorer.store.imported import folder_of
from explorer.units import percent
from explorer.words import _

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
    from explorer.training import reproduce  # noqa: PLC0415
    from explorer.training.imports import import_run  # noqa: PLC0415 - torch

    folder: Path = arguments.out or folder_of(arguments.file)
    record = import_run(arguments.file, folder)
    data = {"run": str(folder), "title": record.title, "command": record.command}
    if record.result is None:
        resume = reproduce.resume_command(record, folder)
        text = _("{run} is in {folder}; it has not ended. To go on with it:")
        text = text.format(run=record.title, folder=folder)
        return Output({**data, "resume": resume}, f"{text}\n{resume}")
    text = _("{run}, accuracy {share}, is in {folder}.").format(
        run=record.title, share=percent(record.result.accuracy, 2), folder=folder
    )
    return Output(data, text)
