"""``cost``: parameters, MACs, memory, depth and receptive field of a network."""

from __future__ import annotations

from dataclasses import asdict
from typing import TYPE_CHECKING, Any

from explorer.analysis.budget import admit
from explorer.analysis.memory import DEFAULT_BATCH_SIZE, training_memory
from explorer.analysis.published import Comparison, compare
from explorer.cli.commands import Output, read_spec
from explorer.spec.presets import name_of
from explorer.units import change, count, quantity

if TYPE_CHECKING:
    import argparse

    from explorer.analysis.cost import Cost
    from explorer.analysis.memory import TrainingMemory


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Add the network, the image size and the batch size."""
    parser.add_argument("spec", metavar="SPEC", help="a preset's name, a JSON file or a link token")
    parser.add_argument(
        "--image",
        type=int,
        metavar="SIZE",
        help="side of the image [px]; the network's own if left out",
    )
    parser.add_argument(
        "--batch-size",
        type=int,
        default=DEFAULT_BATCH_SIZE,
        metavar="N",
        help=f"images of one training step, for training_bytes; {DEFAULT_BATCH_SIZE} if left out",
    )


def run(arguments: argparse.Namespace) -> Output:
    """State what a network costs.

    Raises:
        SpecError: The network cannot be meant, cannot be built, or is above a limit; or the
            batch size is out of range.
    """
    spec = read_spec(arguments.spec)
    graph, cost = admit(spec, arguments.image)
    memory = training_memory(graph, arguments.batch_size)
    compared = compare(spec, cost)
    data: dict[str, Any] = {
        "params": cost.params,
        "macs": cost.macs,
        "flops": cost.flops,
        "activation_bytes": cost.activation_bytes,
        "training_bytes": memory.peak,
        "batch_size": memory.batch_size,
        "depth": cost.depth,
        "receptive_field": cost.receptive_field,
        "image_size": cost.image_size,
        "published": [asdict(comparison) for comparison in compared],
    }
    lines = [f"{name_of(spec) or 'Network'} at {cost.image_size} px", *_figures(cost, memory)]
    return Output(data, "\n".join(lines + [_sentence(comparison) for comparison in compared]))


def _figures(cost: Cost, memory: TrainingMemory) -> list[str]:
    rows = (
        ("parameters", count(cost.params), quantity(cost.params)),
        ("MACs", count(cost.macs), quantity(cost.macs, "MAC")),
        ("FLOPs, two for each MAC", count(cost.flops), quantity(cost.flops, "FLOP")),
        ("activations", count(cost.activation_bytes), quantity(cost.activation_bytes, "B")),
        (f"training, batch of {memory.batch_size}", count(memory.peak), quantity(memory.peak, "B")),
        ("depth", count(cost.depth), "weight layers"),
        ("receptive field", count(cost.receptive_field), "px"),
    )
    return [f"  {name:<24}{exact:>18}  {short}" for name, exact, short in rows]


def _sentence(comparison: Comparison) -> str:
    title = {"params": "parameters", "macs": "MACs"}[comparison.quantity]
    verdict = "agrees" if comparison.agrees else f"ours {change(comparison.difference)}"
    note = f" {comparison.note}" if comparison.note and not comparison.agrees else ""
    return f"  printed: {comparison.printed} {title} ({comparison.source}); {verdict}.{note}"
