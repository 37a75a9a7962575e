"""``export SPEC --to FORMAT [-o FILE]``: the network as a file for other programs."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Any

from explorer.analysis.budget import admit
from explorer.cli.commands import Output, read_spec
from explorer.errors import SpecError
from explorer.export.files import FORMATS, content

if TYPE_CHECKING:
    import argparse

    from explorer.spec import NetworkSpec


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Add the network, the format and the file."""
    parser.add_argument("spec", metavar="SPEC", help="a preset's name, a JSON file or a link token")
    parser.add_argument(
        "--to",
        choices=FORMATS,
        required=True,
        help="a stand-alone PyTorch file, the specification, the graph, a figure for a paper "
        "(svg, pdf, png), or a model",
    )
    parser.add_argument(
        "-o", "--output", type=Path, metavar="FILE", help="standard output if left out"
    )


def run(arguments: argparse.Namespace) -> Output:
    """Write the file, or print the text.

    Raises:
        SpecError: The network cannot be meant, cannot be built, or is above a limit; or the
            file cannot be written.
        JobError: A package that the format needs is not installed.
    """
    spec = read_spec(arguments.spec)
    admit(spec)
    path: Path | None = arguments.output
    if path is None and not FORMATS[arguments.to].is_text:
        raise SpecError(f"{FORMATS[arguments.to].title} is not text.", "Name a file with -o.")
    made = exported(spec, arguments.to)
    data: dict[str, Any] = {"format": arguments.to, "num_bytes": len(made)}
    if path is None:
        text = made.decode()
        return Output(data | {"text": text}, text.rstrip("\n"))
    try:
        path.write_bytes(made)
    except OSError as error:
        raise SpecError(
            f"The file {path} cannot be written: {error.strerror}.", "Name another file."
        ) from None
    return Output(data | {"file": str(path)}, f"written to {path}")


def exported(spec: NetworkSpec, target: str) -> bytes:
    """Return the content of the file in one of ``FORMATS``.

    Raises:
        SpecError: The network cannot be built.
        JobError: A package that the format needs is not installed.
    """
    if target == "onnx":
        from explorer.export.onnx import to_onnx  # noqa: PLC0415 - torch, only here

        return to_onnx(spec)
    return content(spec, target)
