"""Maps of any layers, for a batch of images, from one forward and at most one backward pass."""

from __future__ import annotations

from importlib import import_module
from typing import TYPE_CHECKING, NamedTuple

import torch

from explorer.address import INPUT
from explorer.builder import evaluating
from explorer.cam.backward import can_go_back, forward, gradients, way_back
from explorer.cam.layers import pooled_layer, require_classifier
from explorer.cam.methods import method_of
from explorer.errors import ExplorerError
from explorer.words import _

if TYPE_CHECKING:
    from collections.abc import Sequence

    from torch import Tensor

    from explorer.address import Address
    from explorer.builder import Network
    from explorer.cam.methods import MapRule, Method


class Maps(NamedTuple):
    """What a network says about a batch, and where it looks.

    Attributes:
        logits: (N, num_classes).
        target: The explained class of each image, (N,).
        heat: For each address the signed raw map (N, h, w) on the layer's own grid. A negative
            value is evidence against the class; the papers' maps are the positive part.
    """

    logits: Tensor
    target: Tensor
    heat: dict[Address, Tensor]


def explain(
    network: Network,
    images: Tensor,
    addresses: Sequence[Address],
    target: int | Sequence[int] | None = None,
    method: str = "gradcam",
) -> Maps:
    """Explain the logit of a class at some layers.

    Nothing stays behind: gradients, buffers, random state and modes are as before, and no hook
    is ever set. Callers may share a network that is in evaluation mode; one in training mode is
    in evaluation mode for the time of the call. Frozen parameters save memory, not correctness.
    At the layer that is pooled and classified no gradient is computed: it is the classifier's.

    Args:
        network: On the device of the images.
        images: (N, C, H, W), as the network was trained on them.
        addresses: Layers with a feature map; at least one. A method that reads the image gives
            the same map for ``input`` and for any of them.
        target: Class index, one for each image or one for all; None: what the network predicts.
        method: A key of ``METHODS``.

    Raises:
        ExplorerError: No such method, layer or class, or a network that segments.
    """
    how = method_of(method)
    require_classifier(network.graph)
    _check_addresses(network, addresses, how)
    if how.rule is None:
        return _run(network, images, addresses, target, how)
    if method in _LINEAR and set(addresses) == {pooled_layer(network.graph)}:
        return _without_gradient(network, images, addresses[0], target)
    return _from_gradients(network, images, addresses, target, how.rule)


def class_maps(network: Network, images: Tensor) -> Tensor:
    """Return Grad-CAM of every class at the last stage, (N, num_classes, h, w), with no gradient.

    Where a linear classifier reads the mean of a layer, the gradient of logit k is the same row
    of the classifier's weights everywhere, so all classes come from one matrix product.

    Raises:
        ExplorerError: The network segments.
    """
    require_classifier(network.graph)
    pooled = pooled_layer(network.graph)
    assert pooled is not None, "a head that classifies pools first"
    with torch.inference_mode(), evaluating(network):
        _, activation = _tapped(network, images, pooled)
        return torch.einsum(
            "kc,nchw->nkhw", _weights(network) / activation[0, 0].numel(), activation
        )


class ClassMaps(NamedTuple):
    """Maps of several classes, each for the whole batch.

    Attributes:
        logits: (N, num_classes).
        classes: What is explained, (L,).
        heat: For each address the signed raw maps (L, N, h, w).
    """

    logits: Tensor
    classes: Tensor
    heat: dict[Address, Tensor]


def explain_classes(
    network: Network,
    images: Tensor,
    addresses: Sequence[Address],
    classes: Sequence[int],
    method: str = "gradcam",
) -> ClassMaps:
    """Explain the logits of several classes at some layers: one forward pass, one way back for all.

    Args:
        network: As in ``explain``.
        images: As in ``explain``.
        addresses: As in ``explain``.
        classes: At least one class index.
        method: A key of ``METHODS`` that works from gradients.

    Raises:
        ExplorerError: As ``explain`` does, or a method that needs more than gradients.
    """
    how = method_of(method)
    require_classifier(network.graph)
    _check_addresses(network, addresses, how)
    nodes = way_back(network.graph, addresses)
    if how.rule is None or not can_go_back(network, nodes):
        raise ExplorerError(
            _("{method} explains one class at a time.").format(method=how.title),
            _("Ask for one class after the other."),
        )
    with torch.inference_mode(mode=False), evaluating(network), torch.no_grad():
        point = forward(network, images, addresses, nodes)
        rows = torch.stack([classes_of(point.logits, index) for index in classes])
        parts: dict[Address, list[Tensor]] = {address: [] for address in addresses}
        for some in rows.split(_AT_ONCE):
            for address, slopes in gradients(network, point, some):
                activation = point.activations[address]
                parts[address] += [how.rule(activation, slope) for slope in slopes]
        heat = {address: torch.stack(parts[address]) for address in addresses}
    return ClassMaps(point.logits, torch.tensor(list(classes)), heat)


_PIXELS = 3 * 224 * 224
"""Of the images that go through a network together; more would take memory and save nothing."""
_AT_ONCE = 8
"""Classes whose cotangents go back together; more would take memory and save nothing."""
_LINEAR = ("gradcam", "hirescam")
"""At the pooled layer both are the classifier's weights times the activations."""


