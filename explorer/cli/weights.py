"""``weights SPEC FILE``: what of a state dict belongs to a network."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Any

from explorer.analysis.budget import admit
from explorer.cli.commands import Output, read_spec
from explorer.training import threads
from explorer.units import count

if TYPE_CHECKING:
    import argparse
    from collections.abc import Iterable, Iterator

    from explorer.weights.foreign import Report


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Add the network and the file."""
    parser.add_argument("spec", metavar="SPEC", help="a preset's name, a JSON file or a link token")
    parser.add_argument(
        "file", metavar="FILE", type=Path, help="a state dict: .safetensors, .pth, .pt or .bin"
    )


def run(arguments: argparse.Namespace) -> Output:
    """Load the file and say what matched, was renamed, was left, and is missing.

    Raises:
        SpecError: The network cannot be meant, cannot be built, or is above a limit.
        WeightsError: The file cannot be used for it.
    """
    spec = read_spec(arguments.spec)
    admit(spec)
    threads.set_environment()
    from explorer.weights.foreign import load  # noqa: PLC0415 - torch, after the environment

    report = load(spec, arguments.file).report
    data: dict[str, Any] = {
        "names": report.names,
        "complete": report.is_complete,
        "matched": list(report.matched),
        "renamed": dict(report.renamed),
        "left": list(report.left),
        "missing": list(report.missing),
    }
    return Output(data, "\n".join(_lines(report)))


def _lines(report: Report) -> Iterator[str]:
    verdict = "Every weight" if report.is_complete else "Not every weight"
    yield f"{verdict} of the network is in the file. It uses {report.names}."
    yield f"  matched  {count(len(report.matched))}"
    renamed = [f"{theirs} → {ours}" for theirs, ours in report.renamed.items()]
    yield from _listed("renamed", renamed)
    yield from _listed("left", report.left)
    yield from _listed("missing", report.missing)


def _listed(title: str, names: Iterable[str]) -> Iterator[str]:
    listed = list(names)
    yield f"  {title:<7}  {count(len(listed))}"
    yield from (f"    {name}" for name in listed)
