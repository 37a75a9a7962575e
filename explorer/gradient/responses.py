"""How strongly layers respond (He et al. 2015, Fig. 7)."""

from __future__ import annotations

from collections import Counter
from math import sqrt
from typing import TYPE_CHECKING

import torch

from explorer.analysis.layer_responses import Response
from explorer.builder import evaluating
from explorer.ir.ops import BatchNorm2d, Conv2d

if TYPE_CHECKING:
    from collections.abc import Callable

    from torch import Tensor

    from explorer.address import Address
    from explorer.builder import Network
    from explorer.ir.graph import Graph

BATCH_SIZE = 250


def response_addresses(graph: Graph) -> dict[Address, Address]:
    """Return {3×3 convolution: where its response is read}, in the order of layers.

    The response is what the layer gives after batch norm and before ReLU or addition; where batch
    norm stands before the convolution (pre-activation), the convolution's own output. Shortcuts
    and gates are left out.
    """
    norms = {
        node.inputs[0]: node.address
        for node in graph.nodes.values()
        if isinstance(node.op, BatchNorm2d)
    }
    readers: Counter[Address] = Counter()
    signals = {graph.output.address}
    for node in reversed(tuple(graph.nodes.values())):
        readers.update(node.inputs)
        if node.address in signals:
            signals.update(node.signals)
    on_shortcut = {address for block in graph.blocks for address in block.shortcut}
    return {
        address: norms[address] if address in norms and readers[address] == 1 else address
        for address, node in graph.nodes.items()
        if isinstance(node.op, Conv2d)
        and node.op.kernel_size == 3
        and address in signals - on_shortcut
    }


def responses(
    network: Network, images: Tensor, prepare: Callable[[Tensor], Tensor] | None = None
) -> tuple[Response, ...]:
    """Return the standard deviation of the response of every 3×3 convolution, in evaluation mode.

    Args:
        network: On the device of the images; not changed.
        images: (N, ...), N >= 1: what ``prepare`` takes.
        prepare: Makes of a batch what the network takes, (N, C, H, W); None: nothing is to be done.
    """
    places = response_addresses(network.graph)
    layers = {read_at: layer for layer, read_at in places.items()}
    sums = {read_at: torch.zeros(3, dtype=torch.float64) for read_at in layers}

    def tap(address: Address, out: Tensor) -> Tensor:
        if address in sums:
            values = out.double()
            found = torch.stack((values.sum(), values.square().sum()))
            sums[address] += torch.cat((torch.tensor([values.numel()]), found.cpu()))
        return out

    with torch.inference_mode(), evaluating(network):
        for start in range(0, len(images), BATCH_SIZE):
            batch = images[start : start + BATCH_SIZE]
            network(batch if prepare is None else prepare(batch), tap=tap)
    return tuple(
        Response(layer, read_at, _std(*sums[read_at].tolist())) for layer, read_at in places.items()
    )


def _std(num: float, total: float, squares: float) -> float:
    return sqrt(max(0.0, squares / num - (total / num) ** 2))
