"""``paths``: how many paths a network has, and how long they are.

``effective_depth`` is null in its JSON: it is measured from gradients, by ``gradients``.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from explorer.analysis.budget import admit
from explorer.analysis.paths import PathLengths, paths_of_graph
from explorer.cli.commands import Output, read_spec
from explorer.units import large

if TYPE_CHECKING:
    import argparse

_UNITS = {
    "block": "residual units",
    "transformation": "transformations",
    "conv": "convolutions",
    "layer": "layers",
}


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Add the network and the unit of length."""
    parser.add_argument("spec", metavar="SPEC", help="a preset's name, a JSON file or a link token")
    parser.add_argument(
        "--unit",
        choices=tuple(_UNITS),
        default="block",
        help="what one step of length is: a residual unit; a residual unit, each way through its "
        "branch a path of its own; a convolution; or a weight layer as the papers count depth",
    )


def run(arguments: argparse.Namespace) -> Output:
    """State the number of paths and their lengths.

    Raises:
        SpecError: The network cannot be meant, cannot be built, or is above a limit.
    """
    graph, _ = admit(read_spec(arguments.spec))
    found = paths_of_graph(graph, arguments.unit)
    data: dict[str, Any] = {
        # Decimal strings: most readers of JSON would round integers beyond 2^53.
        "num_paths": str(found.num_paths),
        "lengths": {str(length): str(count) for length, count in found.lengths.items()},
        "mean": found.mean,
        # Null: it follows from measured gradients, not from the graph. ``gradients`` measures it.
        "effective_depth": None,
        "unit": found.unit,
    }
    return Output(data, _text(found))


def _text(found: PathLengths) -> str:
    unit, lengths = _UNITS[found.unit], found.lengths
    if found.num_paths == 1:
        return f"1 path, {found.mean:g} {unit} long"
    lo, hi = found.central(0.95)
    return "\n".join(
        (
            f"{large(found.num_paths)} paths",
            f"  length   {min(lengths)} to {max(lengths)} {unit}",
            f"  mean     {found.mean:g}, standard deviation {found.std:.2f}",
            f"  95 %     between {lo} and {hi}",
        )
    )
