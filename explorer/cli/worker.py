"""``worker``: run queued jobs on this machine until it is stopped."""

from __future__ import annotations

import argparse
import re

from explorer.cli.commands import Output
from explorer.errors import JobError
from explorer.jobs import slots, worker
from explorer.store.paths import home


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Add the options of the command."""
    parser.add_argument(
        "--gpus", type=_gpus, metavar="0,1", help="the GPUs to use, as nvidia-smi numbers them"
    )
    parser.add_argument(
        "--per-gpu", type=_count, default=1, metavar="N", help="jobs that share one GPU (1)"
    )
    parser.add_argument(
        "--cpu-slots", type=_slots, metavar="N", help="jobs at once that use no GPU"
    )
    parser.add_argument(
        "--slots", type=_count, metavar="N", help="jobs at once, each with all that there is (1)"
    )
    parser.add_argument(
        "--no-spare",
        action="store_true",
        help="keep no warm process: jobs start seconds later, and 400 MB a slot are saved",
    )


def _gpus(text: str) -> tuple[str, ...]:
    names = tuple(part.strip() for part in text.split(","))
    if not all(re.fullmatch(r"[0-9]{1,3}|(GPU|MIG)-[\w/-]{1,80}", name) for name in names):
        raise argparse.ArgumentTypeError(f"{text[:40]!r} does not name GPUs, such as 0,1")
    return names


def _count(text: str) -> int:
    number = _slots(text)
    if number < 1:
        raise argparse.ArgumentTypeError(f"{text[:20]!r} is not a number from 1 to 64")
    return number


def _slots(text: str) -> int:
    number = int(text) if text.isdecimal() and len(text) < 4 else -1
    if not 0 <= number <= 64:
        raise argparse.ArgumentTypeError(f"{text[:20]!r} is not a number from 0 to 64")
    return number


def run(arguments: argparse.Namespace) -> Output:
    """Work until a signal ends it; jobs in hand are given back.

    Raises:
        JobError: This data home has a worker already, or the places make no sense.
    """
    place = home().root
    if worker.main(slots=_places(arguments), spares=not arguments.no_spare):
        raise JobError(
            f"A worker is already at work in {place}.",
            "The app starts one itself; stop that, or set EXPLORER_HOME to another folder.",
        )
    return Output({"home": str(place)}, "The worker has left.")


def _places(arguments: argparse.Namespace) -> list[slots.Slot]:
    chosen = arguments.gpus is not None or arguments.cpu_slots is not None
    if chosen and arguments.slots is not None:
        raise JobError("--slots does not go with --gpus and --cpu-slots.", "Use one or the other.")
    if not chosen:
        return slots.any_slots(arguments.slots or 1)
    return slots.planned(arguments.gpus or (), arguments.per_gpu, arguments.cpu_slots)
