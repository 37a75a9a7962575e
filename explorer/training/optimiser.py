"""The optimiser of a recipe."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import torch

if TYPE_CHECKING:
    from torch import nn

    from explorer.training.recipe import Recipe


def make_optimiser(
    network: nn.Module, recipe: Recipe, *, graph: bool = False
) -> torch.optim.Optimizer:
    """Return the optimiser over all parameters of a network.

    Weight decay acts on the weights of convolutions and of the classifier; on batch norm and
    biases, which have one dimension, only if the recipe says so.

    Args:
        network: On its device.
        recipe: Which optimiser.
        graph: Whether its step is recorded in a CUDA graph; the learning rate is then a tensor,
            so that it can change from replay to replay.
    """
    parameters = list(network.parameters())
    decayed = [p for p in parameters if p.ndim > 1 or recipe.decay_norm_and_bias]
    others = [p for p in parameters if p.ndim <= 1 and not recipe.decay_norm_and_bias]
    groups = [
        {"params": decayed, "weight_decay": recipe.weight_decay},
        {"params": others, "weight_decay": 0.0},
    ]
    lr = torch.tensor(recipe.lr, device=parameters[0].device) if graph else recipe.lr
    if recipe.optimiser == "adamw":
        return torch.optim.AdamW(groups, lr=lr, fused=True, capturable=graph)
    return torch.optim.SGD(
        groups,
        lr=lr,
        momentum=recipe.momentum,
        nesterov=recipe.nesterov and recipe.momentum > 0,
        fused=True,
    )


def set_learning_rate(optimiser: torch.optim.Optimizer, lr: float) -> None:
    """Set the learning rate of every group for the coming step."""
    for group in optimiser.param_groups:
        if isinstance(group["lr"], torch.Tensor):
            group["lr"].fill_(lr)
        else:
            group["lr"] = lr


def load_optimiser(optimiser: torch.optim.Optimizer, state: dict[str, Any]) -> None:
    """Go on from what ``state_dict`` of an equal optimiser returned.

    Fused steps walk through weights and state side by side, so that a state must lie in memory
    as its weight does; a file does not keep that.
    """
    optimiser.load_state_dict(state)
    for parameter, values in optimiser.state.items():
        for name, value in values.items():
            if isinstance(value, torch.Tensor) and value.shape == parameter.shape:
                values[name] = torch.empty_like(parameter).copy_(value)