def _without_gradient(
    network: Network, images: Tensor, address: Address, target: int | Sequence[int] | None
) -> Maps:
    with torch.inference_mode(mode=False), torch.no_grad(), evaluating(network):
        logits, activation = _tapped(network, images, address)
        classes = classes_of(logits, target)
        weights = _weights(network)[classes] / activation[0, 0].numel()
        return Maps(logits, classes, {address: torch.einsum("nc,nchw->nhw", weights, activation)})


def _tapped(network: Network, images: Tensor, address: Address) -> tuple[Tensor, Tensor]:
    kept: dict[Address, Tensor] = {}

    def tap(place: Address, out: Tensor) -> Tensor:
        if place == address:
            kept[place] = out
        return out

    return network(images, tap=tap), kept[address]


def _weights(network: Network) -> Tensor:
    classifier = network.get_submodule(network.graph.output.address)
    assert isinstance(classifier, torch.nn.Linear)
    return classifier.weight


def _run(
    network: Network,
    images: Tensor,
    addresses: Sequence[Address],
    target: int | Sequence[int] | None,
    how: Method,
) -> Maps:
    """Let a method that runs the network itself make its maps."""
    module, _, name = how.runs.partition(":")
    with torch.inference_mode(mode=False), evaluating(network):
        with torch.no_grad():
            logits = network(images)
        classes = classes_of(logits, target)
        maps = getattr(import_module(module), name)(network, images, addresses, classes)
    return Maps(logits, classes, maps)


def _from_gradients(
    network: Network,
    images: Tensor,
    addresses: Sequence[Address],
    target: int | Sequence[int] | None,
    rule: MapRule,
) -> Maps:
    nodes = way_back(network.graph, addresses)
    with torch.inference_mode(mode=False), evaluating(network):
        if not can_go_back(network, nodes):
            return _by_autograd(network, images, addresses, target, rule)
        if target is not None:
            (num_classes,) = network.graph.output.out_shape
            target = classes_of(images.new_zeros(len(images), num_classes), target).tolist()
        parts: list[Maps] = []
        together = max(1, _PIXELS // (images.shape[2] * images.shape[3]))
        for start in range(0, len(images), together):
            chosen = slice(start, start + together)
            point = forward(network, images[chosen], addresses, nodes)
            classes = classes_of(point.logits, target and target[chosen])
            heat: dict[Address, Tensor] = {}
            for address, slope in gradients(network, point, classes[None]):
                heat[address] = rule(point.activations.pop(address), slope[0])
            parts.append(Maps(point.logits, classes, heat))
        return Maps(
            torch.cat([part.logits for part in parts]),
            torch.cat([part.target for part in parts]),
            {address: torch.cat([part.heat[address] for part in parts]) for address in addresses},
        )


def _by_autograd(
    network: Network,
    images: Tensor,
    addresses: Sequence[Address],
    target: int | Sequence[int] | None,
    rule: MapRule,
) -> Maps:
    """Make maps of a network of which only autograd knows the slopes.

    One with a module in the place of another, or with hooks.
    """
    logits, activations = _forward(network, images, set(addresses))
    classes = classes_of(logits, target)
    # An image's logit depends on that image alone, so one sum serves the whole batch.
    with torch.enable_grad():
        score = logits.gather(1, classes[:, None]).sum()
    found = torch.autograd.grad(score, list(activations.values()), materialize_grads=True)
    slopes = dict(zip(activations, found, strict=True))
    with torch.no_grad():
        maps = {address: rule(activations[address], slopes[address]) for address in addresses}
    return Maps(logits.detach(), classes, maps)


def _forward(
    network: Network, images: Tensor, addresses: set[Address]
) -> tuple[Tensor, dict[Address, Tensor]]:
    """Return logits and activations for autograd, whose graph begins at the earliest address."""
    activations: dict[Address, Tensor] = {}

    def tap(address: Address, out: Tensor) -> Tensor:
        if address in addresses:
            torch.set_grad_enabled(True)
            activations[address] = out = out if out.requires_grad else out.detach()
            out.requires_grad_()
        return out

    with torch.no_grad():
        return network(images, tap=tap), activations


def classes_of(logits: Tensor, target: int | Sequence[int] | None) -> Tensor:
    """Return the class to explain of each image, (N,); None: the predicted one.

    Raises:
        ExplorerError: No such class, or not one for each image.
    """
    num_images, num_classes = logits.shape
    if target is None:
        return logits.detach().argmax(1)
    indices = [target] * num_images if isinstance(target, int) else list(target)
    wrong = [index for index in indices if not 0 <= index < num_classes]
    if wrong or len(indices) != num_images:
        problem = (
            _("There is no map for class {index}.").format(index=wrong[0])
            if wrong
            else _("There is no map for {n} classes for {images} images.").format(
                n=len(indices), images=num_images
            )
        )
        raise ExplorerError(
            problem,
            _("Give one class index from 0 to {last} for each image.").format(last=num_classes - 1),
        )
    return torch.tensor(indices, device=logits.device)


def _check_addresses(network: Network, addresses: Sequence[Address], how: Method) -> None:
    for address in addresses:
        if address == INPUT and how.reads == "image":
            continue
        node = network.graph.nodes.get(address)
        if node is None or len(node.out_shape) != 3:
            raise ExplorerError(
                _("There is no feature map at {address!r}.").format(address=address),
                _("An address looks like {exit}.").format(exit=network.graph.blocks[-1].exit),
            )
