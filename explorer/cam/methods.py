"""The methods: how activations and gradients at a layer become one map."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING, NamedTuple

from explorer.errors import ExplorerError

if TYPE_CHECKING:
    from torch import Tensor

MapRule = Callable[["Tensor", "Tensor"], "Tensor"]
"""From activations and gradients, both (N, C, h, w), to signed maps (N, h, w)."""


class Method(NamedTuple):
    """A class activation map that needs one forward and one backward pass.

    Attributes:
        title: What it is called.
        summary: One line about it.
        rule: What it computes.
    """

    title: str
    summary: str
    rule: MapRule


def gradcam(activations: Tensor, gradients: Tensor) -> Tensor:
    """Weight each channel by its mean gradient (Selvaraju et al. 2017, before the ReLU)."""
    return (activations * gradients.mean((2, 3), keepdim=True)).sum(1)


def hirescam(activations: Tensor, gradients: Tensor) -> Tensor:
    """Weight each value by its own gradient (Draelos and Carin 2020, before the ReLU)."""
    return (activations * gradients).sum(1)


def layercam(activations: Tensor, gradients: Tensor) -> Tensor:
    """Weight each value by its own gradient where that is positive (Jiang et al. 2021)."""
    return (activations * gradients.clamp(min=0)).sum(1)


METHODS = {
    "gradcam": Method(
        "Grad-CAM", "Channels weighted by their mean gradient; for the last stage.", gradcam
    ),
    "hirescam": Method(
        "HiResCAM", "Every value weighted by its own gradient; for any stage.", hirescam
    ),
    "layercam": Method(
        "LayerCAM", "Every value weighted by its positive gradient; for any stage.", layercam
    ),
}


def method_of(name: str) -> Method:
    """Return a method by its key in ``METHODS``.

    Raises:
        ExplorerError: There is no such method.
    """
    if name not in METHODS:
        raise ExplorerError(f"There is no CAM method {name!r}.", f"Choose {', '.join(METHODS)}.")
    return METHODS[name]
