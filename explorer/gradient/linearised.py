"""A network linearised at some images, and the backward pass through one segment of it."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, NamedTuple

import torch
from torch import Tensor
from torch.nn import functional

from explorer.adjoint import pull
from explorer.analysis.routes import Segment, segments
from explorer.builder import evaluating
from explorer.errors import ExplorerError
from explorer.words import _

if TYPE_CHECKING:
    from collections.abc import Mapping

    from explorer.address import Address
    from explorer.builder import Network


class Pulled(NamedTuple):
    """Cotangents of a segment's input, by the way they came.

    Attributes:
        past: Along the shortcut, (L, N, C, H, W); None where there is none.
        through: Through the branch, (L', N, C, H, W) with L' the rows that were asked for; None
            where there is none.
    """

    past: Tensor | None
    through: Tensor | None

    @property
    def total(self) -> Tensor:
        """Return the sum of both."""
        found = [part for part in self if part is not None]
        return found[0] if len(found) == 1 else found[0] + found[1]


@dataclass(frozen=True, slots=True, eq=False)
class Linearised:
    """A network with all its masks frozen at some images.

    Attributes:
        network: In evaluation mode while it is used here.
        segments: Stem and blocks in order.
        values: Output of every node before the head, (N, ...).
        cotangent: d(loss)/d(output of the last segment), (N, C, H, W); every image has its own
            loss.
        labels: What the loss asks for, (N, ...); None: what the network predicts.
    """

    network: Network
    segments: tuple[Segment, ...]
    values: Mapping[Address, Tensor]
    cotangent: Tensor
    labels: Tensor | None = None

    def pull(self, segment: Segment, g: Tensor, rows: Tensor | slice = slice(None)) -> Pulled:
        """Take cotangents back through one segment, split by the way they take.

        Args:
            segment: One of ``segments``.
            g: Cotangents of its output, (L, N, C, H, W).
            rows: Which of the L go through the branch.
        """
        past: dict[Address, Tensor] = {}
        through: dict[Address, Tensor] = {}
        (past if segment.has_shortcut else through)[segment.exit] = (
            g if segment.has_shortcut else g[rows]
        )
        for node in reversed(segment.nodes):
            module = self.network.get_submodule(node.address)
            for way in (past, through):
                arriving = way.pop(node.address, None)
                if arriving is None:
                    continue
                pulled = pull(node, module, self.values, arriving)
                for i, (source, part) in enumerate(zip(node.inputs, pulled, strict=True)):
                    if way is past and (node.address, i) in segment.branch_ends:
                        _add(through, source, part[rows])
                    else:
                        _add(way, source, part)
        return Pulled(past.get(segment.entry), through.get(segment.entry))


def _add(way: dict[Address, Tensor], address: Address, part: Tensor) -> None:
    way[address] = way[address] + part if address in way else part


def linearise(network: Network, images: Tensor, labels: Tensor | None = None) -> Linearised:
    """Run a network once and keep what its backward pass needs.

    Args:
        network: On the device of the images; neither its mode nor its gradients change.
        images: (N, C, H, W), as the network was trained on them, in the network's dtype.
        labels: (N,) class indices, or (N, H', W') for a network that scores positions; None:
            what the network predicts. The loss of an image is its cross-entropy.

    Raises:
        ExplorerError: A label is none of the network's classes.
    """
    with torch.inference_mode(mode=False), evaluating(network):
        parts = segments(network.graph)
        values: dict[Address, Tensor] = {"input": images.detach()}
        with torch.no_grad():
            for segment in parts:
                for node in segment.nodes:
                    module = network.get_submodule(node.address)
                    values[node.address] = module(*(values[a] for a in node.inputs))
        last = parts[-1].exit
        end = values[last].detach().requires_grad_()
        with torch.enable_grad():
            loss = _loss(_head(network, last, end), labels)
        return Linearised(network, parts, values, torch.autograd.grad(loss, end)[0], labels)


def by_autograd(point: Linearised) -> Tensor:
    """Return d(loss)/d(image) by ``torch.autograd`` through the whole network, (N, C, H, W).

    None of the code that splits the gradient takes part.
    """
    network = point.network
    with torch.inference_mode(mode=False), evaluating(network), torch.enable_grad():
        x = point.values["input"].detach().clone().requires_grad_()
        return torch.autograd.grad(_loss(network(x), point.labels), x)[0]


def _head(network: Network, entry: Address, x: Tensor) -> Tensor:
    values = {entry: x}
    for address in network.graph.head:
        node = network.graph.nodes[address]
        values[address] = network.get_submodule(address)(*(values[a] for a in node.inputs))
    return values[network.graph.head[-1]]


def _loss(logits: Tensor, labels: Tensor | None) -> Tensor:
    """Return the sum of the images' losses, each a mean over its positions."""
    target = logits.detach().argmax(1) if labels is None else labels
    num_classes = logits.shape[1]
    if target.shape != logits.shape[:1] + logits.shape[2:]:
        raise ExplorerError(
            _("There are {labels} labels for {images} images.").format(
                labels=len(target), images=len(logits)
            ),
            _("Give one class index for each image."),
        )
    if target.numel() and not 0 <= int(target.min()) <= int(target.max()) < num_classes:
        raise ExplorerError(
            _("The labels go beyond the network's {n} classes.").format(n=num_classes),
            _("Give class indices from 0 to {last}.").format(last=num_classes - 1),
        )
    losses = functional.cross_entropy(logits, target, reduction="none")
    return losses.flatten(1).mean(1).sum() if losses.ndim > 1 else losses.sum()
