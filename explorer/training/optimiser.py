"""The optimiser of a recipe."""

from __future__ import annotations

from typing import TYPE_CHECKING

import torch

if TYPE_CHECKING:
    from torch import nn

    from explorer.training.recipe import Recipe


def make_optimiser(network: nn.Module, recipe: Recipe) -> torch.optim.Optimizer:
    """Return the optimiser over all parameters of a network.

    Weight decay acts on the weights of convolutions and of the classifier; on batch norm and
    biases, which have one dimension, only if the recipe says so.
    """
    parameters = list(network.parameters())
    decayed = [p for p in parameters if p.ndim > 1 or recipe.decay_norm_and_bias]
    others = [p for p in parameters if p.ndim <= 1 and not recipe.decay_norm_and_bias]
    groups = [
        {"params": decayed, "weight_decay": recipe.weight_decay},
        {"params": others, "weight_decay": 0.0},
    ]
    if recipe.optimiser == "adamw":
        return torch.optim.AdamW(groups, lr=recipe.lr, fused=True)
    return torch.optim.SGD(
        groups,
        lr=recipe.lr,
        momentum=recipe.momentum,
        nesterov=recipe.nesterov and recipe.momentum > 0,
        fused=True,
    )


def set_learning_rate(optimiser: torch.optim.Optimizer, lr: float) -> None:
    """Set the learning rate of every group for the coming step."""
    for group in optimiser.param_groups:
        group["lr"] = lr
