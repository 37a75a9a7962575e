"""Whether the network needs what a map marks: the image is covered and uncovered by its order.

These measures use images unlike any in training, so they compare maps of one network better than
networks. What is covered becomes 0, the mean colour of the training images.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

import torch
from torch.nn import functional

if TYPE_CHECKING:
    from collections.abc import Callable

    from torch import Tensor, nn

STEPS = 16
"""Shares of the image at which the probability is asked for, besides none of it."""
CHUNK = 256
"""Images in one forward pass."""


class Faithfulness(NamedTuple):
    """One value for each image, (N,) each.

    Attributes:
        deletion: Area under the class's probability while the hottest pixels go first, 0..1;
            less is better (Petsiuk et al. 2018, RISE).
        insertion: The same while they come first into the blurred image; more is better.
        average_drop: max(0, p - p') / p, with p' of the image weighted by the map; less is
            better (Chattopadhay et al. 2018, Grad-CAM++).
        increase: Whether p' > p, 0 or 1; more is better.
    """

    deletion: Tensor
    insertion: Tensor
    average_drop: Tensor
    increase: Tensor


def faithfulness(
    network: nn.Module,
    images: Tensor,
    heat: Tensor,
    classes: Tensor,
    *,
    steps: int = STEPS,
    on_image: Callable[[], None] = lambda: None,
) -> Faithfulness:
    """Measure maps by running the network on covered images.

    Args:
        network: In evaluation mode.
        images: (N, C, H, W), normalised.
        heat: Signed maps (N, h, w); the positive part counts, enlarged bilinearly. Pixels of
            equal heat come in an order that is random but fixed.
        classes: (N,), the class whose probability is asked for.
        steps: How many equal shares of the pixels are taken one after the other.
        on_image: Called after every image; may raise to stop.
    """
    large = functional.interpolate(
        heat.clamp(min=0)[:, None], images.shape[2:], mode="bilinear", align_corners=False
    )
    rows: list[Tensor] = []
    with torch.inference_mode():
        for image, shown, index in zip(images, large, classes.tolist(), strict=True):
            rows.append(_one(network, image, shown[0], index, steps))
            on_image()
    return Faithfulness(*torch.stack(rows, dim=1))


def place_in_order(values: Tensor) -> Tensor:
    """Return the place of every pixel (H, W) from hottest, 0; ties in a fixed random order."""
    flat = values.flatten()
    shuffled = torch.randperm(len(flat), generator=torch.Generator().manual_seed(0))
    order = shuffled[flat[shuffled].argsort(descending=True, stable=True)]
    places = torch.empty_like(order)
    places[order] = torch.arange(len(flat))
    return places.view_as(values)


def blurred(image: Tensor) -> Tensor:
    """Return an image (C, H, W) without its details: three box blurs of a sixth of its side."""
    reach = max(1, min(image.shape[1:]) // 12)
    soft = image[None]
    for _ in range(3):
        padded = functional.pad(soft, [reach] * 4, mode="reflect")
        soft = functional.avg_pool2d(padded, 2 * reach + 1, stride=1)
    return soft[0]


def _one(network: nn.Module, image: Tensor, shown: Tensor, index: int, steps: int) -> Tensor:
    places = place_in_order(shown)
    counts = torch.arange(steps + 1) * places.numel() // steps
    hot = (places[None] < counts[:, None, None])[:, None]
    weight = shown / shown.max() if shown.max() > 0 else shown
    asked = torch.cat(
        [
            torch.where(hot, 0.0, image),
            torch.where(hot, image, blurred(image)),
            (image * weight)[None],
        ]
    )
    logits = torch.cat([network(part) for part in asked.split(CHUNK)])
    probability = logits.double().softmax(1)[:, index]
    deletion, insertion, (weighted,) = probability.split([steps + 1, steps + 1, 1])
    whole, shares = deletion[0], counts / places.numel()
    return torch.stack(
        [
            torch.trapezoid(deletion, shares),
            torch.trapezoid(insertion, shares),
            (whole - weighted).clamp(min=0) / whole,
            (weighted > whole).double(),
        ]
    )
