"""The quick way to maps: batch norms folded into packed convolutions, where that is proven.

In evaluation mode a batch norm scales and shifts each channel, which its convolution can do as
well (Jacob et al. 2018, section 3.2). The numbers are the same but for rounding, and rounding can
close a ReLU that was open by a hair, so that maps of a network whose mean gradients cancel may
move. Networks are therefore shown a few images both ways before the quick way is taken, and
whatever is measured, and whatever a file says, comes from the network as it is.
"""

from __future__ import annotations

import copy
from dataclasses import replace
from typing import TYPE_CHECKING, NamedTuple

import torch
from torch import nn
from torch.nn.utils.fusion import fuse_conv_bn_eval

from explorer.builder import Network
from explorer.cam import core
from explorer.cam.layers import layers
from explorer.cam.methods import method_of
from explorer.ir import ops
from explorer.packed_conv import can_pack, pack

if TYPE_CHECKING:
    from collections.abc import Sequence

    from torch import Tensor

    from explorer.address import Address

TOLERANCE = 1 / 256
"""Of a map's largest value, what it may differ: one step of the 256 colours that show it."""
_WORTH_PACKING = 1 << 16
"""Weights of a convolution; of fewer, to order them takes no time."""
_PASSES_ON = ops.Dropout(p=0.0)
"""What stands where a batch norm was: it hands on what it is given."""


class Folded(NamedTuple):
    """A network whose batch norms are folded away.

    Attributes:
        network: In evaluation mode; shares no weight with the one it was made from.
        inside: Convolutions whose output is no longer what the graph says: it is normalised.
    """

    network: Network
    inside: frozenset[Address]

    def can_explain(self, address: Address, method: str) -> bool:
        """Return whether a method that works from gradients can read its map at an address."""
        return method_of(method).rule is not None and address not in self.inside

    def explain(
        self,
        images: Tensor,
        addresses: Sequence[Address],
        target: int | Sequence[int] | None = None,
        method: str = "gradcam",
    ) -> core.Maps:
        """Explain one class of each image; see ``core.explain``."""
        return core.explain(self.network, _laid_out(images), addresses, target, method)

    def explain_classes(
        self, images: Tensor, addresses: Sequence[Address], classes: Sequence[int]
    ) -> core.ClassMaps:
        """Explain several classes by Grad-CAM; see ``core.explain_classes``."""
        return core.explain_classes(self.network, _laid_out(images), addresses, classes)


def fold(network: Network) -> Folded:
    """Return a network of equal outputs with its batch norms in the convolutions, where they can.

    A batch norm stays where something else reads its convolution's output as well.

    Args:
        network: In evaluation mode, in float32 on the CPU; left as it is.
    """
    graph = network.graph
    readers: dict[Address, int] = {}
    for node in graph.nodes.values():
        for source in node.inputs:
            readers[source] = readers.get(source, 0) + 1
    nodes = dict(graph.nodes)
    modules = {address: copy.deepcopy(network.get_submodule(address)) for address in nodes}
    inside: set[Address] = set()
    for node in graph.nodes.values():
        source = node.inputs[0]
        conv, norm = modules.get(source), modules[node.address]
        if (
            isinstance(conv, nn.Conv2d)
            and isinstance(norm, nn.BatchNorm2d)
            and readers[source] == 1
            and isinstance(op := nodes[source].op, ops.Conv2d)
        ):
            modules[source] = fuse_conv_bn_eval(conv, norm)
            nodes[source] = nodes[source]._replace(op=replace(op, bias=True))
            modules[node.address] = nn.Dropout(_PASSES_ON.p)
            nodes[node.address] = node._replace(op=_PASSES_ON)
            inside.add(source)
    if can_pack():
        modules |= {
            node.address: pack(conv, node.in_shapes[0], node.out_shape)
            for node in nodes.values()
            if isinstance(conv := modules[node.address], nn.Conv2d)
            and conv.weight.numel() >= _WORTH_PACKING
        }
    folded = Network(replace(graph, nodes=nodes), modules).eval()
    folded.requires_grad_(requires_grad=False).to(memory_format=torch.channels_last)
    return Folded(folded, frozenset(inside))


def drift(network: Network, folded: Folded, images: Tensor) -> float:
    """Return by how much Grad-CAM differs, of the largest value of the map; the worst of all.

    Args:
        network: In evaluation mode.
        folded: Made from it.
        images: (N, C, H, W); the predicted class of each is explained at the end of each stage.
    """
    addresses = [layer.address for layer in layers(network.graph)]
    known = core.explain(network, images, addresses)
    found = folded.explain(images, addresses, known.target.tolist())
    worst = 0.0
    for address in addresses:
        heat = known.heat[address]
        size = heat.abs().amax((1, 2)).clamp(min=torch.finfo(heat.dtype).tiny)
        worst = max(worst, float(((found.heat[address] - heat).abs().amax((1, 2)) / size).max()))
    return worst


def proven(network: Network, images: Tensor) -> Folded | None:
    """Return the folded network if its maps of some images are the network's own; None if not.

    Args:
        network: In evaluation mode.
        images: As for ``drift``.
    """
    folded = fold(network)
    return folded if drift(network, folded, images) <= TOLERANCE else None


def _laid_out(images: Tensor) -> Tensor:
    return images.contiguous(memory_format=torch.channels_last)
