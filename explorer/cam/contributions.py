"""What the shortcut, the branch and each scale of a block add to a logit, place by place.

With batch norm in evaluation mode a network of convolutions, norms, ReLUs and pools is affine
around an image. At any cut through all its paths, gradient times activation, summed, is then the
logit without the constants that come in after the cut: the classifier's bias and the shifts of
later norms (Draelos and Carin 2020 for the last stage). A block's two ends are such a cut.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

import torch
from torch import nn

from explorer.address import INPUT
from explorer.builder import evaluating
from explorer.cam.core import classes_of
from explorer.cam.layers import require_classifier
from explorer.errors import ExplorerError
from explorer.ir.ops import Concat, Slice
from explorer.words import _

if TYPE_CHECKING:
    from collections.abc import Sequence

    from torch import Tensor

    from explorer.address import Address
    from explorer.builder import Network
    from explorer.ir.graph import Block, Graph, Node


class Part(NamedTuple):
    """One tensor that goes into a block's result.

    Attributes:
        name: ``shortcut``, ``branch`` or ``scale 1``, ``scale 2`` ...; ``path 1`` ... of a unit
            whose parallel paths are written out.
        address: Of the tensor.
    """

    name: str
    address: Address


class Slot(NamedTuple):
    """Where a part is read: some channels of one input of a node.

    Attributes:
        part: What stands there.
        node: The address of the node that reads it.
        position: Which of the node's inputs.
    """

    part: Part
    node: Address
    position: int


class Contributions(NamedTuple):
    """How a logit is put together at one block; all in units of the logit.

    ``sum of the parts + shift + bias + remainder = logit``.

    Attributes:
        logits: Of the explained class, (N,).
        target: The explained class of each image, (N,).
        parts: For each part its signed map (N, h, w); its sum is what the part adds.
        bias: Of the classifier, (N,).
        shift: What later batch norms and biases add, (N,); 0 at the last block of a network
            that pools right after it.
        remainder: What is left, (N,): rounding, unless something after the block is not affine
            in pieces, such as a gate.
    """

    logits: Tensor
    target: Tensor
    parts: dict[Part, Tensor]
    bias: Tensor
    shift: Tensor
    remainder: Tensor


def slots_of(graph: Graph, block: Address, *, scales: bool = False) -> tuple[Slot, ...]:
    """Return the parts of a block and where they are read.

    Args:
        graph: Of the network.
        block: Address of the block, such as ``layer3.2``.
        scales: Whether a branch of several scales or parallel paths is split into them.

    Raises:
        ExplorerError: No such block, no shortcut in it, or no scales.
    """
    found = next((one for one in graph.blocks if one.address == block), None)
    if found is None:
        raise ExplorerError(
            _("There is no block {block!r}.").format(block=block),
            _("A block is called like {address}.").format(address=graph.blocks[-1].address),
        )
    if found.merge is None:
        raise ExplorerError(
            _("The block {block} has no shortcut, so there is nothing to tell apart.").format(
                block=block
            ),
            _("Choose a residual block."),
        )
    ends = _ends(graph, found, found.merge)
    if not scales:
        return ends
    concat = next((node for node in graph.nodes_of(found) if _is_split(node, found)), None)
    if concat is None:
        raise ExplorerError(
            _("The block {block} has no scales.").format(block=block),
            _("Choose a block of the Res2Net family."),
        )
    kept = tuple(slot for slot in ends if slot.part.name == "shortcut")
    has_splits = any(isinstance(node.op, Slice) for node in graph.nodes_of(found))
    name = "scale" if has_splits else "path"
    return kept + tuple(
        Slot(Part(f"{name} {i + 1}", address), concat.address, i)
        for i, address in enumerate(concat.inputs)
    )


def contributions(
    network: Network,
    images: Tensor,
    block: Address,
    target: int | Sequence[int] | None = None,
    *,
    scales: bool = False,
) -> Contributions:
    """Take a logit apart at one block.

    Args:
        network: On the device of the images; nothing of it is changed.
        images: (N, C, H, W), as the network was trained on them.
        block: Address of the block.
        target: Class index, one for each image or one for all; None: the predicted one.
        scales: Whether the branch of a Res2Net block is split into its scales. Then ``shift``
            holds what the block's own last norm adds, too.

    Raises:
        ExplorerError: What ``slots_of`` raises, no such class, or a network that segments.
    """
    require_classifier(network.graph)
    slots = slots_of(network.graph, block, scales=scales)
    readers = [network.graph.nodes[address] for address in {slot.node: None for slot in slots}]
    offsets = _offsets(network, readers)
    values: dict[Address, Tensor] = {}
    traced: dict[Address, Tensor] = {}
    kept, followed = (
        {slot.part.address for slot in slots},
        {n.address for n in readers} | {*offsets},
    )

    def tap(address: Address, out: Tensor) -> Tensor:
        if address in kept:
            values[address] = out.detach()
        if address in followed:
            torch.set_grad_enabled(True)
            traced[address] = out = out if out.requires_grad else out.detach()
            out.requires_grad_()
        return out

    with torch.inference_mode(mode=False), evaluating(network):
        with torch.no_grad():
            values[INPUT] = images
            logits = network(images, tap=tap)
        classes = classes_of(logits, target)
        with torch.enable_grad():
            score = logits.gather(1, classes[:, None])[:, 0]
        found = torch.autograd.grad(score.sum(), list(traced.values()), materialize_grads=True)
        gradients = dict(zip(traced, found, strict=True))
        with torch.no_grad():
            return _added_up(network, slots, values, gradients, offsets, score, classes)


def _added_up(
    network: Network,
    slots: Sequence[Slot],
    values: dict[Address, Tensor],
    gradients: dict[Address, Tensor],
    offsets: dict[Address, Tensor],
    score: Tensor,
    classes: Tensor,
) -> Contributions:
    parts = {
        slot.part: (
            _gradient_at(network.graph.nodes[slot.node], slot.position, gradients[slot.node])
            * values[slot.part.address]
        ).sum(1)
        for slot in slots
    }
    last = network.graph.output.address
    shift = torch.zeros_like(score)
    for address, offset in offsets.items():
        if address != last:
            shift = shift + (gradients[address].flatten(2).sum(2) * offset).sum(1)
    bias = offsets[last][classes] if last in offsets else torch.zeros_like(score)
    total = torch.stack([heat.sum((1, 2)) for heat in parts.values()]).sum(0)
    score = score.detach()
    return Contributions(score, classes, parts, bias, shift, score - total - shift - bias)


def _gradient_at(node: Node, position: int, gradient: Tensor) -> Tensor:
    """Return the gradient at one input of an addition or concatenation from that at its output."""
    if not isinstance(node.op, Concat):
        return gradient
    start = sum(shape[0] for shape in node.in_shapes[:position])
    return gradient[:, start : start + node.in_shapes[position][0]]


def _offsets(network: Network, readers: Sequence[Node]) -> dict[Address, Tensor]:
    """Return the constant, by channel, that each op after the cut adds to its output."""
    reached = {node.address for node in readers}
    offsets: dict[Address, Tensor] = {}
    for node in network.graph.nodes.values():
        if reached.isdisjoint(node.inputs):
            continue
        reached.add(node.address)
        offset = _offset(network.get_submodule(node.address))
        if offset is not None:
            offsets[node.address] = offset
    return offsets


def _offset(module: nn.Module) -> Tensor | None:
    if isinstance(module, nn.BatchNorm2d):
        assert module.running_mean is not None
        assert module.running_var is not None
        scale = module.weight / (module.running_var + module.eps).sqrt()
        return (module.bias - module.running_mean * scale).detach()
    if isinstance(module, nn.Conv2d | nn.Linear) and module.bias is not None:
        return module.bias.detach()
    return None


def _ends(graph: Graph, block: Block, merge: Address) -> tuple[Slot, ...]:
    """Return what a block's merge reads, the shortcut named as such."""
    known = {block.entry, *block.shortcut}
    inputs = graph.nodes[merge].inputs
    if known.isdisjoint(inputs):
        # An identity from inside the unit, as where pre-activation units share their first ReLU.
        known.add(inputs[-1])
    branches = [address for address in inputs if address not in known]
    return tuple(
        Slot(Part(_name(address, known, branches), address), merge, position)
        for position, address in enumerate(inputs)
    )


def _name(address: Address, known: set[Address], branches: Sequence[Address]) -> str:
    if address in known:
        return "shortcut"
    return "branch" if len(branches) == 1 else f"branch {branches.index(address) + 1}"


def _is_split(node: Node, block: Block) -> bool:
    return isinstance(node.op, Concat) and node.address != block.merge
