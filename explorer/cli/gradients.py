"""``gradients RUN_OR_SPEC --data NAME_OR_PATH``: the gradient by path length."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Any

from explorer.cli.commands import Output, read_spec
from explorer.errors import ExplorerError
from explorer.store.runs import RECORD
from explorer.training import threads
from explorer.units import count, large, percent

if TYPE_CHECKING:
    import argparse

    from explorer.analysis.path_gradient import GradientByLength
    from explorer.gradient.task import Subject


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Add the command's arguments."""
    parser.add_argument(
        "network",
        metavar="RUN_OR_SPEC",
        help="a run's folder; or a preset, a JSON file or a link token, at initialisation",
    )
    parser.add_argument(
        "--data", required=True, metavar="NAME_OR_PATH", help="a data set, a folder or a zip"
    )
    parser.add_argument(
        "--epoch",
        type=int,
        help="of a run: 0 is before training, others where it kept its weights; default: its end",
    )
    parser.add_argument("--images", type=int, default=4, help="held-out images (default: 4)")
    parser.add_argument("--longest", type=int, help="longest paths [units]; default: all")
    parser.add_argument(
        "--draws", type=int, default=0, help="draws of random signs; default: 0, exact sums only"
    )
    parser.add_argument(
        "--samples", type=int, default=0, help="sampled paths of each length (Veit et al.)"
    )
    parser.add_argument("--seed", type=int, default=0, help="of weights, signs and paths")


def run(arguments: argparse.Namespace) -> Output:
    """Return one row for each length, and the effective paths.

    Raises:
        ExplorerError: The network, the data or a number cannot be used.
    """
    if arguments.images < 1:
        raise ExplorerError("At least one image is needed.", "Use --images 1 or more.")
    threads.set_environment()
    from explorer.analysis.effective_depth import effective_depth  # noqa: PLC0415 - help is quick
    from explorer.analysis.path_gradient import table  # noqa: PLC0415
    from explorer.gradient.exact import gradient_by_length  # noqa: PLC0415
    from explorer.gradient.sampled import path_norms, sampled_norms  # noqa: PLC0415
    from explorer.training.process import prepare  # noqa: PLC0415

    prepare()
    subject = _subject(arguments)
    exact = gradient_by_length(*subject, longest=arguments.longest)
    seed, draws, num_samples = arguments.seed, arguments.draws, arguments.samples
    signs = (
        path_norms(*subject, num_draws=draws, longest=arguments.longest, seed=seed)
        if draws
        else None
    )
    sampled = sampled_norms(*subject, num_samples=num_samples, seed=seed) if num_samples else None
    data: dict[str, Any] = {
        "num_images": len(exact.totals),
        "seed": seed,
        "complete": exact.is_complete,
        "gradient_norm": float(exact.totals.mean()),
        "effective_range": list(exact.effective_range()),
        "effective_depth": effective_depth(exact.norm),
        "lengths": table(exact, signs, sampled),
    }
    return Output(data, _text(exact, data))


def _subject(arguments: argparse.Namespace) -> Subject:
    from explorer.gradient.task import at_initialisation, of_run  # noqa: PLC0415 - torch

    folder = Path(arguments.network)
    if (folder / RECORD).is_file():
        return of_run(folder, arguments.data, arguments.images, epoch=arguments.epoch)
    if arguments.epoch is not None:
        raise ExplorerError("Only a run has epochs.", "Leave --epoch out, or name a run's folder.")
    spec = read_spec(arguments.network)
    return at_initialisation(spec, arguments.data, arguments.images, seed=arguments.seed)


def _text(exact: GradientByLength, data: dict[str, Any]) -> str:
    low, high = data["effective_range"]
    lines = [
        f"Gradient of the loss at {count(data['num_images'])} images, by units on the path",
        f"  95 % in lengths {low} to {high}; effective depth {data['effective_depth']} units",
        "  length  paths         exact sum   share",
    ]
    lines += [
        f"  {row['length']:6}  {large(exact.counts[row['length']]):<12}"
        f"{row['exact_norm']:11.3e}  {percent(row['norm_share'], 2):>8}"
        for row in data["lengths"]
    ]
    return "\n".join(lines)
