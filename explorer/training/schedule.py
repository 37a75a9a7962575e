"""The learning rate at every step, as a function: nothing to save, nothing to get out of step."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from explorer.training.recipe import Recipe

CONSTANT_WARMUP = 0.1
"""Share of the rate during a constant warm-up: 0.01 of 0.1 in He et al. 2015, section 4.2."""


def learning_rate(recipe: Recipe, step: int, num_steps: int) -> float:
    """Return the learning rate of one step.

    After the warm-up to ``recipe.lr`` comes half a cosine to 0 (Loshchilov, Hutter 2017, without
    restarts), a straight line to 0, or a factor ``gamma`` at every milestone.

    Args:
        recipe: Says which.
        step: 0 .. num_steps - 1.
        num_steps: Steps of the whole training.
    """
    warmup_steps = round(recipe.warmup * num_steps)
    if step < warmup_steps:
        linear = recipe.warmup_shape == "linear"
        return recipe.lr * ((step + 1) / warmup_steps if linear else CONSTANT_WARMUP)
    if recipe.schedule == "step":
        passed = sum(step >= round(share * num_steps) for share in recipe.milestones)
        return recipe.lr * recipe.gamma**passed
    progress = (step - warmup_steps) / max(1, num_steps - warmup_steps)
    if recipe.schedule == "linear":
        return recipe.lr * (1 - progress)
    return recipe.lr * 0.5 * (1 + math.cos(math.pi * progress))
