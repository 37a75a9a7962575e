"""``evaluate``: accuracy of a trained run on held-out images."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

from explorer.cli.commands import Output
from explorer.training import threads
from explorer.units import count, percent

if TYPE_CHECKING:
    import argparse


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Add the command's arguments."""
    parser.add_argument("run", type=Path, metavar="RUN", help="folder that train wrote")
    parser.add_argument(
        "--data", required=True, metavar="NAME_OR_PATH", help="a data set, a folder or a zip"
    )
    parser.add_argument("--device", default="auto", help="auto, cpu or cuda")


def run(arguments: argparse.Namespace) -> Output:
    """Return ``accuracy``, ``loss`` and ``num_images``; of masks ``mean_iou`` and more.

    Raises:
        ExplorerError: What ``evaluate_run`` raises.
    """
    threads.set_environment()
    from explorer.training.evaluate import evaluate_run  # noqa: PLC0415 - after the environment
    from explorer.training.process import prepare  # noqa: PLC0415 - torch, after the environment
    from explorer.training.segmentation import MaskScore  # noqa: PLC0415

    prepare()
    score = evaluate_run(arguments.run, arguments.data, device=arguments.device)
    if isinstance(score, MaskScore):
        shares = (
            f"Mean IoU {percent(score.mean_iou, 2)}, "
            f"pixel accuracy {percent(score.pixel_accuracy, 2)}"
        )
    else:
        shares = f"Accuracy {percent(score.accuracy, 2)}"
    text = f"{shares}, loss {score.loss:.4f}, on {count(score.num_images)} held-out images."
    return Output(score._asdict(), text)
