"""``fetch [NAME]``: what can be downloaded, or download it."""

from __future__ import annotations

import sys
from typing import TYPE_CHECKING

from explorer.cli.commands import Output
from explorer.units import quantity

if TYPE_CHECKING:
    import argparse

    from explorer.cli.progress import Bar
    from explorer.words import Phrase


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Add the command's arguments."""
    parser.add_argument("data", nargs="?", metavar="NAME", help="the data set; left out: list")


def run(arguments: argparse.Namespace) -> Output:
    """List the sets, or return where the files of one are.

    Raises:
        DataError: They cannot be downloaded.
    """
    from explorer.cli.progress import Bar  # noqa: PLC0415 - help needs none of these
    from explorer.data.fetch import fetch  # noqa: PLC0415

    if arguments.data is None:
        return _list()
    with Bar(shown=sys.stderr.isatty()) as bar:
        place = str(fetch(arguments.data, _Watcher(bar)))
    return Output({"data": arguments.data, "folder": place}, f"{arguments.data} is in {place}.")


def _list() -> Output:
    from explorer.data.fetch import offers  # noqa: PLC0415 - help needs none of these

    found = offers()
    lines = [
        f"{one.name:<14} {one.summary} {quantity(one.download_bytes, 'B')}. {one.licence}"
        + (" On this machine." if one.is_there else "")
        for one in found
    ]
    data = {
        one.name: {
            "title": one.title,
            "download_bytes": one.download_bytes,
            "licence": one.licence,
            "is_there": one.is_there,
        }
        for one in found
    }
    return Output(data, "\n".join(lines))


class _Watcher:
    """Draws the progress; Ctrl-C stops a download, which can be gone on with."""

    def __init__(self, bar: Bar) -> None:
        self._bar = bar

    def progress(self, fraction: float, text: str | Phrase) -> None:
        from explorer.training.events import LoadEvent  # noqa: PLC0415 - help needs none of these

        self._bar.show(LoadEvent(str(text), fraction))

    def check(self) -> None:
        """Go on."""
