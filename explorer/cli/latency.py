"""``latency``: how long a network takes on this machine."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from explorer.analysis.cost import cost
from explorer.cli.commands import Output, read_spec
from explorer.latency.outcome import keep, settings_of
from explorer.spec.presets import name_of
from explorer.training import threads
from explorer.units import count, milliseconds, quantity

if TYPE_CHECKING:
    import argparse

    from explorer.latency.outcome import Latency


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Add the network, the batch size and the device."""
    parser.add_argument("spec", metavar="SPEC", help="a preset's name, a JSON file or a link token")
    parser.add_argument(
        "--batch", type=int, default=1, metavar="N", help="images of one pass (default: 1)"
    )
    parser.add_argument("--device", default="cpu", help="cpu, cuda or auto (default: cpu)")


def run(arguments: argparse.Namespace) -> Output:
    """Measure forward passes; the result is kept, and the page Compare shows it.

    Raises:
        ExplorerError: The network, the batch size or the device cannot be used.
    """
    spec = read_spec(arguments.spec)
    settings = settings_of(arguments.batch, arguments.device)
    threads.set_environment()
    from explorer.latency.measure import measure  # noqa: PLC0415 - torch, after the environment

    found = measure(spec, settings)
    keep(spec, found)
    cost_ = cost(spec)
    data: dict[str, Any] = {**found.figures(), "params": cost_.params, "macs": cost_.macs}
    name = name_of(spec) or "Network"
    return Output(data, _text(name, found, cost_.macs))


def _text(name: str, found: Latency, macs: int) -> str:
    batch = found.settings.batch_size
    speed = macs * found.throughput
    return "\n".join(
        [
            f"{name} at {found.image_size} px, batch of {count(batch)}, float32",
            f"  {found.device_name}, {found.threads} threads, torch {found.torch}",
            f"  median        {milliseconds(found.median)}",
            f"  half between  {milliseconds(found.low)} and {milliseconds(found.high)}",
            f"  fastest       {milliseconds(found.fastest)}",
            f"  throughput    {found.throughput:,.1f} images/s, {quantity(speed, 'MAC')}/s",
            f"  {found.repeats} passes timed after {found.warm_up} to warm up",
        ]
    )
