"""``cam RUN_A RUN_B --image FILE -o FILE``: where two runs look, side by side."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

from explorer.cam.methods import METHODS
from explorer.cli.commands import Output
from explorer.errors import DataError
from explorer.figures.cam_scale import SCALES
from explorer.units import percent

if TYPE_CHECKING:
    import argparse

    from explorer.cam.compare import Comparison, Side


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Declare the arguments."""
    parser.add_argument("run_a", metavar="RUN_A", type=Path, help="folder of the first run")
    parser.add_argument("run_b", metavar="RUN_B", type=Path, help="folder of the second run")
    parser.add_argument("--image", type=Path, required=True, help="a PNG, JPEG or WebP file")
    parser.add_argument("--method", choices=METHODS, default="gradcam", help="default: gradcam")
    parser.add_argument("--target", metavar="CLASS", help="default: what RUN_A predicts")
    parser.add_argument("--layer", help="a stage such as layer3, or an address; default: the last")
    parser.add_argument("--scale", choices=SCALES, default="share", help="default: share")
    parser.add_argument(
        "-o", "--output", type=Path, required=True, metavar="FILE", help="the picture, PNG"
    )


def run(arguments: argparse.Namespace) -> Output:
    """Write the picture.

    Raises:
        ExplorerError: The runs, the image or the file cannot be used.
    """
    from explorer.cam.task import pair  # noqa: PLC0415 - help needs no torch
    from explorer.figures.cam_picture import pair_picture  # noqa: PLC0415

    image = _read(arguments.image)
    comparison = pair(
        arguments.run_a,
        arguments.run_b,
        image,
        target=arguments.target,
        layer=arguments.layer,
        method=arguments.method,
    )
    _write(arguments.output, pair_picture(comparison, arguments.scale))
    data = {"file": str(arguments.output), **comparison.as_dict()}
    return Output(data, _text(comparison, arguments.output))


def _read(path: Path) -> bytes:
    try:
        return path.read_bytes()
    except OSError:
        raise DataError(f"The image {path} cannot be read.", "Check its name.") from None


def _write(path: Path, picture: bytes) -> None:
    try:
        path.write_bytes(picture)
    except OSError as error:
        raise DataError(
            f"The picture {path} cannot be written: {error.strerror}.", "Name another file."
        ) from None


def _text(comparison: Comparison, path: Path) -> str:
    gap = comparison.disagreement
    apart = "not defined: a map is empty" if gap is None else f"{gap.total_variation:.2f}"
    return "\n".join(
        [
            f"{comparison.method_title} of the class {comparison.target}",
            f"  A  {_line(comparison.a)}",
            f"  B  {_line(comparison.b)}",
            f"  disagreement (total variation, 0 to 1): {apart}",
            f"written to {path}",
        ]
    )


def _line(side: Side) -> str:
    return f"{side.title}: {percent(side.probability)}, rank {side.rank}, at {side.layer.address}"
