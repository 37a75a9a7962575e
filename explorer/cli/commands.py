"""The table of commands, and what they share.

A command is a module with ``add_arguments(parser)`` and ``run(arguments) -> Output``.
"""

from __future__ import annotations

import argparse
import json
import os
import sys
from importlib import import_module
from pathlib import Path
from typing import TYPE_CHECKING, Any, NamedTuple, NoReturn

from explorer.errors import ExplorerError, SpecError

if TYPE_CHECKING:
    from collections.abc import Sequence

    from explorer.spec import NetworkSpec

COMMANDS = {
    "presets": "the names, families, and one line about each",
    "cost": "parameters, MACs, activations, depth and receptive field",
    "latency": "how long a network takes on this machine, measured",
    "paths": "the number of paths and their lengths",
    "export": "the network as source, JSON, DOT, a figure or ONNX",
    "weights": "what a file of weights has for a network",
    "fetch": "what can be downloaded, or download it",
    "train": "train a network in the foreground",
    "evaluate": "accuracy of a trained run",
    "pack": "a run as one file for another installation",
    "unpack": "take in a run that was packed elsewhere",
    "zoo": "the bundled runs, or make one of them again",
    "lesion": "accuracy of a trained run without each of its units",
    "gradients": "the gradient by path length, of a run or at initialisation",
    "cam": "Grad-CAM of two runs side by side",
    "localise": "how well maps of trained runs mark the object, with intervals",
    "reproduce": "the experiments of a lesson, the paper's figures beside ours",
    "worker": "run queued jobs on this machine",
}


class Output(NamedTuple):
    """What a command prints.

    Attributes:
        data: One JSON object, printed with ``--json``.
        text: For people.
    """

    data: dict[str, Any]
    text: str


class _Parser(argparse.ArgumentParser):
    def error(self, message: str) -> NoReturn:
        """Print one line and exit 2."""
        fail(message, f"See `{self.prog} --help`.")


def fail(message: str, hint: str = "") -> NoReturn:
    """Print one line on standard error and exit 2."""
    print(" ".join(f"{message} {hint}".split()), file=sys.stderr)
    raise SystemExit(2)


def read_spec(text: str) -> NetworkSpec:
    """Return the network that a name, a JSON file, a link or its token means.

    Raises:
        ExplorerError: None of them can be meant.
    """
    from explorer.spec.codec import from_json  # noqa: PLC0415 - help needs no pydantic
    from explorer.spec.reading import from_text  # noqa: PLC0415

    if not text.endswith(".json"):
        return from_text(text)
    try:
        return from_json(Path(text).read_bytes())
    except OSError:
        raise SpecError(f"The file {text} cannot be read.", "Check its name.") from None


def main(arguments: Sequence[str] | None = None) -> int:
    """Run the command line; return the exit status."""
    parser = _Parser(prog="python -m explorer", description="Residual networks, exactly.")
    commands = parser.add_subparsers(dest="command", required=True, metavar="COMMAND")
    given = list(sys.argv[1:] if arguments is None else arguments)
    for name, line in COMMANDS.items():
        command = commands.add_parser(name, help=line, description=f"{line[0].upper()}{line[1:]}.")
        # Only the command that is meant is imported: `cost` must not wait for torch.
        if given and given[0] == name:
            import_module(f"explorer.cli.{name}").add_arguments(command)
            command.add_argument("--json", action="store_true", help="print one JSON object")
    known = parser.parse_args(given)
    try:
        output: Output = import_module(f"explorer.cli.{known.command}").run(known)
    except ExplorerError as error:
        fail(error.message, error.hint)
    except KeyboardInterrupt:
        fail("Stopped.")
    _show(json.dumps(output.data) if getattr(known, "json", False) else output.text)
    return 0


def _show(text: str) -> None:
    """Print, also into a pipe whose reader has had enough, such as ``head``."""
    try:
        print(text, flush=True)
    except BrokenPipeError:
        # The interpreter flushes once more at its end; let that go nowhere.
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
