"""One change of the weights, on the device from its beginning to its end.

Nothing here asks the device for a number: that would make a GPU wait for Python at every step.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import torch
from torch import Tensor, nn
from torch.nn import functional

from explorer.training.optimiser import make_optimiser, set_learning_rate

if TYPE_CHECKING:
    from collections.abc import Callable

    from explorer.training.augment import Draws
    from explorer.training.feed import Batch, Feed
    from explorer.training.plan import Plan
    from explorer.training.recipe import Recipe

FORMATS = {"channels_last": torch.channels_last, "contiguous": torch.contiguous_format}


class Step:
    """A network with its optimiser, and what happens to them in a step.

    Args:
        network: Initialised; moved to the device and trained in place.
        feed: Makes batches of draws.
        recipe: How it is trained.
        plan: How that is carried out.
        device: Where.

    Attributes:
        sums: Loss [nat] and hits, summed over all images since the beginning, float64.
    """

    def __init__(
        self, network: nn.Module, feed: Feed, recipe: Recipe, plan: Plan, device: torch.device
    ) -> None:
        """Put the network and its optimiser on the device."""
        self.network = network.to(device).to(memory_format=FORMATS[plan.layout])
        self.optimiser = make_optimiser(self.network, recipe, graph=plan.engine == "graph")
        self.sums = torch.zeros(2, dtype=torch.float64, device=device)
        self.plan, self.device = plan, device
        self._feed, self._smoothing = feed, recipe.label_smoothing
        self._forward: Callable[[Tensor], Tensor] = self.network
        if plan.engine == "compile":
            self._forward = torch.compile(self.network)

    def __call__(self, draws: Draws, lr: float) -> None:
        """Train on the images that were drawn."""
        set_learning_rate(self.optimiser, lr)
        self.run(draws)

    def run(self, draws: Draws) -> None:
        """Train with the learning rate that is set; what a CUDA graph records."""
        batch = self._feed.batch(draws, self.plan.layout)
        self.optimiser.zero_grad(set_to_none=True)
        if self.plan.parts == 1:
            loss = self._backward(batch, None)
        else:
            counted = _num_counted(batch)
            parts = batch.parts(self.plan.parts)
            # Each part counts by its images, so that the sum is the mean over the batch.
            loss = torch.stack(
                [self._backward(part, _num_counted(part) / counted) for part in parts]
            ).sum()
        self.optimiser.step()
        self.sums[0] += loss.double() * len(batch.images)

    def _backward(self, batch: Batch, weight: Tensor | None) -> Tensor:
        """Add to the gradients and return the loss, of a batch or by weight of its part."""
        # Under autocast convolutions multiply in bfloat16; the weights stay float32.
        half = self.plan.precision == "bfloat16"
        with torch.autocast(self.device.type, torch.bfloat16, enabled=half):
            logits = self._forward(batch.images)
        loss = loss_of(logits.float(), batch, self._smoothing)
        if weight is not None:
            loss = loss * weight
        loss.backward()
        self.sums[1] += hits_of(logits.detach(), batch)
        return loss.detach()


def loss_of(logits: Tensor, batch: Batch, smoothing: float) -> Tensor:
    """Return the mean cross-entropy over a batch [nat], of a mixture by its shares.

    Args:
        logits: (B, classes), or (B, classes, H, W).
        batch: What was shown.
        smoothing: Of the labels, 0..1.
    """
    loss = functional.cross_entropy(logits, batch.targets, label_smoothing=smoothing)
    if batch.others is None or batch.share is None:
        return loss
    other = functional.cross_entropy(logits, batch.others, label_smoothing=smoothing)
    return torch.lerp(other, loss, batch.share)


def hits_of(logits: Tensor, batch: Batch) -> Tensor:
    """Return how many images are right: of pixels, and of mixtures, the share that is."""
    answers, wanted = logits.argmax(1), batch.targets
    hits = (answers == wanted).sum()
    if wanted.dim() > 1:
        return hits * len(wanted) / (wanted >= 0).sum().clamp(min=1)
    if batch.others is None or batch.share is None:
        return hits
    return torch.lerp((answers == batch.others).sum().float(), hits.float(), batch.share)


def _num_counted(batch: Batch) -> Tensor:
    """Return how many images, or pixels, of a batch have a class."""
    return (batch.targets >= 0).sum().clamp(min=1)
